package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.generator.Generators;
import ai.scailabs.vault.credentials.generator.Recipe;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;

/** The secret policies of a tenant. Scopes say who may see and change them, as none of them is a secret. Thread-safe. */
public final class SecretPolicyService {
    /** Of one tenant. */
    public static final int MAX_POLICIES = 1_000;

    private static final UUID BEFORE_ALL = new UUID(0, 0);

    private final SecretPolicyRepository repository;
    private final Generators generators;
    private final Clock clock;
    private final Ids ids;

    public SecretPolicyService(TenantTransactions transactions, Generators generators, Clock clock, Ids ids) {
        this.repository = new SecretPolicyRepository(transactions);
        this.generators = generators;
        this.clock = clock;
        this.ids = ids;
    }

    /** @throws VaultException {@code validation_error}; {@code conflict} when the name is taken or there are too many */
    public SecretPolicy create(Caller caller, SecretPolicyDraft draft, AuditEntry entry) {
        Instant now = now();
        SecretPolicy created = new SecretPolicy(
                entry.tenant(),
                ids.nextUuid(),
                PolicyText.name(draft.name()),
                PolicyText.description(draft.description()),
                type(draft.policyType()),
                recipe(draft),
                draft.active() == null || draft.active(),
                1,
                now,
                caller.actor().identity().value(),
                now);
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(tx) >= MAX_POLICIES) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "A tenant has at most " + MAX_POLICIES + " secret policies",
                            Map.of("max_policies", MAX_POLICIES));
                }
                repository.insert(tx, created);
                repository.record(tx, described(entry, created));
                return created;
            });
        } catch (DuplicateKeyException taken) {
            throw taken();
        }
    }

    private static PolicyType type(@Nullable String text) {
        return text == null
                ? PolicyType.CUSTOM
                : PolicyType.parse(text)
                        .orElseThrow(() -> VaultException.invalidField(
                                "policy_type", "must be password, api_key, oauth_client, ssh_key or custom"));
    }

    private static Recipe recipe(SecretPolicyDraft draft) {
        if (draft.fields() == null || draft.fields().isNull()) {
            throw VaultException.invalidField("fields", "is required");
        }
        return Recipe.parse(draft.fields());
    }

    /** Oldest first, one more than is asked for where there are more. @param after the last one of the page before; null to begin */
    public List<SecretPolicy> page(TenantId tenant, int limit, @Nullable UUID after) {
        return repository.page(tenant, after == null ? BEFORE_ALL : after, limit + 1);
    }

    /** @throws VaultException {@code secret_policy_not_found} */
    public SecretPolicy get(TenantId tenant, UUID id) {
        return repository.find(tenant, id).orElseThrow(SecretPolicyService::notFound);
    }

    /**
     * One by which something may be made now.
     *
     * @throws VaultException {@code secret_policy_not_found}; {@code conflict} with {@code state: inactive}
     */
    public SecretPolicy active(TenantId tenant, UUID id) {
        SecretPolicy policy = get(tenant, id);
        if (!policy.active()) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "The secret policy is not active", Map.of("state", "inactive"));
        }
        return policy;
    }

    /**
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code secret_policy_not_found}; {@code version_conflict}
     */
    public SecretPolicy change(
            TenantId tenant, UUID id, SecretPolicyDraft draft, @Nullable Integer expectedRevision, AuditEntry entry) {
        SecretPolicy seen = get(tenant, id);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        SecretPolicy wanted = new SecretPolicy(
                seen.tenant(),
                seen.id(),
                draft.name() == null ? seen.name() : PolicyText.name(draft.name()),
                draft.description() == null ? seen.description() : PolicyText.description(draft.description()),
                draft.policyType() == null ? seen.type() : type(draft.policyType()),
                draft.fields() == null ? seen.recipe() : recipe(draft),
                draft.active() == null ? seen.active() : draft.active(),
                seen.revision() + 1,
                seen.createdAt(),
                seen.createdBy(),
                now());
        try {
            return repository.transactions().inTransaction(tenant, tx -> {
                if (!repository.update(tx, seen.revision(), wanted)) {
                    throw changed();
                }
                repository.record(tx, described(entry, wanted));
                return wanted;
            });
        } catch (DuplicateKeyException taken) {
            throw taken();
        }
    }

    /**
     * What was made by it stays, and still names it.
     *
     * @throws VaultException {@code secret_policy_not_found}; {@code conflict} with {@code state: in_use} while a rotation policy makes values by it
     */
    public void delete(TenantId tenant, UUID id, AuditEntry entry) {
        SecretPolicy policy = get(tenant, id);
        try {
            repository.transactions().inTransaction(tenant, tx -> {
                if (!repository.delete(tx, id)) {
                    throw notFound();
                }
                repository.record(tx, described(entry, policy));
                return id;
            });
        } catch (DataIntegrityViolationException used) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A rotation policy makes values by it", Map.of("state", "in_use"));
        }
    }

    /**
     * What it makes, kept nowhere; the caller closes it. Takes seconds for large RSA keys.
     *
     * @return a JSON object in UTF-8
     */
    public SensitiveBytes sample(SecretPolicy policy) {
        return generators.generate(policy.recipe());
    }

    private static AuditEntry described(AuditEntry entry, SecretPolicy policy) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("secret_policy", policy.name());
        extra.put("revision", policy.revision());
        return entry.withPath(policy.text()).withExtra(extra);
    }

    /** For an id that is none, too. */
    public static VaultException notFound() {
        return new VaultException(ErrorCode.SECRET_POLICY_NOT_FOUND, "There is no such secret policy");
    }

    private static VaultException taken() {
        return new VaultException(
                ErrorCode.CONFLICT, "A secret policy of this name exists already", Map.of("state", "exists"));
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The secret policy was changed since");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
