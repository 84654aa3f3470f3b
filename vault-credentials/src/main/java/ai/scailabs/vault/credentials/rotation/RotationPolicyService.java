package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.recipe.PolicyText;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;

/** The rotation policies of a tenant. Scopes say who may see and change them; what they do to a secret is done in the right of whoever put it under one. Thread-safe. */
public final class RotationPolicyService {
    /** Of one tenant. */
    public static final int MAX_POLICIES = 1_000;

    private static final int MAX_WEBHOOKS = 20;
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** A transaction that takes more of them holds their writers up. */
    private static final int DETACHED_AT_ONCE = 500;

    private final RotationPolicyRepository repository;
    private final AttachmentRepository attachments;
    private final SecretPolicyService recipes;
    private final WebhookNames webhooks;
    private final Clock clock;
    private final Ids ids;

    public RotationPolicyService(
            TenantTransactions transactions, SecretPolicyService recipes, WebhookNames webhooks, Clock clock, Ids ids) {
        this.repository = new RotationPolicyRepository(transactions);
        this.attachments = new AttachmentRepository(transactions);
        this.recipes = recipes;
        this.webhooks = webhooks;
        this.clock = clock;
        this.ids = ids;
    }

    /** @throws VaultException {@code validation_error}, {@code invalid_duration}; {@code secret_policy_not_found}; {@code conflict} when the name is taken or there are too many */
    public RotationPolicy create(Caller caller, RotationPolicyDraft draft, AuditEntry entry) {
        Instant now = now();
        TenantId tenant = entry.tenant();
        RotationPolicy created = checked(new RotationPolicy(
                tenant,
                ids.nextUuid(),
                PolicyText.name(draft.name()),
                PolicyText.description(draft.description()),
                RotationTerms.of(draft.interval(), draft.gracePeriod(), draft.warnBefore()),
                Boolean.TRUE.equals(draft.autoGenerate()),
                recipe(tenant, draft.secretPolicyId()),
                webhooks(tenant, draft.webhookIds()),
                draft.active() == null || draft.active(),
                0,
                1,
                now,
                caller.actor().identity().value(),
                now));
        return stored(tenant, tx -> {
            if (!tx.lockTenant()) {
                throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
            }
            if (repository.count(tx) >= MAX_POLICIES) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_POLICIES + " rotation policies",
                        Map.of("max_policies", MAX_POLICIES));
            }
            repository.insert(tx, created);
            repository.record(tx, described(entry, created));
            return created;
        });
    }

    private static RotationPolicy checked(RotationPolicy policy) {
        if (!policy.autoGenerate() && policy.secretPolicy() != null) {
            throw VaultException.invalidField("secret_policy_id", "is for policies with auto_generate only");
        }
        return policy;
    }

    private @Nullable UUID recipe(TenantId tenant, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            return null;
        }
        UUID known = SecretPolicy.parseId(id).orElseThrow(SecretPolicyService::notFound);
        return recipes.get(tenant, known).id();
    }

    private List<String> webhooks(TenantId tenant, @Nullable List<@Nullable String> wanted) {
        if (wanted == null) {
            return List.of();
        }
        if (wanted.size() > MAX_WEBHOOKS || new HashSet<>(wanted).size() < wanted.size()) {
            throw VaultException.invalidField("webhook_ids", "takes at most " + MAX_WEBHOOKS + " different webhooks");
        }
        for (String each : wanted) {
            if (each == null || !webhooks.exists(tenant, each)) {
                throw VaultException.invalidField("webhook_ids", "names a webhook that is not there");
            }
        }
        return List.copyOf((List<String>) wanted);
    }

    /** Oldest first, one more than is asked for where there are more. @param after the last one of the page before; null to begin */
    public List<RotationPolicy> page(TenantId tenant, boolean activeOnly, int limit, @Nullable UUID after) {
        return repository.page(tenant, activeOnly, after == null ? BEFORE_ALL : after, limit + 1);
    }

    /** @throws VaultException {@code rotation_policy_not_found} */
    public RotationPolicy get(TenantId tenant, UUID id) {
        return repository.find(tenant, id).orElseThrow(RotationPolicyService::notFound);
    }

    /**
     * The clocks of its secrets go on from where they were, by what it says then.
     *
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code rotation_policy_not_found}; {@code version_conflict}
     */
    public RotationPolicy change(
            TenantId tenant, UUID id, RotationPolicyDraft draft, @Nullable Integer expectedRevision, AuditEntry entry) {
        RotationPolicy seen = get(tenant, id);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        RotationPolicy wanted = checked(new RotationPolicy(
                tenant,
                id,
                draft.name() == null ? seen.name() : PolicyText.name(draft.name()),
                draft.description() == null ? seen.description() : PolicyText.description(draft.description()),
                RotationTerms.of(
                        draft.interval() == null ? seen.terms().interval() : draft.interval(),
                        draft.gracePeriod() == null ? seen.terms().gracePeriod() : draft.gracePeriod(),
                        draft.warnBefore() == null ? seen.terms().warnBefore() : draft.warnBefore()),
                draft.autoGenerate() == null ? seen.autoGenerate() : draft.autoGenerate(),
                draft.secretPolicyId() == null ? seen.secretPolicy() : recipe(tenant, draft.secretPolicyId()),
                draft.webhookIds() == null ? seen.webhooks() : webhooks(tenant, draft.webhookIds()),
                draft.active() == null ? seen.active() : draft.active(),
                seen.secrets(),
                seen.revision() + 1,
                seen.createdAt(),
                seen.createdBy(),
                now()));
        return stored(tenant, tx -> {
            if (!repository.update(tx, seen.revision(), wanted)) {
                throw changed();
            }
            repository.reschedule(tx, wanted, !wanted.terms().equals(seen.terms()));
            repository.record(tx, described(entry, wanted));
            return wanted;
        });
    }

    /** Whatever was due meanwhile is due when it goes on. @throws VaultException {@code rotation_policy_not_found}, {@code version_conflict} */
    public RotationPolicy enable(TenantId tenant, UUID id, boolean active, AuditEntry entry) {
        return change(
                tenant,
                id,
                new RotationPolicyDraft(null, null, null, null, null, null, null, null, active),
                null,
                entry);
    }

    /** Its secrets stay, and are under none then. @throws VaultException {@code rotation_policy_not_found}; {@code conflict} with {@code state: rotating} or {@code in_grace} while one of its secrets is that at its target */
    public void delete(TenantId tenant, UUID id, AuditEntry entry) {
        RotationPolicy policy = get(tenant, id);
        while (true) {
            inGraceUntil(tenant, id).ifPresent(until -> {
                throw RotationRefusals.inGrace(until);
            });
            if (isOnItsWay(tenant, id)) {
                throw new VaultException(
                        ErrorCode.CONFLICT, "One of its secrets is being rotated", Map.of("state", "rotating"));
            }
            int detached = repository
                    .transactions()
                    .inTransaction(tenant, tx -> attachments.detachSome(tx, id, DETACHED_AT_ONCE));
            if (detached > 0) {
                continue;
            }
            boolean deleted = repository.transactions().inTransaction(tenant, tx -> {
                if (!repository.delete(tx, id)) {
                    return false;
                }
                repository.record(tx, described(entry, policy));
                return true;
            });
            if (deleted) {
                return;
            }
            // Somebody deleted it meanwhile, or put another secret under it.
            get(tenant, id);
        }
    }

    private Optional<Instant> inGraceUntil(TenantId tenant, UUID id) {
        return repository.transactions().inTransaction(tenant, tx -> attachments.inGraceUntil(tx, id, null));
    }

    private boolean isOnItsWay(TenantId tenant, UUID id) {
        return repository.transactions().inTransaction(tenant, tx -> attachments.isOnItsWay(tx, id, null));
    }

    private <T> T stored(TenantId tenant, Function<TenantTransaction, T> change) {
        try {
            return repository.transactions().inTransaction(tenant, change);
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A rotation policy of this name exists already", Map.of("state", "exists"));
        } catch (DataIntegrityViolationException recipeGone) {
            throw SecretPolicyService.notFound();
        }
    }

    static AuditEntry described(AuditEntry entry, RotationPolicy policy) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("rotation_policy", policy.name());
        extra.put("revision", policy.revision());
        return entry.withPath(policy.text()).withExtra(extra);
    }

    /** For an id that is none, too. */
    public static VaultException notFound() {
        return new VaultException(ErrorCode.ROTATION_POLICY_NOT_FOUND, "There is no such rotation policy");
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The rotation policy was changed since");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
