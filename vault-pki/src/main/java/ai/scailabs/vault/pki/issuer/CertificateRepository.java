package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of serial numbers and of the certificates that get them. */
final class CertificateRepository {
    /** Within which a number that was reserved is signed, or never. */
    static final Duration LONGEST_RESERVATION = Duration.ofMinutes(10);

    /** After {@code with signer as (}, which finds whose key signs, if any does. */
    private static final String RESERVE = """
            ), reserved as (
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, created_at, created_by)
                select ?::text, ?::uuid, ?::uuid, generation, ?::bytea, 'reserved', ?::timestamptz, ?::text from signer
                returning certificate_id
            )
            select s.generation, s.key_type, s.key_size, s.certificate, s.key_id, s.private_key, s.crl_partitions, s.crl_urls, s.ocsp_urls, s.issuer_urls
            from signer s, reserved
            """;

    /** To be followed by what is to be done with {@code changed}: the certificate, unless its number is not reserved or was too long ago. */
    private static final String FINISH = """
            with changed as (
                update certificate set status = 'issued', role = ?::text, subject_ca_id = ?::uuid, common_name = ?::text, subject = ?::text, sans = ?::text[],
                    not_before = ?::timestamptz, not_after = ?::timestamptz, certificate = ?::bytea
                where tenant_id = ?::text and certificate_id = ?::uuid and status = 'reserved' and created_at > ?::timestamptz
                returning tenant_id, certificate_id, sans
            ), named as (
                insert into certificate_name (tenant_id, name, certificate_id)
                select distinct c.tenant_id, n.name, c.certificate_id from changed c cross join lateral unnest(c.sans) as n (name)
            )
            """;

    private final TenantTransactions transactions;

    CertificateRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Reserves the number if the authority signs now, and brings its key as it lies; empty otherwise. One round trip. */
    Optional<Signer> reserve(
            TenantId tenant, UUID authority, UUID certificate, SerialNumber serial, IdentityId by, Instant now) {
        return transactions.queryOne(
                tenant,
                """
                with signer as (
                    select g.generation, g.key_type, g.key_size, g.certificate, g.key_id, k.private_key, a.crl_partitions, a.crl_urls, a.ocsp_urls, a.issuer_urls
                    from certificate_authority a
                    join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and g.generation = a.generation
                    join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                    where a.tenant_id = ?::text and a.ca_id = ?::uuid and a.status = 'active'
                        and g.not_before <= ?::timestamptz and g.not_after > ?::timestamptz
                """ + RESERVE,
                (results, index) -> signer(results),
                tenant.value(),
                authority,
                now,
                now,
                tenant.value(),
                certificate,
                authority,
                serial.contentOctets(),
                now,
                by.value());
    }

    /** By the key of that generation, whether or not the authority signs anything else; empty when its certificate does not count now. One round trip. */
    Optional<Signer> reserveForResponder(
            TenantId tenant,
            UUID authority,
            int generation,
            UUID certificate,
            SerialNumber serial,
            IdentityId by,
            Instant now) {
        return transactions.queryOne(
                tenant,
                """
                with signer as (
                    select g.generation, g.key_type, g.key_size, g.certificate, g.key_id, k.private_key,
                        1 as crl_partitions, null::text[] as crl_urls, null::text[] as ocsp_urls, null::text[] as issuer_urls
                    from ca_generation g join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                    where g.tenant_id = ?::text and g.ca_id = ?::uuid and g.generation = ?::integer
                        and g.not_before <= ?::timestamptz and g.not_after > ?::timestamptz
                """ + RESERVE,
                (results, index) -> signer(results),
                tenant.value(),
                authority,
                generation,
                now,
                now,
                tenant.value(),
                certificate,
                authority,
                serial.contentOctets(),
                now,
                by.value());
    }

    /** The authority if it signs now, without its private key. */
    Optional<Signer> signer(TenantId tenant, UUID authority, Instant now) {
        return transactions.queryOne(
                tenant, """
                select g.generation, g.key_type, g.key_size, g.certificate, g.key_id, ''::bytea as private_key,
                    a.crl_partitions, a.crl_urls, a.ocsp_urls, a.issuer_urls
                from certificate_authority a
                join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and g.generation = a.generation
                where a.tenant_id = ? and a.ca_id = ? and a.status = 'active' and g.not_before <= ? and g.not_after > ?
                """, (results, index) -> signer(results), tenant.value(), authority, now, now);
    }

    /** For the first certificate of an authority that signs itself, and is not there yet. */
    void reserveOwn(
            TenantId tenant, UUID authority, UUID certificate, SerialNumber serial, IdentityId by, Instant now) {
        transactions.update(
                tenant, """
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, created_at, created_by)
                values (?, ?, ?, 1, ?, 'reserved', ?, ?)
                """, tenant.value(), certificate, authority, serial.contentOctets(), now, by.value());
    }

    /** False when it is not reserved, or was too long ago. */
    boolean finish(TenantTransaction tx, UUID certificate, IssuedCertificate issued, Instant now) {
        return tx.queryOne(
                        FINISH + "select 1 from changed",
                        (results, index) -> true,
                        finished(tx.tenant(), certificate, issued, now))
                .isPresent();
    }

    /** The same, and the audit row of it; when it is false there is no row. */
    boolean finish(TenantId tenant, UUID certificate, IssuedCertificate issued, Instant now, AuditEntry entry) {
        return transactions.update(
                        tenant,
                        FINISH + AuditRows.INSERT_SELECT + " from changed",
                        AuditRows.after(entry, finished(tenant, certificate, issued, now)))
                > 0;
    }

    /** In the order of {@link #FINISH}. */
    private static @Nullable Object[] finished(
            TenantId tenant, UUID certificate, IssuedCertificate issued, Instant now) {
        return new @Nullable Object[] {
            issued.role(),
            issued.subjectAuthority(),
            issued.subject().commonName().orElse(null),
            issued.subject().toString(),
            issued.typedNames(),
            issued.validity().notBefore(),
            issued.validity().notAfter(),
            issued.der(),
            tenant.value(),
            certificate,
            now.minus(LONGEST_RESERVATION)
        };
    }

    private static Signer signer(ResultSet results) throws SQLException {
        return new Signer(
                results.getInt("generation"),
                AuthorityRepository.keySpec(results),
                results.getBytes("certificate"),
                results.getString("key_id"),
                results.getBytes("private_key"),
                AuthorityRepository.urls(results),
                results.getInt("crl_partitions"));
    }

    /** Whose key signs; the private one sealed. */
    record Signer(
            int generation,
            KeySpec keySpec,
            byte[] certificate,
            String keyId,
            byte[] sealedPrivateKey,
            AuthorityUrls urls,
            int crlPartitions) {
        @Override
        public String toString() {
            return "Signer[" + keyId + "]";
        }
    }
}
