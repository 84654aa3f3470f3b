package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Authorities as rows have them. */
final class AuthorityRows {
    static final String SELECT = """
            select a.ca_id, a.name, a.ca_type, a.parent_ca_id, a.common_name, a.status, a.created_at, a.created_by, a.updated_at,
                a.crl_partitions, a.crl_urls, a.ocsp_urls, a.issuer_urls, a.auto_rotate, n.rotate_at, n.look_at, n.attempts, n.error_code, n.error_message, a.key_destroyed_at, a.revoked_at, a.revocation_reason, g.generation, g.key_id, g.key_type, g.key_size, g.key_storage,
                g.certificate_id, g.certificate, g.chain, g.serial, g.subject,
                g.subject_key_id, g.max_path_length, g.name_constraints::text as name_constraints, g.issuer_ca_id, g.issuer_generation,
                g.not_before, g.not_after,
                p.key_id as pending_key_id, p.key_type as pending_key_type, p.key_size as pending_key_size, p.key_storage as pending_key_storage, p.subject as pending_subject, p.request,
                p.max_path_length as pending_path_length, p.name_constraints::text as pending_constraints, p.created_at as pending_since,
                a.counted,
                (select count(*) from certificate c
                    where c.tenant_id = a.tenant_id and c.ca_id = a.ca_id and c.certificate_id > a.counted_through
                    and not exists (
                        select from ca_generation s where s.tenant_id = c.tenant_id and s.ca_id = c.ca_id and s.certificate_id = c.certificate_id)
                ) as uncounted
            from certificate_authority a
            left join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and g.generation = a.generation
            left join ca_rotation n on n.tenant_id = a.tenant_id and n.ca_id = a.ca_id
            left join ca_pending_key p on p.tenant_id = a.tenant_id and p.ca_id = a.ca_id
            """;

    private AuthorityRows() {}

    /** Of a row of {@link #SELECT}. */
    static CertificateAuthority authority(ResultSet results) throws SQLException {
        return new CertificateAuthority(
                results.getObject("ca_id", UUID.class),
                results.getString("name"),
                AuthorityType.valueOf(results.getString("ca_type").toUpperCase(Locale.ROOT)),
                results.getObject("parent_ca_id", UUID.class),
                results.getString("common_name"),
                AuthorityStatus.parse(results.getString("status")),
                urls(results),
                results.getString("key_id") == null ? null : generation(results),
                results.getString("pending_key_id") == null ? null : pending(results),
                results.getLong("counted") + results.getLong("uncounted"),
                results.getInt("crl_partitions"),
                rotation(results),
                results.getObject("key_destroyed_at") == null ? null : instant(results, "key_destroyed_at"),
                revocation(results),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    static AuthorityGeneration generation(ResultSet results) throws SQLException {
        return new AuthorityGeneration(
                results.getInt("generation"),
                results.getString("key_id"),
                keySpec(results),
                KeyStorage.parse(results.getString("key_storage")).orElseThrow(),
                results.getObject("certificate_id", UUID.class),
                results.getBytes("certificate"),
                octets(results, "chain"),
                new SerialNumber(new BigInteger(results.getBytes("serial"))),
                results.getString("subject"),
                results.getBytes("subject_key_id"),
                results.getObject("max_path_length", Integer.class),
                ConstraintsJson.read(results.getString("name_constraints")),
                results.getObject("issuer_ca_id", UUID.class),
                results.getObject("issuer_generation", Integer.class),
                instant(results, "not_before"),
                instant(results, "not_after"));
    }

    private static PendingKey pending(ResultSet results) throws SQLException {
        return new PendingKey(
                results.getString("pending_key_id"),
                keySpec(results.getString("pending_key_type"), results.getObject("pending_key_size", Integer.class)),
                KeyStorage.parse(results.getString("pending_key_storage")).orElseThrow(),
                results.getString("pending_subject"),
                results.getBytes("request"),
                results.getObject("pending_path_length", Integer.class),
                ConstraintsJson.read(results.getString("pending_constraints")),
                instant(results, "pending_since"));
    }

    private static CertificateAuthority.Rotation rotation(ResultSet results) throws SQLException {
        String code = results.getString("error_code");
        return new CertificateAuthority.Rotation(
                results.getBoolean("auto_rotate"),
                results.getObject("rotate_at") == null ? null : instant(results, "rotate_at"),
                code == null
                        ? null
                        : new CertificateAuthority.Failure(
                                code,
                                results.getString("error_message"),
                                results.getInt("attempts"),
                                instant(results, "look_at")));
    }

    private static CertificateAuthority.@Nullable Revocation revocation(ResultSet results) throws SQLException {
        Integer reason = results.getObject("revocation_reason", Integer.class);
        return reason == null
                ? null
                : new CertificateAuthority.Revocation(RevocationReason.of(reason), instant(results, "revoked_at"));
    }

    static AuthorityUrls urls(ResultSet results) throws SQLException {
        return new AuthorityUrls(
                texts(results, "crl_urls"), texts(results, "ocsp_urls"), texts(results, "issuer_urls"));
    }

    static String @Nullable [] array(@Nullable List<String> texts) {
        return texts == null ? null : texts.toArray(String[]::new);
    }

    private static @Nullable List<String> texts(ResultSet results, String column) throws SQLException {
        Array array = results.getArray(column);
        return array == null ? null : List.of((String[]) array.getArray());
    }

    static List<byte[]> octets(ResultSet results, String column) throws SQLException {
        Array array = results.getArray(column);
        return array == null ? List.of() : List.of((byte[][]) array.getArray());
    }

    static KeySpec keySpec(ResultSet results) throws SQLException {
        return keySpec(results.getString("key_type"), results.getObject("key_size", Integer.class));
    }

    private static KeySpec keySpec(String keyType, @Nullable Integer keySize) {
        return KeySpec.of(keyType, keySize)
                .orElseThrow(() -> new IllegalStateException("a key was written by a newer version"));
    }

    static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
