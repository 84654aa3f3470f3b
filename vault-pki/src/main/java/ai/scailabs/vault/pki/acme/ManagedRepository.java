package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.serving.ServingVersion;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of managed certificates and their versions. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class ManagedRepository {
    /** Of one certificate: what is older goes, with its key. */
    static final int KEPT_VERSIONS = 10;

    private static final String SELECT = """
            select c.certificate_id, c.account_id, a.name as account_name, c.names, c.challenge_type, c.dns_provider_id, c.profile, c.preferred_chain, c.key_type,
                c.key_size, c.csr, c.auto_renew, c.version, c.renew_at, c.created_at, c.created_by
            from acme_certificate c join acme_account a on a.tenant_id = c.tenant_id and a.account_id = c.account_id
            """;

    private final TenantTransactions transactions;

    ManagedRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    void insert(
            TenantTransaction tx,
            UUID id,
            UUID account,
            CertificateTerms terms,
            boolean autoRenew,
            Instant now,
            String by) {
        KeySpec key = terms.key();
        tx.update(
                """
                insert into acme_certificate (tenant_id, certificate_id, account_id, names, challenge_type, dns_provider_id, profile, preferred_chain, key_type,
                    key_size, csr, auto_renew, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                id,
                account,
                terms.names().stream().map(OrderedName::stored).toArray(String[]::new),
                terms.challenge().wireName(),
                terms.dnsProvider(),
                terms.profile(),
                terms.preferredChain(),
                key == null ? null : key.keyType(),
                key == null ? null : key.keySize(),
                terms.csr(),
                autoRenew,
                now,
                by,
                now);
    }

    Optional<ManagedCertificate> find(TenantId tenant, UUID id) {
        return transactions
                .queryOne(
                        tenant,
                        SELECT + " where c.tenant_id = ? and c.certificate_id = ? and c.version > 0",
                        (results, index) -> certificate(results),
                        tenant.value(),
                        id)
                .map(found -> new ManagedCertificate(
                        found.id(),
                        found.accountId(),
                        found.accountName(),
                        found.terms(),
                        found.autoRenew(),
                        found.version(),
                        found.renewAt(),
                        found.createdAt(),
                        found.createdBy(),
                        versions(tenant, id)));
    }

    /** In the order of their ids; without their versions. */
    List<ManagedCertificate> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(
                tenant,
                SELECT
                        + " where c.tenant_id = ? and c.certificate_id > ? and c.version > 0 order by c.certificate_id limit ?",
                (results, index) -> certificate(results),
                tenant.value(),
                after,
                rows);
    }

    private List<CertificateVersion> versions(TenantId tenant, UUID certificate) {
        return transactions.query(tenant, """
                select version, key_id, has_key, serial, sha256, issuer, not_before, not_after, order_id, created_at, revoked_at, revocation_reason
                from acme_certificate_version where tenant_id = ? and certificate_id = ? order by version desc
                """, (results, index) -> version(results), tenant.value(), certificate);
    }

    /** How its newest version stands; empty before there is one. */
    Optional<ServingVersion> newest(TenantId tenant, UUID certificate) {
        return transactions.queryOne(
                tenant,
                """
                select c.certificate_id, v.version, t.partner_id, v.serial, case when v.has_key then v.key_id end as key_id, v.not_before, v.not_after, v.revoked_at
                from acme_certificate c
                join tenant t on t.tenant_id = c.tenant_id
                join acme_certificate_version v on v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id and v.version = c.version
                where c.tenant_id = ? and c.certificate_id = ?
                """,
                (results, index) -> new ServingVersion(
                        results.getObject("certificate_id", UUID.class),
                        results.getInt("version"),
                        new PartnerId(results.getString("partner_id")),
                        CertificateVersion.serialText(results.getString("serial")),
                        results.getString("key_id"),
                        OrderRows.instant(results, "not_before"),
                        OrderRows.instant(results, "not_after"),
                        OrderRows.time(results, "revoked_at") != null),
                tenant.value(),
                certificate);
    }

    /** Of the certificate, which nobody else changes until the transaction ends. */
    int lockVersion(TenantTransaction tx, UUID certificate) {
        return tx.queryOne(
                        "select version from acme_certificate where tenant_id = ? and certificate_id = ? for no key update",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value(),
                        certificate)
                .orElseThrow();
    }

    void insertVersion(TenantTransaction tx, UUID certificate, CertificateVersion version) {
        tx.update(
                """
                insert into acme_certificate_version (tenant_id, certificate_id, version, key_id, has_key, serial, sha256, issuer, not_before, not_after, order_id,
                    created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                certificate,
                version.version(),
                version.keyId(),
                version.hasKey(),
                version.serial(),
                version.sha256(),
                version.issuer(),
                version.notBefore(),
                version.notAfter(),
                version.orderId(),
                version.createdAt());
    }

    /** The version is the newest. */
    void advance(
            TenantTransaction tx,
            UUID certificate,
            CertificateVersion version,
            @Nullable String renewalId,
            Instant renewAt,
            Instant now) {
        tx.update(
                """
                update acme_certificate set version = ?, not_before = ?, not_after = ?, renewal_id = ?, renew_at = case when auto_renew then ?::timestamptz end,
                    look_at = case when auto_renew and ?::text is not null then ?::timestamptz end, updated_at = ?
                where tenant_id = ? and certificate_id = ?
                """,
                version.version(),
                version.notBefore(),
                version.notAfter(),
                renewalId,
                renewAt,
                renewalId,
                now,
                now,
                tx.tenant().value(),
                certificate);
    }

    /** Versions that are too many, with their keys. */
    void prune(TenantTransaction tx, UUID certificate, int newest) {
        List<String> keys = tx.query(
                "delete from acme_certificate_version where tenant_id = ? and certificate_id = ? and version <= ? returning key_id",
                (results, index) -> results.getString(1),
                tx.tenant().value(),
                certificate,
                newest - KEPT_VERSIONS);
        for (String key : keys) {
            tx.update(
                    "delete from acme_key where tenant_id = ? and key_id = ?",
                    tx.tenant().value(),
                    key);
        }
    }

    /**
     * Of a certificate that was locked. While an order is under way it has no moment: what comes of the order sets it.
     *
     * @param renewAt when, if it is to be renewed and nobody knows better
     */
    void changeRenewal(TenantTransaction tx, UUID certificate, boolean autoRenew, Instant renewAt, Instant now) {
        tx.update(
                """
                update acme_certificate c set auto_renew = w.auto_renew, renew_at = case when w.waits then coalesce(c.renew_at, ?::timestamptz) end,
                    look_at = case when w.waits and c.renewal_id is not null then ?::timestamptz end, updated_at = ?
                from (
                    select a.auto_renew, a.auto_renew and not exists (
                        select from acme_order o where o.tenant_id = ? and o.certificate_id = ? and o.status in ('pending', 'processing') and o.stage <> 'done'
                    ) as waits
                    from (select ?::boolean as auto_renew) a
                ) w
                where c.tenant_id = ? and c.certificate_id = ?
                """,
                renewAt,
                now,
                now,
                tx.tenant().value(),
                certificate,
                autoRenew,
                tx.tenant().value(),
                certificate);
    }

    /** Where it is the newest, another takes its place at once, and nobody asks the directory when that is to be. */
    void revoke(TenantTransaction tx, UUID certificate, int version, RevocationReason reason, Instant now) {
        tx.update("""
                update acme_certificate_version set revoked_at = ?, revocation_reason = ?
                where tenant_id = ? and certificate_id = ? and version = ? and revoked_at is null
                """, now, reason.code(), tx.tenant().value(), certificate, version);
        tx.update("""
                update acme_certificate set renew_at = case when auto_renew and version = ? then ?::timestamptz else renew_at end,
                    look_at = case when version = ? then null else look_at end, updated_at = ?
                where tenant_id = ? and certificate_id = ?
                """, version, now, version, now, tx.tenant().value(), certificate);
    }

    /** Every version would be of the same key: none is made any more. An order under way ends with its next step that waits or fails. */
    void endRenewal(TenantTransaction tx, UUID certificate, Instant now) {
        tx.update(
                "update acme_certificate set auto_renew = false, renew_at = null, look_at = null where tenant_id = ? and certificate_id = ?",
                tx.tenant().value(),
                certificate);
        tx.update(
                "update acme_order set give_up_at = ? where tenant_id = ? and certificate_id = ? and status in ('pending', 'processing')",
                now,
                tx.tenant().value(),
                certificate);
    }

    /** Whether it was revoked for a key that its next version would have too. */
    boolean isExposed(TenantId tenant, UUID certificate) {
        return transactions.inTransaction(tenant, tx -> isExposed(tx, certificate));
    }

    static boolean isExposed(TenantTransaction tx, UUID certificate) {
        return tx.queryOne(
                        """
                        select true from acme_certificate c
                        join acme_certificate_version v on v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id
                        where c.tenant_id = ? and c.certificate_id = ? and c.csr is not null and v.revocation_reason = ? limit 1
                        """,
                        (results, index) -> true,
                        tx.tenant().value(),
                        certificate,
                        RevocationReason.KEY_COMPROMISE.code())
                .isPresent();
    }

    private static ManagedCertificate certificate(ResultSet results) throws SQLException {
        return new ManagedCertificate(
                results.getObject("certificate_id", UUID.class),
                results.getObject("account_id", UUID.class),
                results.getString("account_name"),
                OrderRows.terms(results),
                results.getBoolean("auto_renew"),
                results.getInt("version"),
                OrderRows.time(results, "renew_at"),
                OrderRows.instant(results, "created_at"),
                results.getString("created_by"),
                List.of());
    }

    private static CertificateVersion version(ResultSet results) throws SQLException {
        Integer reason = results.getObject("revocation_reason", Integer.class);
        return new CertificateVersion(
                results.getInt("version"),
                results.getString("key_id"),
                results.getBoolean("has_key"),
                results.getString("serial"),
                results.getBytes("sha256"),
                results.getString("issuer"),
                OrderRows.instant(results, "not_before"),
                OrderRows.instant(results, "not_after"),
                results.getObject("order_id", UUID.class),
                OrderRows.instant(results, "created_at"),
                OrderRows.time(results, "revoked_at"),
                reason == null ? null : RevocationReason.of(reason));
    }
}
