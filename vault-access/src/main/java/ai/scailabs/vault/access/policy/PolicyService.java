package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Changes and shows the policies of one tenant, and those of its partner. A change, its audit row and the tenant's new epoch are one transaction; the entry's path becomes the id of
 * the policy. Whoever asks must have been allowed to by scope and role before. Thread-safe.
 */
public final class PolicyService {
    public static final int MAX_POLICIES = 1_000;
    /** Of all policies of a tenant. */
    public static final int MAX_TENANT_RULES = 20_000;
    /** Of one policy. */
    public static final int MAX_BINDINGS = 1_000;
    /** Of all policies of a tenant. */
    public static final int MAX_TENANT_BINDINGS = 20_000;

    public static final int MAX_PAGE = 1_000;

    private static final Pattern POLICY_ID = Pattern.compile("pol_[0-9A-HJKMNP-TV-Z]{26}");
    private static final Pattern BINDING_ID = Pattern.compile("pb_[0-9A-HJKMNP-TV-Z]{26}");

    private final PolicyRepository repository;
    private final PolicySpaces spaces;
    private final PolicyRoom room;
    private final Clock clock;
    private final Ids ids;

    public PolicyService(TenantTransactions transactions, Clock clock, Ids ids) {
        this.repository = new PolicyRepository(transactions);
        this.spaces = new PolicySpaces(repository);
        this.room = new PolicyRoom(repository);
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * The space in which a policy of this scope lies: the actor's tenant, or what its partner shares.
     *
     * @param scope absent means the tenant's own
     * @throws VaultException {@code validation_error}
     */
    public TenantId spaceOf(Actor actor, @Nullable String scope) {
        return PolicySpaces.of(actor, PolicyForm.scope(scope));
    }

    /**
     * The space in which the policy lies.
     *
     * @throws VaultException {@code policy_not_found}
     */
    public TenantId find(Actor actor, String policyId) {
        requireId(policyId);
        return spaces.find(actor, policyId);
    }

    /**
     * @param entry of the space of the draft's scope, as every entry that comes with a change is of the policy's
     * @throws VaultException {@code invalid_policy}, {@code invalid_glob}, {@code invalid_duration}, {@code validation_error}; {@code conflict} when the name is taken;
     *     {@code forbidden} for a policy of the partner, as for every change of one
     */
    public Policy create(Actor actor, PolicyDraft draft, AuditEntry entry) {
        String scope = PolicyForm.scope(draft.scope());
        if (!PolicySpaces.of(actor, scope).equals(entry.tenant())) {
            throw new IllegalArgumentException("the entry is of another space");
        }
        Instant now = now();
        Policy policy = new Policy(
                ids.next("pol_"),
                PolicyForm.name(draft.name()),
                PolicyForm.description(draft.description()),
                scope,
                PolicyForm.rules(draft.rules()),
                draft.active() == null || draft.active(),
                1,
                now,
                actor.identity().value(),
                now);
        return change(actor, entry, "A policy of this name exists already", tx -> {
            lock(tx);
            room.requireForPolicy(tx);
            room.requireForRules(tx, policy);
            repository.insert(tx, policy);
            repository.record(tx, entry.withPath(policy.id()));
            return policy;
        });
    }

    /** @throws VaultException {@code policy_not_found} */
    public PolicyDetails get(TenantId space, String policyId) {
        requireId(policyId);
        Policy policy = repository.find(space, policyId).orElseThrow(PolicyService::policyNotFound);
        return new PolicyDetails(policy, repository.bindings(space, policyId));
    }

    /** The names that these policies have now, by id; those that are gone are left out. */
    public Map<String, String> names(Actor actor, List<String> policyIds) {
        return spaces.names(actor, policyIds);
    }

    /**
     * Those that decide in the actor's tenant, oldest first.
     *
     * @param scope {@code tenant} or {@code partner}; null for both
     * @param limit 1 to {@value #MAX_PAGE}
     * @param after the id of the last policy of the page before; null to begin
     * @throws VaultException {@code validation_error}
     */
    public PolicyPage list(
            Actor actor, @Nullable String scope, boolean includeInactive, int limit, @Nullable String after) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw VaultException.invalidField("limit", "must be 1 to " + MAX_PAGE);
        }
        if (after != null && !POLICY_ID.matcher(after).matches()) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no policy");
        }
        if (scope != null) {
            PolicyForm.scope(scope);
        }
        List<PolicySummary> found =
                spaces.page(actor, scope, includeInactive, after == null ? "" : after, limit + 1, now());
        boolean hasMore = found.size() > limit;
        return new PolicyPage(hasMore ? List.copyOf(found.subList(0, limit)) : found, hasMore);
    }

    /**
     * Puts rules and metadata in the place of the old ones; bindings stay.
     *
     * @param expectedRevision null to replace whatever is there
     * @throws VaultException as {@link #create}; {@code policy_not_found}; {@code version_conflict}
     */
    public Policy replace(
            Actor actor, String policyId, PolicyDraft draft, @Nullable Integer expectedRevision, AuditEntry entry) {
        String name = PolicyForm.name(draft.name());
        String description = PolicyForm.description(draft.description());
        List<PolicyRule> rules = PolicyForm.rules(draft.rules());
        boolean active = draft.active() == null || draft.active();
        return update(actor, policyId, expectedRevision, entry, old -> {
            PolicyForm.sameScope(draft.scope(), old);
            return changed(old, name, description, rules, active);
        });
    }

    /**
     * Changes only what the patch names.
     *
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code policy_not_found}; {@code version_conflict}
     */
    public Policy patch(
            Actor actor, String policyId, PolicyPatch patch, @Nullable Integer expectedRevision, AuditEntry entry) {
        String name = patch.name() == null ? null : PolicyForm.name(patch.name());
        String description = PolicyForm.description(patch.description());
        List<PolicyRule> rules = patch.rules() == null ? null : PolicyForm.rules(patch.rules());
        return update(actor, policyId, expectedRevision, entry, old -> {
            PolicyForm.sameScope(patch.scope(), old);
            return changed(
                    old,
                    name == null ? old.name() : name,
                    description == null && !patch.clearDescription() ? old.description() : description,
                    rules == null ? old.rules() : rules,
                    patch.active() == null ? old.active() : patch.active());
        });
    }

    private Policy changed(
            Policy old, String name, @Nullable String description, List<PolicyRule> rules, boolean active) {
        return new Policy(
                old.id(),
                name,
                description,
                old.scope(),
                rules,
                active,
                old.revision() + 1,
                old.createdAt(),
                old.createdBy(),
                now());
    }

    private Policy update(
            Actor actor,
            String policyId,
            @Nullable Integer expectedRevision,
            AuditEntry entry,
            UnaryOperator<Policy> edit) {
        return change(actor, entry, "Another policy has this name", tx -> {
            Policy old = locked(tx, policyId);
            requireRevision(old, expectedRevision);
            Policy updated = edit.apply(old);
            room.requireForRules(tx, updated);
            repository.update(tx, updated);
            repository.record(tx, entry.withPath(policyId));
            return updated;
        });
    }

    private static void requireRevision(Policy policy, @Nullable Integer expected) {
        if (expected != null && expected != policy.revision()) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT,
                    "The policy was changed since",
                    Map.of("current_version", policy.revision()));
        }
    }

    /**
     * @param force deletes a policy that grants something to someone as well, with its bindings
     * @param expectedRevision null to delete whatever is there
     * @throws VaultException {@code policy_not_found}; {@code version_conflict}; {@code policy_in_use} while bindings that have not lapsed exist
     */
    public void delete(
            Actor actor, String policyId, boolean force, @Nullable Integer expectedRevision, AuditEntry entry) {
        change(actor, entry, "The policy is being changed", tx -> {
            requireRevision(locked(tx, policyId), expectedRevision);
            int bindings = repository.countBindings(tx, policyId, now());
            if (bindings > 0 && !force) {
                throw new VaultException(
                        ErrorCode.POLICY_IN_USE,
                        "The policy has bindings; remove them first, or use force",
                        Map.of("binding_count", bindings));
            }
            repository.delete(tx, policyId);
            repository.record(tx, entry.withPath(policyId));
            return policyId;
        });
    }

    /** @throws VaultException {@code policy_not_found}; {@code validation_error}; {@code conflict} when the identity is bound already */
    public PolicyBinding bind(Actor actor, String policyId, BindingDraft draft, AuditEntry entry) {
        IdentityId grantee = PolicyForm.grantee(draft);
        Instant now = now();
        PolicyBinding binding = new PolicyBinding(
                ids.next("pb_"),
                policyId,
                grantee,
                PolicyForm.expiry(draft.expiresAt(), now),
                now,
                actor.identity().value());
        return change(actor, entry, "The identity is bound to this policy already", tx -> {
            locked(tx, policyId);
            repository.deleteLapsed(tx, policyId, now);
            room.requireForBinding(tx, policyId, now);
            repository.insert(tx, binding);
            repository.record(
                    tx, about(entry, policyId, Map.of("binding_id", binding.id(), "grantee", grantee.value())));
            return binding;
        });
    }

    /** @throws VaultException {@code policy_not_found} */
    public List<PolicyBinding> bindings(TenantId space, String policyId) {
        return get(space, policyId).bindings();
    }

    /** @throws VaultException {@code policy_not_found}; {@code binding_not_found} also for a binding of another policy */
    public void unbind(Actor actor, String policyId, String bindingId, AuditEntry entry) {
        change(actor, entry, "The policy is being changed", tx -> {
            locked(tx, policyId);
            boolean possible = BINDING_ID.matcher(bindingId).matches();
            if (!possible || !repository.deleteBinding(tx, policyId, bindingId)) {
                throw new VaultException(ErrorCode.BINDING_NOT_FOUND, "The policy has no such binding");
            }
            repository.record(tx, about(entry, policyId, Map.of("binding_id", bindingId)));
            return bindingId;
        });
    }

    private static AuditEntry about(AuditEntry entry, String policyId, Map<String, Object> found) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(found);
        return entry.withPath(policyId).withExtra(extra);
    }

    private Policy locked(TenantTransaction tx, String policyId) {
        requireId(policyId);
        lock(tx);
        return repository.findForChange(tx, policyId).orElseThrow(PolicyService::policyNotFound);
    }

    private void lock(TenantTransaction tx) {
        if (!tx.lockTenant()) {
            throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
        }
    }

    /** What cannot be an id is not looked up: the database would refuse some of it with an error of its own. */
    private static void requireId(String policyId) {
        if (!POLICY_ID.matcher(policyId).matches()) {
            throw policyNotFound();
        }
    }

    /** In the space whose log the entry is for. */
    private <T> T change(Actor actor, AuditEntry entry, String whenTaken, Function<TenantTransaction, T> work) {
        PolicySpaces.requireWritable(actor, entry.tenant());
        try {
            return repository.transactions().inTransaction(entry.tenant(), work);
        } catch (DuplicateKeyException taken) {
            throw new VaultException(ErrorCode.CONFLICT, whenTaken, Map.of("state", "exists"));
        }
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static VaultException policyNotFound() {
        return new VaultException(ErrorCode.POLICY_NOT_FOUND, "There is no such policy");
    }
}
