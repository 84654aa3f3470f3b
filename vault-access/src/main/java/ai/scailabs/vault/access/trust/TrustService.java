package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.revocation.RevocationService;
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
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Changes and shows the trusts of one tenant. A change, its audit row and the end of all tokens that were made under the trust as it was are one transaction: they count no more on
 * this instance when the method returns, and within two seconds on every other. Whoever asks must have been allowed to before. Thread-safe.
 */
public final class TrustService {
    /** Of one tenant. */
    public static final int MAX_TRUSTS = 100;

    private static final Pattern TRUST_ID = Pattern.compile("trust_[0-9A-HJKMNP-TV-Z]{26}");

    private final TrustRepository repository;
    private final SourceForm sources;
    private final RevocationService revocations;
    private final Clock clock;
    private final Ids ids;

    /** @param loopbackHttp permits issuers on this machine over {@code http}, for development */
    public TrustService(
            TenantTransactions transactions,
            RevocationService revocations,
            IssuerNames ours,
            boolean loopbackHttp,
            Clock clock,
            Ids ids) {
        this.sources = new SourceForm(ours, loopbackHttp);
        this.repository = new TrustRepository(transactions, sources);
        this.revocations = revocations;
        this.clock = clock;
        this.ids = ids;
    }

    /** Whether a text can be the id of a trust. */
    public static boolean isId(String text) {
        return TRUST_ID.matcher(text).matches();
    }

    /** @throws VaultException {@code validation_error}, {@code invalid_glob}, {@code invalid_duration}; {@code conflict} when the name is taken or there are too many */
    public Trust create(TrustDraft draft, IdentityId by, AuditEntry entry) {
        Instant now = now();
        Trust trust = new Trust(
                ids.next("trust_"),
                TrustForm.name(draft.name()),
                TrustForm.description(draft.description()),
                TrustForm.terms(draft, sources),
                draft.active() == null || draft.active(),
                1,
                now,
                by.value(),
                now);
        return change(entry, "A trust of this name exists already", tx -> {
            if (repository.count(tx) >= MAX_TRUSTS) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_TRUSTS + " trusts",
                        Map.of("max_trusts", MAX_TRUSTS));
            }
            repository.insert(tx, trust);
            repository.record(tx, described(entry, trust));
            return trust;
        });
    }

    /** @throws VaultException {@code trust_not_found} */
    public Trust get(TenantId tenant, String trustId) {
        requireId(trustId);
        return repository.find(tenant, trustId).orElseThrow(TrustService::notFound);
    }

    /**
     * Oldest first.
     *
     * @param after the id of the last one of the page before; null to begin
     * @throws VaultException {@code invalid_cursor}
     */
    public TrustPage list(TenantId tenant, int limit, @Nullable String after) {
        if (after != null && !isId(after)) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no trust");
        }
        List<Trust> found = repository.page(tenant, after == null ? "" : after, limit + 1);
        boolean hasMore = found.size() > limit;
        return new TrustPage(hasMore ? List.copyOf(found.subList(0, limit)) : found, hasMore);
    }

    /**
     * Puts another trust in the place of this one, under the same id. Ends the tokens that were made under it.
     *
     * @param expectedRevision null to replace whatever is there
     * @throws VaultException as {@link #create}; {@code trust_not_found}; {@code version_conflict}
     */
    public Trust replace(
            String trustId, TrustDraft draft, @Nullable Integer expectedRevision, IdentityId by, AuditEntry entry) {
        return update(trustId, old -> draft, expectedRevision, by, entry);
    }

    /**
     * As {@link #replace}, from what is there.
     *
     * @param edit makes the new trust of the old one, which it is given as a caller would have written it
     */
    public Trust patch(
            String trustId,
            Function<TrustDraft, TrustDraft> edit,
            @Nullable Integer expectedRevision,
            IdentityId by,
            AuditEntry entry) {
        return update(trustId, old -> edit.apply(draft(old)), expectedRevision, by, entry);
    }

    private Trust update(
            String trustId,
            Function<Trust, TrustDraft> edit,
            @Nullable Integer expectedRevision,
            IdentityId by,
            AuditEntry entry) {
        requireId(trustId);
        Trust changed = change(entry, "Another trust has this name", tx -> {
            Trust old = repository.find(tx, trustId).orElseThrow(TrustService::notFound);
            requireRevision(old.revision(), expectedRevision);
            TrustDraft draft = edit.apply(old);
            Trust updated = new Trust(
                    old.id(),
                    TrustForm.name(draft.name()),
                    TrustForm.description(draft.description()),
                    TrustForm.terms(draft, sources),
                    draft.active() == null || draft.active(),
                    old.revision() + 1,
                    old.createdAt(),
                    old.createdBy(),
                    now());
            repository.update(tx, updated);
            endTokens(tx, trustId, old.revision(), by);
            repository.record(tx, described(entry, updated));
            return updated;
        });
        revocations.changed(entry.tenant());
        return changed;
    }

    /**
     * Ends the tokens that were made under it, too.
     *
     * @param expectedRevision null to delete whatever is there
     * @throws VaultException {@code trust_not_found}; {@code version_conflict}
     */
    public void delete(String trustId, @Nullable Integer expectedRevision, IdentityId by, AuditEntry entry) {
        requireId(trustId);
        change(entry, "The trust is being changed", tx -> {
            int revision = repository.revision(tx, trustId).orElseThrow(TrustService::notFound);
            requireRevision(revision, expectedRevision);
            repository.delete(tx, trustId);
            endTokens(tx, trustId, revision, by);
            repository.record(tx, entry.withPath(trustId));
            return trustId;
        });
        revocations.changed(entry.tenant());
    }

    private void endTokens(TenantTransaction tx, String trustId, int revision, IdentityId by) {
        revocations.revokeTrust(tx, Workload.revocableTrust(trustId, revision), TrustForm.LONGEST_TTL, by);
    }

    /** For somebody who is known by nothing yet: the tenant that was named, and its trust of that name or id. Empty when there is no such tenant. */
    public Optional<TrustedTenant> named(TenantId tenant, String nameOrId) {
        return repository.findNamed(tenant, nameOrId);
    }

    /** As a caller would have written it. */
    public static TrustDraft draft(Trust trust) {
        TrustDraft terms = TermsJson.draft(trust.terms());
        return new TrustDraft(
                trust.name(),
                trust.description(),
                terms.kind(),
                terms.issuer(),
                terms.jwksUrl(),
                terms.audience(),
                terms.conditions(),
                terms.arns(),
                terms.regions(),
                terms.identityId(),
                terms.scopes(),
                terms.pathPatterns(),
                terms.ttl(),
                trust.active());
    }

    private static void requireRevision(int revision, @Nullable Integer expected) {
        if (expected != null && expected != revision) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT, "The trust was changed since", Map.of("current_version", revision));
        }
    }

    private static AuditEntry described(AuditEntry entry, Trust trust) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("trust", trust.name());
        extra.put("revision", trust.revision());
        extra.put("becomes", trust.terms().identity().value());
        return entry.withPath(trust.id()).withExtra(extra);
    }

    private <T> T change(AuditEntry entry, String whenTaken, Function<TenantTransaction, T> work) {
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                return work.apply(tx);
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(ErrorCode.CONFLICT, whenTaken, Map.of("state", "exists"));
        }
    }

    private static void requireId(String trustId) {
        if (!isId(trustId)) {
            throw notFound();
        }
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.TRUST_NOT_FOUND, "There is no such trust");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
