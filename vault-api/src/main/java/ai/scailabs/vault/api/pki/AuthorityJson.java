package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.CertificatePointers;
import ai.scailabs.vault.pki.issuer.KeyStorage;
import ai.scailabs.vault.pki.issuer.PendingKey;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import java.util.HexFormat;

/** How an authority is shown. */
final class AuthorityJson {
    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":").withUpperCase();

    private AuthorityJson() {}

    /** @param pointers where its certificates point to */
    static void write(JsonWriter json, CertificateAuthority authority, CertificatePointers pointers) {
        AuthorityGeneration certified = authority.certified();
        PendingKey pending = authority.pending();
        CertificateAuthority.Revocation revocation = authority.revocation();
        json.text("id", authority.text())
                .text("name", authority.name())
                .text("common_name", authority.commonName())
                .text("ca_type", authority.type().wireName())
                .text(
                        "parent_ca_id",
                        authority.parentId() == null ? null : CertificateAuthority.idText(authority.parentId()));
        if (certified != null) {
            writeKey(json, certified);
        } else if (pending != null) {
            writeKey(json, pending);
        }
        json.texts("crl_urls", pointers.crl())
                .texts("ocsp_urls", pointers.ocsp())
                .texts("issuer_urls", pointers.issuer())
                .text("status", authority.status().wireName())
                .flag("is_active", authority.status() == AuthorityStatus.ACTIVE)
                .flag("csr_pending", pending != null)
                .time("key_destroyed_at", authority.keyDestroyedAt())
                .time("revoked_at", revocation == null ? null : revocation.at())
                .text(
                        "revocation_reason",
                        revocation == null ? null : revocation.reason().wireName())
                .number("crl_partitions", authority.crlPartitions());
        write(json, authority.rotation());
        json.number("certificates_issued", authority.certificatesIssued())
                .time("created_at", authority.createdAt())
                .text("created_by", authority.createdBy())
                .time("updated_at", authority.updatedAt());
    }

    private static void write(JsonWriter json, CertificateAuthority.Rotation rotation) {
        json.flag("auto_rotate", rotation.automatic()).time("rotate_at", rotation.dueAt());
        CertificateAuthority.Failure failure = rotation.failure();
        if (failure == null) {
            json.text("rotation_error", null);
        } else {
            json.object(
                    "rotation_error",
                    inner -> inner.text("code", failure.code())
                            .text("message", failure.message())
                            .number("attempts", failure.attempts())
                            .time("next_attempt_at", failure.nextAttemptAt()));
        }
    }

    /** A key that it has, or had. */
    static void writeGeneration(JsonWriter json, AuthorityGeneration generation) {
        writeSpec(json, generation.keySpec(), generation.storage());
        json.number("key_generation", generation.number())
                .text("serial_number", generation.serial().toString())
                .text("subject_key_id", OCTETS.formatHex(generation.subjectKeyId()))
                .text("fingerprint_sha256", OCTETS.formatHex(generation.fingerprint()))
                .text(
                        "issuer_ca_id",
                        generation.issuerId() == null ? null : CertificateAuthority.idText(generation.issuerId()))
                .value("issuer_key_generation", generation.issuerGeneration())
                .time("valid_from", generation.notBefore())
                .time("valid_until", generation.notAfter());
    }

    private static void writeKey(JsonWriter json, AuthorityGeneration certified) {
        writeSpec(json, certified.keySpec(), certified.storage());
        json.number("key_generation", certified.number())
                .text("subject", certified.subject())
                .text("serial_number", certified.serial().toString())
                .text("subject_key_id", OCTETS.formatHex(certified.subjectKeyId()))
                .text("fingerprint_sha256", OCTETS.formatHex(certified.fingerprint()))
                .value("max_path_length", certified.maxPathLength());
        writeConstraints(json, certified.constraints());
        json.time("valid_from", certified.notBefore()).time("valid_until", certified.notAfter());
    }

    /** Of what a certificate will say there is what was asked for. */
    private static void writeKey(JsonWriter json, PendingKey pending) {
        writeSpec(json, pending.keySpec(), pending.storage());
        json.number("key_generation", 0)
                .text("subject", pending.subject())
                .text("serial_number", null)
                .text("subject_key_id", null)
                .text("fingerprint_sha256", null)
                .value("max_path_length", pending.maxPathLength());
        writeConstraints(json, pending.constraints());
        json.time("valid_from", null).time("valid_until", null);
    }

    private static void writeSpec(JsonWriter json, KeySpec spec, KeyStorage storage) {
        int bits = spec.keySize();
        json.text("key_type", spec.keyType())
                .value("key_size", bits == 0 ? null : bits)
                .text("key_storage", storage.wireName())
                .flag("experimental", spec.isExperimental());
    }

    private static void writeConstraints(JsonWriter json, NameConstraints constraints) {
        if (constraints.isEmpty()) {
            json.text("name_constraints", null);
            return;
        }
        json.object(
                "name_constraints",
                lists -> lists.texts("permitted_dns", constraints.permittedDns())
                        .texts("excluded_dns", constraints.excludedDns())
                        .texts("permitted_ip", constraints.permittedIp())
                        .texts("excluded_ip", constraints.excludedIp())
                        .texts("permitted_email", constraints.permittedEmail())
                        .texts("excluded_email", constraints.excludedEmail())
                        .texts("permitted_uri", constraints.permittedUri())
                        .texts("excluded_uri", constraints.excludedUri()));
    }
}
