package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of authorities and their keys. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class AuthorityRepository {
    private static final String SELECT = """
            select a.ca_id, a.name, a.ca_type, a.parent_ca_id, a.common_name, a.status, a.created_at, a.created_by, a.updated_at,
                a.crl_partitions, a.crl_urls, a.ocsp_urls, a.issuer_urls, a.revoked_at, a.revocation_reason, g.generation, g.key_id, g.key_type, g.key_size, g.key_storage,
                g.certificate_id, g.certificate, g.serial, g.subject,
                g.subject_key_id, g.max_path_length, g.name_constraints::text as name_constraints, g.issuer_ca_id, g.issuer_generation,
                g.not_before, g.not_after,
                a.counted,
                (select count(*) from certificate c
                    where c.tenant_id = a.tenant_id and c.ca_id = a.ca_id and c.certificate_id > a.counted_through
                    and not exists (
                        select from ca_generation s where s.tenant_id = c.tenant_id and s.ca_id = c.ca_id and s.certificate_id = c.certificate_id)
                ) as uncounted
            from certificate_authority a
            join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and g.generation = a.generation
            """;

    /** Whoever saw the authority before it was changed is told by this moment, whatever clocks do. */
    private static final String LATER = "greatest(?::timestamptz, updated_at + interval '1 microsecond')";

    /** Counting so many again and again would be noticed. */
    static final int MAX_UNCOUNTED = 10_000;

    /** Between a revocation and the list that tells of it, until it is known how long making that takes. */
    private static final int FIRST_DELAY_MILLIS = 5_000;

    private final TenantTransactions transactions;
    private final Clock clock;

    AuthorityRepository(TenantTransactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<CertificateAuthority> page(TenantId tenant, UUID after, int rows) {
        List<UUID> behind = new ArrayList<>();
        List<CertificateAuthority> page = transactions.query(
                tenant,
                SELECT + " where a.tenant_id = ? and a.ca_id > ? order by a.ca_id limit ?",
                (results, index) -> noted(results, behind),
                tenant.value(),
                after,
                rows);
        behind.forEach(id -> count(tenant, id));
        return page;
    }

    Optional<CertificateAuthority> find(TenantId tenant, UUID id) {
        List<UUID> behind = new ArrayList<>();
        Optional<CertificateAuthority> found = transactions.queryOne(
                tenant,
                SELECT + " where a.tenant_id = ? and a.ca_id = ?",
                (results, index) -> noted(results, behind),
                tenant.value(),
                id);
        behind.forEach(each -> count(tenant, each));
        return found;
    }

    private static CertificateAuthority noted(ResultSet results, List<UUID> behind) throws SQLException {
        if (results.getLong("uncounted") > MAX_UNCOUNTED) {
            behind.add(results.getObject("ca_id", UUID.class));
        }
        return authority(results);
    }

    /** Once and for all, up to where every number that was reserved is signed or never will be. Whoever was quicker has counted the same. */
    private void count(TenantId tenant, UUID id) {
        long settled = clock.instant()
                .minus(CertificateRepository.LONGEST_RESERVATION)
                .minusSeconds(60)
                .toEpochMilli();
        UUID through = new UUID(settled << 16, 0);
        transactions.update(tenant, """
                update certificate_authority a set counted = a.counted + n.number, counted_through = ?::uuid
                from (
                    select o.counted_through, (
                        select count(*) from certificate c
                        where c.tenant_id = o.tenant_id and c.ca_id = o.ca_id
                            and c.certificate_id > o.counted_through and c.certificate_id <= ?::uuid
                            and not exists (
                                select from ca_generation s
                                where s.tenant_id = c.tenant_id and s.ca_id = c.ca_id and s.certificate_id = c.certificate_id)
                    ) as number
                    from certificate_authority o where o.tenant_id = ?::text and o.ca_id = ?::uuid
                ) n
                where a.tenant_id = ?::text and a.ca_id = ?::uuid and a.counted_through = n.counted_through and a.counted_through < ?::uuid
                """, through, through, tenant.value(), id, tenant.value(), id, through);
    }

    Optional<CertificateAuthority> find(TenantTransaction tx, UUID id) {
        return tx.queryOne(
                SELECT + " where a.tenant_id = ? and a.ca_id = ?",
                (results, index) -> authority(results),
                tx.tenant().value(),
                id);
    }

    boolean isTaken(TenantId tenant, String name) {
        return transactions
                .queryOne(
                        tenant,
                        "select 1 from certificate_authority where tenant_id = ? and name = ?",
                        (results, index) -> true,
                        tenant.value(),
                        name)
                .isPresent();
    }

    /** The certificates above that generation, from the one that signed it to the root; DER. */
    List<byte[]> above(TenantId tenant, UUID id, int generation) {
        return transactions.query(
                tenant, """
                with recursive above as (
                    select issuer_ca_id, issuer_generation, certificate, 0 as height from ca_generation
                    where tenant_id = ? and ca_id = ? and generation = ?
                    union all
                    select g.issuer_ca_id, g.issuer_generation, g.certificate, a.height + 1
                    from above a join ca_generation g on g.tenant_id = ? and g.ca_id = a.issuer_ca_id and g.generation = a.issuer_generation
                    where a.height < 100
                )
                select certificate from above where height > 0 order by height
                """, (results, index) -> results.getBytes(1), tenant.value(), id, generation, tenant.value());
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from certificate_authority where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    /** False when the tenant's key that seals it has just given way to the next: whoever seals what is stored anew has gone by. */
    boolean insertKey(TenantTransaction tx, String keyId, byte[] sealedPrivateKey, Instant now) {
        return tx.update(
                        """
                        insert into ca_signing_key (tenant_id, key_id, private_key, created_at)
                        select ?::text, ?::text, ?::bytea, ?::timestamptz
                        where not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        """,
                        tx.tenant().value(),
                        keyId,
                        sealedPrivateKey,
                        now,
                        tx.tenant().value(),
                        sealedPrivateKey)
                > 0;
    }

    void insert(TenantTransaction tx, CertificateAuthority authority) {
        tx.update(
                """
                insert into certificate_authority (tenant_id, ca_id, name, ca_type, parent_ca_id, common_name, status, crl_urls, ocsp_urls, issuer_urls, generation,
                    created_at, created_by, updated_at, crl_partitions)
                values (?, ?, ?, ?, ?, ?, ?, ?::text[], ?::text[], ?::text[], ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                authority.id(),
                authority.name(),
                authority.type().wireName(),
                authority.parentId(),
                authority.commonName(),
                authority.status().wireName(),
                array(authority.urls().crl()),
                array(authority.urls().ocsp()),
                array(authority.urls().issuer()),
                authority.current().number(),
                authority.createdAt(),
                authority.createdBy(),
                authority.updatedAt(),
                authority.crlPartitions());
        insertGeneration(tx, authority);
        tx.update(
                "insert into crl_schedule (tenant_id, ca_id, due_at, delay_ms) values (?, ?, ?, ?)",
                tx.tenant().value(),
                authority.id(),
                authority.createdAt(),
                FIRST_DELAY_MILLIS);
    }

    private static void insertGeneration(TenantTransaction tx, CertificateAuthority authority) {
        AuthorityGeneration generation = authority.current();
        tx.update(
                """
                insert into ca_generation (tenant_id, ca_id, generation, key_id, key_type, key_size, certificate_id, certificate, serial, subject,
                    subject_key_id, max_path_length, name_constraints, issuer_ca_id, issuer_generation, not_before, not_after, created_at, key_storage)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                authority.id(),
                generation.number(),
                generation.keyId(),
                generation.keySpec().keyType(),
                generation.keySpec().keySize(),
                generation.certificateId(),
                generation.certificate(),
                generation.serial().contentOctets(),
                generation.subject(),
                generation.subjectKeyId(),
                generation.maxPathLength(),
                generation.constraints().isEmpty() ? null : ConstraintsJson.write(generation.constraints()),
                generation.issuerId(),
                generation.issuerGeneration(),
                generation.notBefore(),
                generation.notAfter(),
                authority.updatedAt(),
                generation.storage().wireName());
    }

    void changeStatus(TenantTransaction tx, UUID id, AuthorityStatus status, Instant now) {
        tx.update(
                "update certificate_authority set status = ?, updated_at = " + LATER
                        + " where tenant_id = ? and ca_id = ?",
                status.wireName(),
                now,
                tx.tenant().value(),
                id);
    }

    void changeUrls(TenantTransaction tx, UUID id, AuthorityUrls urls, Instant now) {
        tx.update(
                """
                update certificate_authority
                set crl_urls = ?::text[], ocsp_urls = ?::text[], issuer_urls = ?::text[], updated_at = """ + LATER + """
                where tenant_id = ? and ca_id = ?
                """,
                array(urls.crl()),
                array(urls.ocsp()),
                array(urls.issuer()),
                now,
                tx.tenant().value(),
                id);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static CertificateAuthority authority(ResultSet results) throws SQLException {
        AuthorityGeneration current = new AuthorityGeneration(
                results.getInt("generation"),
                results.getString("key_id"),
                keySpec(results),
                KeyStorage.parse(results.getString("key_storage")).orElseThrow(),
                results.getObject("certificate_id", UUID.class),
                results.getBytes("certificate"),
                new SerialNumber(new BigInteger(results.getBytes("serial"))),
                results.getString("subject"),
                results.getBytes("subject_key_id"),
                results.getObject("max_path_length", Integer.class),
                ConstraintsJson.read(results.getString("name_constraints")),
                results.getObject("issuer_ca_id", UUID.class),
                results.getObject("issuer_generation", Integer.class),
                instant(results, "not_before"),
                instant(results, "not_after"));
        return new CertificateAuthority(
                results.getObject("ca_id", UUID.class),
                results.getString("name"),
                AuthorityType.valueOf(results.getString("ca_type").toUpperCase(Locale.ROOT)),
                results.getObject("parent_ca_id", UUID.class),
                results.getString("common_name"),
                AuthorityStatus.parse(results.getString("status")),
                urls(results),
                current,
                results.getLong("counted") + results.getLong("uncounted"),
                results.getInt("crl_partitions"),
                revocation(results),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static CertificateAuthority.@Nullable Revocation revocation(ResultSet results) throws SQLException {
        Integer reason = results.getObject("revocation_reason", Integer.class);
        return reason == null
                ? null
                : new CertificateAuthority.Revocation(RevocationReason.of(reason), instant(results, "revoked_at"));
    }

    private static String @Nullable [] array(@Nullable List<String> texts) {
        return texts == null ? null : texts.toArray(String[]::new);
    }

    static AuthorityUrls urls(ResultSet results) throws SQLException {
        return new AuthorityUrls(
                texts(results, "crl_urls"), texts(results, "ocsp_urls"), texts(results, "issuer_urls"));
    }

    private static @Nullable List<String> texts(ResultSet results, String column) throws SQLException {
        Array array = results.getArray(column);
        return array == null ? null : List.of((String[]) array.getArray());
    }

    static KeySpec keySpec(ResultSet results) throws SQLException {
        return KeySpec.of(results.getString("key_type"), results.getObject("key_size", Integer.class))
                .orElseThrow(() -> new IllegalStateException("a key was written by a newer version"));
    }

    static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
