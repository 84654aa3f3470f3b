package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, in the background, certificates that count now, of each authority, and those of them that expire soon. It walks the ends of each tenant's certificates in small steps, pauses
 * between them so that it takes a fifth of a processor at most, and rests forty times as long as all that took: whoever has millions is counted seldom, whoever has few often. Thread-safe.
 */
public final class CertificateCensus {
    /** Within how many days a certificate expires soon. */
    public static final List<Integer> SOON_DAYS = List.of(1, 7, 30);

    private static final Logger LOG = LoggerFactory.getLogger(CertificateCensus.class);
    private static final Duration SHORTEST_REST = Duration.ofMinutes(5);
    private static final int REST = 40;
    private static final int STEP = 5_000;
    /** Times as long as a step took. */
    private static final int PAUSE = 4;

    /** Keys of responders come and go by themselves: nobody renews them. Of a revoked authority nothing counts. What was renewed may expire. */
    private static final String STEP_OF = """
            with page as (
                select c.ca_id, c.not_after, c.certificate_id,
                    c.status = 'issued' and c.created_by <> 'system:ocsp-responder' and a.status <> 'revoked' as good,
                    case when c.not_after > ?::timestamptz then false else exists (
                        select from certificate_renewal r
                        join certificate_renewal next on next.tenant_id = r.tenant_id and next.line_id = r.line_id and next.place = r.place + 1
                        where r.tenant_id = c.tenant_id and r.certificate_id = c.certificate_id)
                    end as renewed
                from certificate c join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
                where c.tenant_id = ?::text and (c.not_after, c.certificate_id) > (?::timestamptz, ?::uuid)
                order by c.not_after, c.certificate_id limit ?
            ), last as (
                select not_after, certificate_id from page order by not_after desc, certificate_id desc limit 1
            )
            select p.ca_id, count(*) as seen, count(*) filter (where p.good) as good,
                count(*) filter (where p.good and not p.renewed and p.not_after <= ?::timestamptz) as soon_0,
                count(*) filter (where p.good and not p.renewed and p.not_after <= ?::timestamptz) as soon_1,
                count(*) filter (where p.good and not p.renewed and p.not_after <= ?::timestamptz) as soon_2,
                l.not_after, l.certificate_id
            from page p cross join last l group by p.ca_id, l.not_after, l.certificate_id
            """;

    private final ActiveTenants tenants;
    private final TenantTransactions transactions;
    private final Clock clock;
    private final ConcurrentHashMap<TenantId, Counted> counted = new ConcurrentHashMap<>();

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public CertificateCensus(DataSource worker, TenantTransactions transactions, Clock clock) {
        this.tenants = new ActiveTenants(worker);
        this.transactions = transactions;
        this.clock = clock;
    }

    /** All tenants whose rest is over, one after the other. One that cannot be counted now keeps its numbers, and is tried again. */
    public void run() throws SQLException {
        List<TenantId> all = tenants.find();
        counted.keySet().retainAll(all);
        for (TenantId tenant : all) {
            Counted before = counted.get(tenant);
            if (before == null || !before.restsUntil().isAfter(clock.instant())) {
                try {
                    counted.put(tenant, count(tenant));
                } catch (VaultException notNow) {
                    LOG.warn(
                            "the certificates of {} are counted later: {}",
                            tenant,
                            notNow.code().code());
                }
            }
        }
    }

    private Counted count(TenantId tenant) {
        Instant begun = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Map<UUID, Long> good = new HashMap<>();
        long[] soon = new long[SOON_DAYS.size()];
        Position at = new Position(begun, Position.BEFORE_ALL);
        long seen;
        do {
            long stepBegun = System.nanoTime();
            List<Part> parts = transactions.query(
                    tenant,
                    STEP_OF,
                    (results, index) -> part(results),
                    begun.plus(Duration.ofDays(SOON_DAYS.getLast())),
                    tenant.value(),
                    at.notAfter(),
                    at.id(),
                    STEP,
                    begun.plus(Duration.ofDays(SOON_DAYS.get(0))),
                    begun.plus(Duration.ofDays(SOON_DAYS.get(1))),
                    begun.plus(Duration.ofDays(SOON_DAYS.get(2))));
            seen = 0;
            for (Part part : parts) {
                seen += part.seen();
                good.merge(part.authority(), part.good(), Long::sum);
                for (int i = 0; i < soon.length; i++) {
                    soon[i] += part.soon().get(i);
                }
                at = part.last();
            }
            if (seen == STEP) {
                LockSupport.parkNanos(PAUSE * (System.nanoTime() - stepBegun));
            }
        } while (seen == STEP);
        Duration rest = Duration.between(begun, clock.instant()).multipliedBy(REST);
        return new Counted(
                good,
                List.of(soon[0], soon[1], soon[2]),
                clock.instant().plus(rest.compareTo(SHORTEST_REST) > 0 ? rest : SHORTEST_REST));
    }

    private static Part part(ResultSet results) throws SQLException {
        return new Part(
                results.getObject("ca_id", UUID.class),
                results.getLong("seen"),
                results.getLong("good"),
                List.of(results.getLong("soon_0"), results.getLong("soon_1"), results.getLong("soon_2")),
                new Position(
                        results.getObject("not_after", OffsetDateTime.class).toInstant(),
                        results.getObject("certificate_id", UUID.class)));
    }

    /** As they were counted last; of no tenant that was never counted. */
    public Map<UUID, Long> active() {
        Map<UUID, Long> all = new HashMap<>();
        counted.values().forEach(each -> all.putAll(each.good()));
        return all;
    }

    /** Of all tenants together, in the order of {@link #SOON_DAYS}. */
    public List<Long> expiringSoon() {
        long[] soon = new long[SOON_DAYS.size()];
        for (Counted each : counted.values()) {
            for (int i = 0; i < soon.length; i++) {
                soon[i] += each.soon().get(i);
            }
        }
        return List.of(soon[0], soon[1], soon[2]);
    }

    private record Part(UUID authority, long seen, long good, List<Long> soon, Position last) {}

    private record Counted(Map<UUID, Long> good, List<Long> soon, Instant restsUntil) {}
}
