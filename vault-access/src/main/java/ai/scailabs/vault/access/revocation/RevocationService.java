package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.access.revocation.TenantRevocations.Kind;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Revokes tokens of one tenant. A revocation and its audit row are one transaction; when the method returns it counts on this instance, and within two seconds
 * on every other. To revoke again changes nothing but, of an identity, the moment. Whoever asks must have been allowed to before. Thread-safe.
 */
public final class RevocationService {
    /** No token is accepted that lives longer; what is known of no single token must be kept this long. */
    public static final Duration LONGEST_TOKEN_LIFE = Duration.ofDays(90);
    /** Of one tenant, when somebody revokes by hand: every instance holds them in memory. */
    public static final int MAX_REVOCATIONS = 20_000;

    /** More than the skew that is granted to a token's expiry. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final RevocationRepository repository;
    private final RevocationList list;
    private final Clock clock;

    public RevocationService(TenantTransactions transactions, RevocationList list, Clock clock) {
        this.repository = new RevocationRepository(transactions);
        this.list = list;
        this.clock = clock;
    }

    /**
     * For an administrator.
     *
     * @param by who revokes
     * @throws VaultException {@code conflict} when the tenant has {@value #MAX_REVOCATIONS} revocations already
     */
    public void revoke(TenantId tenant, Revocation revocation, IdentityId by, AuditEntry entry) {
        repository.transactions().inTransaction(tenant, tx -> {
            save(tx, revocation, by);
            if (repository.countByHand(tx) > MAX_REVOCATIONS) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_REVOCATIONS + " revocations; revoke the identity instead",
                        Map.of("max_revocations", MAX_REVOCATIONS));
            }
            record(tx, revocation, entry);
            return tx;
        });
        changed(tenant);
    }

    /**
     * For what the identity provider says of an identity: it was suspended or deleted, or has another password. Neither the tenant nor the identity need be known
     * here, and no number of them is too large. May be told again, late, and out of order.
     *
     * @param notBefore tokens that were issued by then count no more
     * @param by for example {@code system:scaikey}
     */
    public void revokeIdentity(
            TenantId tenant, IdentityId identity, Instant notBefore, IdentityId by, AuditEntry entry) {
        Revocation revocation = new Revocation.OfIdentity(identity, notBefore);
        repository.transactions().inTransaction(tenant, tx -> {
            save(tx, revocation, by);
            record(tx, revocation, entry);
            return tx;
        });
        changed(tenant);
    }

    /** As {@link #revokeIdentity}, as part of a change that has its own entry; {@link #changed} after it was committed. */
    public void revokeIdentity(TenantTransaction tx, IdentityId identity, Instant notBefore, IdentityId by) {
        save(tx, new Revocation.OfIdentity(identity, notBefore), by);
    }

    /** Something that the tenant's list tells was changed: it counts on this instance when the method returns. */
    public void changed(TenantId tenant) {
        list.forget(tenant);
    }

    /**
     * All tokens that were made under a revision of a trust, in the transaction that changes the trust. Counts on this instance once {@link #changed} was called after the
     * commit.
     *
     * @param trust with its revision, as {@link RevocableToken} has it
     * @param longestLife of a token that was made under it
     */
    public void revokeTrust(TenantTransaction tx, String trust, Duration longestLife, IdentityId by) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        repository.save(
                tx, Kind.TRUST, trust, null, now, by, now.plus(longestLife).plus(MARGIN));
    }

    /** As {@link #changed} for many tenants at once. */
    public void changedEverywhere() {
        list.forgetAll();
    }

    private void save(TenantTransaction tx, Revocation revocation, IdentityId by) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        switch (revocation) {
            case Revocation.OfTokenId token ->
                repository.save(tx, Kind.TOKEN_ID, token.tokenId(), null, now, by, until(now, token.tokenExpiresAt()));
            case Revocation.OfFingerprint token ->
                repository.save(
                        tx, Kind.TOKEN_HASH, token.fingerprint(), null, now, by, until(now, token.tokenExpiresAt()));
            case Revocation.OfIdentity all -> {
                Instant notBefore = all.notBefore().truncatedTo(ChronoUnit.MICROS);
                repository.save(tx, Kind.IDENTITY, all.identity().value(), notBefore, now, by, until(notBefore, null));
            }
        }
    }

    private static Instant until(Instant issuedBy, @Nullable Instant tokenExpiresAt) {
        Instant longest = issuedBy.plus(LONGEST_TOKEN_LIFE);
        Instant last = tokenExpiresAt == null || tokenExpiresAt.isAfter(longest) ? longest : tokenExpiresAt;
        return last.truncatedTo(ChronoUnit.MICROS).plus(MARGIN);
    }

    private void record(TenantTransaction tx, Revocation revocation, AuditEntry entry) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(revocation.description());
        repository.record(tx, entry.withExtra(extra));
    }
}
