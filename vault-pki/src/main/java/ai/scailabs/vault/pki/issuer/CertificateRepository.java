package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of whose key signs, and of the numbers that certificates get. */
final class CertificateRepository {
    /** Within which a number that was reserved is signed, or never. */
    static final Duration LONGEST_RESERVATION = Duration.ofMinutes(10);

    private final TenantTransactions transactions;

    CertificateRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Those of the numbers that no certificate of the authority has and nobody else gets. */
    List<SerialNumber> reserve(TenantId tenant, UUID authority, List<SerialNumber> drawn, Instant now) {
        return transactions.query(
                tenant,
                """
                insert into reserved_serial (tenant_id, ca_id, serial, reserved_at)
                select ?::text, ?::uuid, d.serial, ?::timestamptz from unnest(?::bytea[]) as d (serial)
                where not exists (select from certificate c where c.tenant_id = ?::text and c.serial = d.serial and c.ca_id = ?::uuid)
                on conflict do nothing
                returning serial
                """,
                (results, index) -> new SerialNumber(new BigInteger(results.getBytes(1))),
                tenant.value(),
                authority,
                now,
                drawn.stream().map(SerialNumber::contentOctets).toArray(byte[][]::new),
                tenant.value(),
                authority);
    }

    /** The authority if it signs now. */
    Optional<Signer> signer(TenantId tenant, UUID authority, Instant now) {
        return transactions.queryOne(
                tenant, """
                select g.generation, g.key_type, g.key_size, g.certificate, g.key_id, k.private_key,
                    a.crl_partitions, a.crl_urls, a.ocsp_urls, a.issuer_urls, a.updated_at
                from certificate_authority a
                join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and g.generation = a.generation
                join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                where a.tenant_id = ? and a.ca_id = ? and a.status = 'active' and g.not_before <= ? and g.not_after > ?
                """, (results, index) -> signer(results), tenant.value(), authority, now, now);
    }

    /** By the key of that generation, whether or not the authority signs anything else; empty when its certificate does not count now. */
    Optional<Signer> signerOfResponders(TenantId tenant, UUID authority, int generation, Instant now) {
        return transactions.queryOne(
                tenant, """
                select g.generation, g.key_type, g.key_size, g.certificate, g.key_id, k.private_key,
                    1 as crl_partitions, null::text[] as crl_urls, null::text[] as ocsp_urls, null::text[] as issuer_urls, g.created_at as updated_at
                from ca_generation g join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                where g.tenant_id = ? and g.ca_id = ? and g.generation = ? and g.not_before <= ? and g.not_after > ?
                """, (results, index) -> signer(results), tenant.value(), authority, generation, now, now);
    }

    private static Signer signer(ResultSet results) throws SQLException {
        return new Signer(
                results.getInt("generation"),
                results.getObject("updated_at", OffsetDateTime.class).toInstant(),
                results.getBytes("certificate"),
                new SigningKey(
                        AuthorityRows.keySpec(results), results.getString("key_id"), results.getBytes("private_key")),
                AuthorityRows.urls(results),
                results.getInt("crl_partitions"));
    }

    /** Whose key signs. */
    record Signer(
            int generation,
            Instant changedAt,
            byte[] certificate,
            SigningKey key,
            AuthorityUrls urls,
            int crlPartitions) {}
}
