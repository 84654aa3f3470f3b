package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Deletes numbers that were reserved and never used, revocations that were released long ago, and, where certificates are not kept for ever, those whose time has come. In batches, safe to break off
 * anywhere, and harmless when two instances are at it.
 */
public final class CertificatePurge {
    static final int BATCH = 1_000;

    private static final int MAX_BATCHES = 50;
    private static final Duration RESERVED = Duration.ofDays(1);

    private final ActiveTenants tenants;
    private final TenantTransactions transactions;
    private final @Nullable Duration keepExpired;
    private final Duration crlInterval;
    private final Clock clock;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param keepExpired after their end; null for ever
     * @param crlInterval of lists: a revoked certificate is on lists until one of them after its end, and longer kept than that
     */
    public CertificatePurge(
            DataSource worker,
            TenantTransactions transactions,
            @Nullable Duration keepExpired,
            Duration crlInterval,
            Clock clock) {
        this.tenants = new ActiveTenants(worker);
        this.transactions = transactions;
        this.keepExpired = keepExpired;
        this.crlInterval = crlInterval;
        this.clock = clock;
    }

    /** One pass over all tenants, with a bound for each. */
    public void run() throws SQLException {
        for (TenantId tenant : tenants.find()) {
            purge(tenant);
        }
    }

    void purge(TenantId tenant) {
        Instant now = clock.instant();
        Instant released = now.minus(crlInterval.multipliedBy(3));
        boolean more = true;
        for (int batch = 0; batch < MAX_BATCHES && more; batch++) {
            more = reserved(tenant, now.minus(RESERVED)) == BATCH | released(tenant, released) == BATCH;
            if (keepExpired != null) {
                Duration longest = keepExpired.compareTo(crlInterval.multipliedBy(4)) > 0
                        ? keepExpired
                        : crlInterval.multipliedBy(4);
                Instant before = now.minus(longest);
                more |= expired(tenant, before) == BATCH | unstored(tenant, before) == BATCH;
            }
        }
    }

    private int reserved(TenantId tenant, Instant before) {
        return transactions.update(tenant, """
                delete from reserved_serial s using (
                    select ca_id, serial from reserved_serial where tenant_id = ?::text and reserved_at < ? limit ?) old
                where s.tenant_id = ?::text and s.ca_id = old.ca_id and s.serial = old.serial
                """, tenant.value(), before, BATCH, tenant.value());
    }

    private int released(TenantId tenant, Instant before) {
        return transactions.update(tenant, """
                delete from certificate_revocation r using (
                    select ca_id, ca_generation, serial from certificate_revocation
                    where tenant_id = ?::text and released and changed_at < ? order by changed_at limit ?) old
                where r.tenant_id = ?::text and r.ca_id = old.ca_id and r.ca_generation = old.ca_generation and r.serial = old.serial and r.released
                    and r.changed_at < ?
                """, tenant.value(), before, BATCH, tenant.value(), before);
    }

    /** Never that of an authority, which is shown with it. */
    private int expired(TenantId tenant, Instant before) {
        return transactions
                .queryOne(
                        tenant,
                        """
                        with old as (
                            select certificate_id, ca_id, ca_generation, serial, sans from certificate
                            where tenant_id = ?::text and not_after < ? and subject_ca_id is null
                            order by not_after, certificate_id limit ?
                        ), names as (
                            delete from certificate_name n using (select certificate_id, unnest(sans) as name from old) o
                            where n.tenant_id = ?::text and n.name = o.name and n.certificate_id = o.certificate_id
                        ), revocations as (
                            delete from certificate_revocation r using old o
                            where r.tenant_id = ?::text and r.ca_id = o.ca_id and r.ca_generation = o.ca_generation and r.serial = o.serial
                        ), gone as (
                            delete from certificate c using old o where c.tenant_id = ?::text and c.certificate_id = o.certificate_id
                        )
                        select count(*) from old
                        """,
                        (results, index) -> results.getInt(1),
                        tenant.value(),
                        before,
                        BATCH,
                        tenant.value(),
                        tenant.value(),
                        tenant.value())
                .orElse(0);
    }

    private int unstored(TenantId tenant, Instant before) {
        return transactions.update(tenant, """
                delete from certificate_revocation r using (
                    select ca_id, ca_generation, serial from certificate_revocation
                    where tenant_id = ?::text and certificate_id is null and not_after < ? order by not_after limit ?) old
                where r.tenant_id = ?::text and r.ca_id = old.ca_id and r.ca_generation = old.ca_generation and r.serial = old.serial
                """, tenant.value(), before, BATCH, tenant.value());
    }
}
