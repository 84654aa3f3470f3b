package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.CertificatePointers;
import ai.scailabs.vault.pki.x509.NameConstraints;
import java.util.HexFormat;

/** How an authority is shown. */
final class AuthorityJson {
    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":").withUpperCase();

    private AuthorityJson() {}

    /** @param pointers where its certificates point to */
    static void write(JsonWriter json, CertificateAuthority authority, CertificatePointers pointers) {
        AuthorityGeneration current = authority.current();
        CertificateAuthority.Revocation revocation = authority.revocation();
        int bits = current.keySpec().keySize();
        json.text("id", authority.text())
                .text("name", authority.name())
                .text("common_name", authority.commonName())
                .text("ca_type", authority.type().wireName())
                .text(
                        "parent_ca_id",
                        authority.parentId() == null ? null : CertificateAuthority.idText(authority.parentId()))
                .text("key_type", current.keySpec().keyType())
                .value("key_size", bits == 0 ? null : bits)
                .text("key_storage", current.storage().wireName())
                .flag("experimental", current.keySpec().isExperimental())
                .number("key_generation", current.number())
                .text("subject", current.subject())
                .text("serial_number", current.serial().toString())
                .text("subject_key_id", OCTETS.formatHex(current.subjectKeyId()))
                .text("fingerprint_sha256", OCTETS.formatHex(current.fingerprint()))
                .value("max_path_length", current.maxPathLength());
        writeConstraints(json, current.constraints());
        json.time("valid_from", current.notBefore())
                .time("valid_until", current.notAfter())
                .texts("crl_urls", pointers.crl())
                .texts("ocsp_urls", pointers.ocsp())
                .texts("issuer_urls", pointers.issuer())
                .text("status", authority.status().wireName())
                .flag("is_active", authority.status() == AuthorityStatus.ACTIVE)
                .time("revoked_at", revocation == null ? null : revocation.at())
                .text(
                        "revocation_reason",
                        revocation == null ? null : revocation.reason().wireName())
                .number("crl_partitions", authority.crlPartitions())
                .number("certificates_issued", authority.certificatesIssued())
                .time("created_at", authority.createdAt())
                .text("created_by", authority.createdBy())
                .time("updated_at", authority.updatedAt());
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
