package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * New keys under the same name. What the old key signed stays what it is, with its own list and responder, signed by that key; what is signed from now on is signed by the new one. Thread-safe.
 */
public final class AuthorityRotation {
    private static final int MAX_ATTEMPTS = 3;

    private final AuthorityService authorities;
    private final AuthorityRepository repository;
    private final AuthorityCreation creation;

    public AuthorityRotation(AuthorityService authorities) {
        this.authorities = authorities;
        this.repository = authorities.repository();
        this.creation = authorities.creation();
    }

    /**
     * A key, and a certificate for it with the subject and the bounds of the one before: of a root by itself, of an intermediate by its parent. Where somebody else signed the one before, or the parent's keys have left, a request for it, and the
     * authority goes on with the old key until the certificate has come; a request that waited already gives way.
     *
     * @param keyType null for a key of the same kind
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}; {@code ttl_exceeded}; {@code rate_limited}; {@code conflict} when the authority or its parent does not sign, or is
     *     rotated by somebody else at that moment
     */
    public CertificateAuthority rotate(
            Caller caller,
            UUID id,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable Integer validityDays,
            AuditEntry entry) {
        TenantId tenant = entry.tenant();
        CertificateAuthority before = authorities.administered(caller, tenant, id);
        if (before.status() != AuthorityStatus.ACTIVE) {
            throw Issuance.cannotSign(before, authorities.now());
        }
        AuthorityContents contents = contents(before.current());
        AuthorityPlan plan = AuthorityPlan.again(before, contents, keyType, keySize, validityDays);
        CertificateAuthority parent =
                before.parentId() == null ? null : authorities.signer(caller, tenant, before.parentId());
        boolean elsewhere = before.type() == AuthorityType.INTERMEDIATE
                && (parent == null || parent.status() == AuthorityStatus.OFFLINE);
        if (elsewhere && validityDays != null) {
            throw VaultException.invalidField("validity_days", "is for whoever signs to say");
        }
        Maker maker = Maker.of(caller.actor());
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<CertificateAuthority> after =
                    elsewhere ? requested(maker, before, plan, entry) : certified(maker, before, plan, parent, entry);
            if (after.isPresent()) {
                return after.get();
            }
        }
        throw AuthorityService.keyChanges();
    }

    /**
     * The same by the service itself, of an intermediate whose parent is here, for a key of the same kind.
     *
     * @param before as it was seen: of each generation it is done once
     * @param parent that signs
     * @throws VaultException {@code ttl_exceeded}; {@code rate_limited}; {@code conflict} when the parent does not sign, or somebody else changes the authority at that moment
     */
    public CertificateAuthority rotateAlone(
            Maker maker, CertificateAuthority before, CertificateAuthority parent, int validityDays, AuditEntry entry) {
        AuthorityPlan plan = AuthorityPlan.again(before, contents(before.current()), null, null, validityDays);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<CertificateAuthority> after = certified(maker, before, plan, parent, entry);
            if (after.isPresent()) {
                return after.get();
            }
        }
        throw AuthorityService.keyChanges();
    }

    private static AuthorityContents contents(AuthorityGeneration current) {
        AuthorityContents contents = AuthorityContents.of(current.certificate())
                .orElseThrow(() -> new IllegalStateException("a certificate was read before it was stored"));
        if (!contents.shown()) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The authority has name constraints of kinds that are not made here, which its next certificate would not have",
                    Map.of("state", "name_constraints"));
        }
        return contents;
    }

    /** Empty when the tenant's key that seals it has given way to the next. */
    private Optional<CertificateAuthority> certified(
            Maker maker,
            CertificateAuthority before,
            AuthorityPlan plan,
            @Nullable CertificateAuthority parent,
            AuditEntry entry) {
        AuthorityCreation.Certified made =
                creation.certify(maker, before.id(), before.current().number() + 1, plan, parent, authorities.now());
        return authorities.change(entry.tenant(), tx -> {
            requireAsBefore(tx, before);
            authorities.requireUnrevoked(tx, before.parentId());
            AuthorityGeneration generation = made.generation();
            if (!repository.insertKey(tx, generation.keyId(), made.sealedPrivateKey(), authorities.now())) {
                return Optional.empty();
            }
            repository.generations().insert(tx, before.id(), generation, authorities.now());
            repository
                    .generations()
                    .promote(tx, before.id(), generation.number(), before.parentId(), authorities.now());
            repository.generations().hurry(tx, before.id(), authorities.now());
            creation.finish(tx, made);
            return Optional.of(recorded(tx, before, entry));
        });
    }

    private Optional<CertificateAuthority> requested(
            Maker maker, CertificateAuthority before, AuthorityPlan plan, AuditEntry entry) {
        Integer pathLength = plan.maxPathLength();
        AuthorityCreation.Requested made = creation.request(
                maker,
                plan,
                plan.subject(),
                pathLength == null ? OptionalInt.empty() : OptionalInt.of(pathLength),
                plan.constraints(),
                authorities.now());
        return authorities.change(entry.tenant(), tx -> {
            PendingKey waiting = requireAsBefore(tx, before).pending();
            if (waiting != null) {
                repository.generations().deletePending(tx, before.id());
                repository.generations().discardKey(tx, waiting.keyId());
            }
            if (!repository.insertKey(tx, made.pending().keyId(), made.sealedPrivateKey(), authorities.now())) {
                return Optional.empty();
            }
            creation.replace(tx, made, waiting);
            repository.generations().insertPending(tx, before.id(), made.pending());
            return Optional.of(recorded(tx, before, entry));
        });
    }

    private CertificateAuthority requireAsBefore(TenantTransaction tx, CertificateAuthority before) {
        CertificateAuthority now = repository.find(tx, before.id()).orElseThrow(AuthorityService::notFound);
        if (now.status() != before.status()
                || now.current().number() != before.current().number()) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Somebody else is changing the certificate authority",
                    Map.of("state", "changed"));
        }
        return now;
    }

    private CertificateAuthority recorded(TenantTransaction tx, CertificateAuthority before, AuditEntry entry) {
        CertificateAuthority after = repository.find(tx, before.id()).orElseThrow();
        AuditEntry described = AuthorityService.described(entry, after);
        Map<String, Object> extra = new HashMap<>(described.extra());
        extra.put("key_generation", after.current().number());
        extra.put("subject", after.current().subject());
        extra.put("not_after", after.current().notAfter().toString());
        extra.put("csr_pending", after.pending() != null);
        repository.record(tx, described.withExtra(extra));
        return after;
    }
}
