package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests for the end of a tenant's or a partner's keys, lets them wait, and takes their confirmation: nothing ends that was asked for only once, or just now. Whether the
 * caller may was decided before. Thread-safe.
 */
public final class ErasureService {
    static final String PREFIX = "ers_";

    private static final Pattern ID = Pattern.compile("ers_[0-9A-HJKMNP-TV-Z]{26}");
    /** After it may be confirmed. Who confirms later has perhaps forgotten what it was about. */
    private static final Duration CONFIRMABLE = Duration.ofDays(30);

    private final ErasureRepository erasures;
    private final Duration wait;
    private final Ids ids;
    private final Clock clock;

    /** @param wait between the request and the first moment of its confirmation */
    public ErasureService(TenantTransactions transactions, Duration wait, Ids ids, Clock clock) {
        this.erasures = new ErasureRepository(transactions);
        this.wait = wait;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Puts down that all keys of the partner's tenant are to end.
     *
     * @param partner of whoever asks
     * @param entry of the space that the partner shares, written in the same transaction
     * @throws VaultException {@code tenant_not_found} when no tenant of the partner bears the id; {@code conflict} with {@code state} when its keys are destroyed, or an erasure is
     *     under way
     */
    public Erasure requestForTenant(PartnerId partner, TenantId tenant, IdentityId by, AuditEntry entry) {
        String status = erasures.transactions()
                .queryOne(
                        tenant,
                        "select status from tenant where tenant_id = ? and partner_id = ?",
                        (row, number) -> row.getString(1),
                        tenant.value(),
                        partner.value())
                .filter(found -> !tenant.equals(TenantId.sharedBy(partner)))
                .orElseThrow(TenantRegistry::notFound);
        if (status.equals("erased")) {
            throw conflict("The keys of this tenant are destroyed", Map.of("state", "erased"));
        }
        return request(partner, ErasureLevel.TENANT, tenant.value(), by, entry);
    }

    /**
     * Puts down that all keys of another partner, of its tenants and of the space that it shares, are to end.
     *
     * @param partner of whoever asks
     * @throws VaultException {@code not_found} when there is no such partner; {@code conflict} with {@code state} when it is the caller's own, when its keys are destroyed, or an
     *     erasure is under way
     */
    public Erasure requestForPartner(PartnerId partner, PartnerId ending, IdentityId by, AuditEntry entry) {
        if (ending.equals(partner)) {
            throw conflict(
                    "Nobody would be left to read the report: another partner's super_admin does that",
                    Map.of("state", "own_partner"));
        }
        Boolean erased = erasures.transactions()
                .queryOne(
                        TenantId.sharedBy(partner),
                        "select erased_at is not null from partner where partner_id = ?",
                        (row, number) -> row.getBoolean(1),
                        ending.value())
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is no such partner"));
        if (erased) {
            throw conflict("The keys of this partner are destroyed", Map.of("state", "erased"));
        }
        return request(partner, ErasureLevel.PARTNER, ending.value(), by, entry);
    }

    private Erasure request(PartnerId partner, ErasureLevel level, String subject, IdentityId by, AuditEntry entry) {
        TenantId space = TenantId.sharedBy(partner);
        Instant now = now();
        Erasure wanted = new Erasure(
                space,
                ids.next(PREFIX),
                level,
                subject,
                ErasureStatus.SCHEDULED,
                by.value(),
                now,
                now.plus(wait),
                now.plus(wait).plus(CONFIRMABLE),
                null,
                null,
                null,
                null,
                null);
        return erasures.transactions().inTransaction(space, tx -> {
            Optional<Erasure> open = erasures.open(tx, level, subject, now);
            if (open.isPresent()) {
                throw conflict(
                        "An erasure of these keys is under way",
                        Map.of(
                                "state",
                                open.get().status().wireName(),
                                "erasure_id",
                                open.get().id()));
            }
            erasures.add(tx, wanted);
            record(tx, entry, wanted);
            return wanted;
        });
    }

    /**
     * From here on there is no way back: what the keys wrap will never be read again.
     *
     * @param repeated the id of whose keys end, said again by whoever confirms
     * @throws VaultException {@code not_found}; {@code validation_error} when another id is repeated; {@code conflict} with {@code state} before its time has come, after it has passed,
     *     and when it was cancelled or confirmed before
     */
    public Erasure confirm(PartnerId partner, String id, String repeated, IdentityId by, AuditEntry entry) {
        return change(partner, id, entry, (tx, seen) -> {
            Instant now = now();
            if (!seen.subject().equals(repeated)) {
                throw VaultException.invalidField("confirm", "must be the id of whose keys end");
            }
            if (now.isBefore(seen.dueAt())) {
                throw conflict(
                        "The erasure can be confirmed when its time has come",
                        Map.of("state", "waiting", "due_at", seen.dueAt().toString()));
            }
            if (now.isAfter(seen.expiresAt())) {
                throw conflict("The erasure has expired: ask for it again", Map.of("state", "expired"));
            }
            erasures.confirm(tx, id, by.value(), now);
        });
    }

    /** @throws VaultException {@code not_found}; {@code conflict} with {@code state} when it was confirmed or cancelled before */
    public Erasure cancel(PartnerId partner, String id, IdentityId by, AuditEntry entry) {
        return change(partner, id, entry, (tx, seen) -> erasures.cancel(tx, id, by.value(), now()));
    }

    private Erasure change(PartnerId partner, String id, AuditEntry entry, Change change) {
        TenantId space = TenantId.sharedBy(partner);
        requireForm(id);
        erasures.transactions().inTransaction(space, tx -> {
            Erasure seen = erasures.lock(tx, id).orElseThrow(ErasureService::notFound);
            if (seen.status() != ErasureStatus.SCHEDULED) {
                throw conflict(
                        "The erasure is " + seen.status().wireName(),
                        Map.of("state", seen.status().wireName()));
            }
            change.of(tx, seen);
            record(tx, entry, seen);
            return seen;
        });
        return find(partner, id);
    }

    /** @throws VaultException {@code not_found} */
    public Erasure find(PartnerId partner, String id) {
        requireForm(id);
        return erasures.find(TenantId.sharedBy(partner), id).orElseThrow(ErasureService::notFound);
    }

    /**
     * The newest first; one more than the limit when there are more.
     *
     * @param before the id of the last of the page before; null to begin
     * @throws VaultException {@code invalid_cursor}
     */
    public List<Erasure> list(PartnerId partner, int limit, @Nullable String before) {
        if (before != null && !ID.matcher(before).matches()) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no erasure");
        }
        return erasures.page(TenantId.sharedBy(partner), limit + 1, before);
    }

    private static void requireForm(String id) {
        if (!ID.matcher(id).matches()) {
            throw notFound();
        }
    }

    private static void record(TenantTransaction tx, AuditEntry entry, Erasure erasure) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("level", erasure.level().wireName());
        extra.put("subject", erasure.subject());
        extra.put("due_at", erasure.dueAt().toString());
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(entry.withPath(erasure.id()).withExtra(extra)));
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.NOT_FOUND, "There is no such erasure");
    }

    private static VaultException conflict(String message, Map<String, String> details) {
        return new VaultException(ErrorCode.CONFLICT, message, new LinkedHashMap<>(details));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Refuses, or changes. */
    @FunctionalInterface
    private interface Change {
        void of(TenantTransaction tx, Erasure seen);
    }
}
