package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of authorities and their keys. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class AuthorityRepository {
    /** Whoever saw the authority before it was changed is told by this moment, whatever clocks do. */
    static final String LATER = "greatest(?::timestamptz, updated_at + interval '1 microsecond')";

    /** Counting so many again and again would be noticed. */
    static final int MAX_UNCOUNTED = 10_000;

    private final TenantTransactions transactions;
    private final GenerationRepository generations;
    private final CrossRepository crosses;
    private final Clock clock;

    AuthorityRepository(TenantTransactions transactions, Clock clock) {
        this.transactions = transactions;
        this.generations = new GenerationRepository(transactions);
        this.crosses = new CrossRepository(transactions);
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
                AuthorityRows.SELECT + " where a.tenant_id = ? and a.ca_id > ? order by a.ca_id limit ?",
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
                AuthorityRows.SELECT + " where a.tenant_id = ? and a.ca_id = ?",
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
        return AuthorityRows.authority(results);
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
                AuthorityRows.SELECT + " where a.tenant_id = ? and a.ca_id = ?",
                (results, index) -> AuthorityRows.authority(results),
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

    /** The certificates above that generation, from the one that signed it to the root, or to the last that is known; DER. */
    List<byte[]> above(TenantId tenant, UUID id, int generation) {
        return line(tenant, id, generation).stream().skip(1).toList();
    }

    /** That generation's own certificate, and those above it; DER. Empty when there is none. */
    List<byte[]> line(TenantId tenant, UUID id, int generation) {
        List<Link> links = transactions.query(
                tenant,
                """
                with recursive above as (
                    select issuer_ca_id, issuer_generation, certificate, chain, 0 as height from ca_generation
                    where tenant_id = ? and ca_id = ? and generation = ?
                    union all
                    select g.issuer_ca_id, g.issuer_generation, g.certificate, g.chain, a.height + 1
                    from above a join ca_generation g on g.tenant_id = ? and g.ca_id = a.issuer_ca_id and g.generation = a.issuer_generation
                    where a.height < 100
                )
                select certificate, chain from above order by height
                """,
                (results, index) -> new Link(results.getBytes(1), AuthorityRows.octets(results, "chain")),
                tenant.value(),
                id,
                generation,
                tenant.value());
        List<byte[]> line =
                new ArrayList<>(links.stream().map(Link::certificate).toList());
        if (!links.isEmpty()) {
            line.addAll(links.getLast().chain());
        }
        return line;
    }

    /** @param chain of others, above it */
    private record Link(byte[] certificate, List<byte[]> chain) {}

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
        insert(tx, authority, 0);
    }

    /** @param lastCrlNumber before the first that it gives */
    void insert(TenantTransaction tx, CertificateAuthority authority, long lastCrlNumber) {
        AuthorityGeneration certified = authority.certified();
        PendingKey pending = authority.pending();
        tx.update(
                """
                insert into certificate_authority (tenant_id, ca_id, name, ca_type, parent_ca_id, common_name, status, crl_urls, ocsp_urls, issuer_urls, generation,
                    created_at, created_by, updated_at, crl_partitions, auto_rotate)
                values (?, ?, ?, ?, ?, ?, ?, ?::text[], ?::text[], ?::text[], ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                authority.id(),
                authority.name(),
                authority.type().wireName(),
                authority.parentId(),
                authority.commonName(),
                authority.status().wireName(),
                AuthorityRows.array(authority.urls().crl()),
                AuthorityRows.array(authority.urls().ocsp()),
                AuthorityRows.array(authority.urls().issuer()),
                certified == null ? 0 : certified.number(),
                authority.createdAt(),
                authority.createdBy(),
                authority.updatedAt(),
                authority.crlPartitions(),
                authority.rotation().automatic());
        generations.lookAnew(tx, authority.id(), authority.createdAt());
        if (certified != null) {
            generations.insert(tx, authority.id(), certified, authority.updatedAt());
            generations.schedule(tx, authority.id(), authority.createdAt(), lastCrlNumber);
        }
        if (pending != null) {
            generations.insertPending(tx, authority.id(), pending);
        }
    }

    CrossRepository crosses() {
        return crosses;
    }

    GenerationRepository generations() {
        return generations;
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

    void changeRotation(TenantTransaction tx, UUID id, boolean automatic, Instant now) {
        tx.update(
                "update certificate_authority set auto_rotate = ? where tenant_id = ? and ca_id = ?",
                automatic,
                tx.tenant().value(),
                id);
        generations.lookAnew(tx, id, now);
    }

    void changeUrls(TenantTransaction tx, UUID id, AuthorityUrls urls, Instant now) {
        tx.update(
                """
                update certificate_authority
                set crl_urls = ?::text[], ocsp_urls = ?::text[], issuer_urls = ?::text[], updated_at = """ + LATER + """
                where tenant_id = ? and ca_id = ?
                """,
                AuthorityRows.array(urls.crl()),
                AuthorityRows.array(urls.ocsp()),
                AuthorityRows.array(urls.issuer()),
                now,
                tx.tenant().value(),
                id);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }
}
