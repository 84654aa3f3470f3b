package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import ai.scailabs.vault.pki.x509.SerialNumber;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of lists of certificates: for each way through them there is an index, and a page is so many steps on it. What the index does not tell is looked at row by row, by whoever asks, so that no
 * combination of filters reads more than it was told to.
 */
final class InventoryRepository {
    private static final String COLUMNS = """
            select c.certificate_id, c.ca_id, a.name as ca_name, c.ca_generation as generation, c.serial, c.role, c.subject_ca_id, c.common_name, c.subject,
                c.sans, c.not_before, c.not_after, c.created_at, c.created_by, r.reason, r.revoked_at, r.invalidity_date, a.revoked_at as ca_revoked_at,
                a.revocation_reason as ca_reason, n.auto_renew, n.due_at, n.attempts, n.error_code, n.error_message,
                case when n.place > 1 then (
                    select o.certificate_id from certificate_renewal o where o.tenant_id = n.tenant_id and o.line_id = n.line_id and o.place = n.place - 1)
                end as renews,
                case when n.place >= 1 and n.due_at is null then (
                    select o.certificate_id from certificate_renewal o where o.tenant_id = n.tenant_id and o.line_id = n.line_id and o.place = n.place + 1)
                end as renewed_by
            from (
            """;

    private static final String JOINS = """
            ) w
            join certificate c on c.tenant_id = w.tenant_id and c.certificate_id = w.certificate_id
            join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
            left join certificate_revocation r on c.status = 'revoked' and r.tenant_id = c.tenant_id and r.ca_id = c.ca_id
                and r.ca_generation = c.ca_generation and r.serial = c.serial and not r.released
            left join certificate_renewal n on n.tenant_id = c.tenant_id and n.certificate_id = c.certificate_id
            """;

    /** Revoked ones that are not wanted are passed over where they are met, without a look at their other tables; the last is given all the same, as the next step goes on from there. */
    private static final String PASSING = """
            select tenant_id, certificate_id from (
                select tenant_id, certificate_id, status, row_number() over (order by certificate_id) as step from certificate
            """;

    private static final String PASSING_BY_END = """
            select tenant_id, certificate_id from (
                select tenant_id, certificate_id, status, row_number() over (order by not_after, certificate_id) as step from certificate
            """;

    private static final String PASSED = """
            ) met where ?::boolean or status <> 'revoked' or step = ?
            """;

    private static final String BY_ID = " order by c.certificate_id";
    private static final String BY_END = " order by c.not_after, c.certificate_id";

    private final TenantTransactions transactions;

    InventoryRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Of the next so many by the way that suits the filter those that may fit, and the last of them. */
    List<CertificateRecord> walk(TenantId tenant, CertificateFilter filter, Position after, Instant now, int steps) {
        if (filter.serial() != null) {
            return records(
                    tenant,
                    COLUMNS + """
                            select tenant_id, certificate_id from certificate
                            where tenant_id = ? and serial = ? and certificate_id > ? order by certificate_id limit ?
                            """ + JOINS + BY_ID,
                    tenant.value(),
                    filter.serial().contentOctets(),
                    after.id(),
                    steps);
        }
        if (filter.san() != null) {
            return records(
                    tenant,
                    COLUMNS + """
                            select distinct n.tenant_id, n.certificate_id
                            from unnest(?::text[]) as wanted (name) cross join lateral (
                                select tenant_id, certificate_id from certificate_name
                                where tenant_id = ? and certificate_name.name = wanted.name and certificate_id > ? order by certificate_id limit ?) n
                            order by n.certificate_id limit ?
                            """ + JOINS + BY_ID,
                    filter.typedNames(),
                    tenant.value(),
                    after.id(),
                    steps,
                    steps);
        }
        if (filter.wantsRevoked()) {
            return revoked(tenant, after, steps);
        }
        if (filter.isOfTime()) {
            Instant until = filter.expiringWithin() == null ? now : now.plus(filter.expiringWithin());
            return records(
                    tenant,
                    COLUMNS + PASSING_BY_END + """
                            where tenant_id = ? and (not_after, certificate_id) > (?, ?) and not_after <= ?
                            order by not_after, certificate_id limit ?
                            """ + PASSED + JOINS + BY_END,
                    tenant.value(),
                    after.notAfter(),
                    after.id(),
                    until,
                    steps,
                    filter.showsRevoked(),
                    steps);
        }
        return byPlace(tenant, filter, after, steps);
    }

    private List<CertificateRecord> byPlace(TenantId tenant, CertificateFilter filter, Position after, int steps) {
        if (filter.role() != null) {
            return records(
                    tenant,
                    COLUMNS + PASSING + """
                            where tenant_id = ? and role = ? and certificate_id > ? and role is not null order by certificate_id limit ?
                            """ + PASSED + JOINS + BY_ID,
                    tenant.value(),
                    filter.role(),
                    after.id(),
                    steps,
                    filter.showsRevoked(),
                    steps);
        }
        if (filter.authority() != null) {
            return records(
                    tenant,
                    COLUMNS + PASSING + """
                            where tenant_id = ? and ca_id = ? and certificate_id > ? order by certificate_id limit ?
                            """ + PASSED + JOINS + BY_ID,
                    tenant.value(),
                    filter.authority(),
                    after.id(),
                    steps,
                    filter.showsRevoked(),
                    steps);
        }
        return records(
                tenant,
                COLUMNS + PASSING + """
                        where tenant_id = ? and certificate_id > ? order by certificate_id limit ?
                        """ + PASSED + JOINS + BY_ID,
                tenant.value(),
                after.id(),
                steps,
                filter.showsRevoked(),
                steps);
    }

    /** Those that were revoked by themselves, and those of each authority that was. */
    private List<CertificateRecord> revoked(TenantId tenant, Position after, int steps) {
        return records(
                tenant,
                COLUMNS + """
                        select tenant_id, certificate_id from (
                            (select tenant_id, certificate_id from certificate
                            where tenant_id = ? and status = 'revoked' and certificate_id > ? order by certificate_id limit ?)
                            union
                            select b.tenant_id, b.certificate_id from certificate_authority revoked
                            cross join lateral (
                                select tenant_id, certificate_id from certificate
                                where tenant_id = revoked.tenant_id and ca_id = revoked.ca_id and certificate_id > ?
                                order by certificate_id limit ?) b
                            where revoked.tenant_id = ? and revoked.status = 'revoked'
                        ) either order by certificate_id limit ?
                        """ + JOINS + BY_ID,
                tenant.value(),
                after.id(),
                steps,
                after.id(),
                steps,
                tenant.value(),
                steps);
    }

    private List<CertificateRecord> records(
            TenantId tenant, @CompileTimeConstant final String sql, Object... arguments) {
        return transactions.query(tenant, sql, (results, index) -> record(results), arguments);
    }

    Optional<CertificateRecord> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                COLUMNS + "select ?::text as tenant_id, ?::uuid as certificate_id" + JOINS,
                (results, index) -> record(results),
                tenant.value(),
                id);
    }

    /** The last of the line that it is in, also when it is gone itself and was the first. Empty when it was in none. */
    Optional<UUID> newest(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                """
                select n.certificate_id from certificate_renewal n
                where n.tenant_id = ? and n.line_id = coalesce(
                    (select r.line_id from certificate_renewal r where r.tenant_id = ? and r.certificate_id = ?), ?::uuid)
                order by n.place desc limit 1
                """,
                (results, index) -> results.getObject(1, UUID.class),
                tenant.value(),
                tenant.value(),
                id,
                id);
    }

    /** DER. */
    Optional<byte[]> certificate(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                "select certificate from certificate where tenant_id = ? and certificate_id = ?",
                (results, index) -> results.getBytes(1),
                tenant.value(),
                id);
    }

    private static CertificateRecord record(ResultSet results) throws SQLException {
        return new CertificateRecord(
                results.getObject("certificate_id", UUID.class),
                results.getObject("ca_id", UUID.class),
                results.getString("ca_name"),
                new SerialNumber(new BigInteger(results.getBytes("serial"))),
                results.getString("role"),
                results.getObject("subject_ca_id", UUID.class),
                results.getString("common_name"),
                results.getString("subject"),
                Arrays.asList((String[]) results.getArray("sans").getArray()),
                instant(results, "not_before"),
                instant(results, "not_after"),
                CertificateStatuses.read(results),
                renewal(results),
                instant(results, "created_at"),
                results.getString("created_by"));
    }

    private static CertificateRecord.@Nullable Renewal renewal(ResultSet results) throws SQLException {
        Boolean autoRenew = results.getObject("auto_renew", Boolean.class);
        if (autoRenew == null) {
            return null;
        }
        OffsetDateTime nextAt = results.getObject("due_at", OffsetDateTime.class);
        String code = results.getString("error_code");
        return new CertificateRecord.Renewal(
                autoRenew,
                nextAt == null ? null : nextAt.toInstant(),
                results.getObject("renews", UUID.class),
                results.getObject("renewed_by", UUID.class),
                code == null
                        ? null
                        : new CertificateRecord.Failure(
                                code, results.getString("error_message"), results.getInt("attempts")));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
