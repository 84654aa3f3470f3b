package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.acme.AcmeOrder;
import ai.scailabs.vault.pki.acme.CertificateTerms;
import ai.scailabs.vault.pki.acme.CertificateVersion;
import ai.scailabs.vault.pki.acme.IssuedChain;
import ai.scailabs.vault.pki.acme.ManagedCertificate;
import ai.scailabs.vault.pki.acme.OrderedName;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.Pem;
import java.util.HexFormat;

/** How orders and their certificates are shown. */
final class AcmeJson {
    private AcmeJson() {}

    static void write(JsonWriter json, AcmeOrder order) {
        json.text("id", order.text())
                .text("status", order.status().wireName())
                .text("account_id", order.accountText())
                .text("account", order.accountName())
                .text("certificate_id", order.certificateText());
        write(json, order.terms());
        json.flag("auto_renew", order.autoRenew())
                .flag("renewal", order.renewal())
                .value("error", order.error())
                .number("attempts", order.attempts())
                .time("next_attempt_at", order.nextAttempt())
                .value("version", order.version())
                .time("not_after", order.notAfter())
                .time("created_at", order.createdAt())
                .text("created_by", order.createdBy())
                .time("finished_at", order.finishedAt());
    }

    private static void write(JsonWriter json, CertificateTerms terms) {
        KeySpec key = terms.key();
        json.texts("domains", terms.names().stream().map(OrderedName::text).toList())
                .text("challenge_type", terms.challenge().wireName())
                .text("dns_provider_id", terms.dnsProvider() == null ? null : Ids.text("dnsp_", terms.dnsProvider()))
                .text("profile", terms.profile())
                .text("preferred_chain", terms.preferredChain())
                .text("key_type", key == null ? null : key.keyType())
                .value("key_size", key == null ? null : key.keySize());
    }

    static void write(JsonWriter json, ManagedCertificate certificate) {
        json.text("id", certificate.text())
                .text("account_id", certificate.accountText())
                .text("account", certificate.accountName());
        write(json, certificate.terms());
        json.flag("auto_renew", certificate.autoRenew())
                .number("version", certificate.version())
                .time("renew_at", certificate.renewAt())
                .time("created_at", certificate.createdAt())
                .text("created_by", certificate.createdBy());
    }

    static void writeWithVersions(JsonWriter json, ManagedCertificate certificate) {
        write(json, certificate);
        json.objects("versions", certificate.versions(), AcmeJson::write);
    }

    static void write(JsonWriter json, CertificateVersion version) {
        json.number("version", version.version())
                .text("serial_number", version.serialText())
                .text("sha256", HexFormat.of().formatHex(version.sha256()))
                .text("issuer", version.issuer())
                .time("not_before", version.notBefore())
                .time("not_after", version.notAfter())
                .text("order_id", Ids.text("ord_", version.orderId()))
                .flag("has_private_key", version.hasKey())
                .time("created_at", version.createdAt())
                .time("revoked_at", version.revokedAt())
                .text(
                        "reason",
                        version.reason() == null ? null : version.reason().wireName());
    }

    static void write(JsonWriter json, IssuedChain chain) {
        json.text("certificate_id", chain.certificateText())
                .number("version", chain.version().version())
                .text("serial_number", chain.version().serialText())
                .text("certificate", Pem.write(Pem.CERTIFICATE, chain.chain().getFirst()));
        SensitiveBytes privateKey = chain.privateKey();
        if (privateKey != null) {
            KeystoreFormat keystore = chain.keystore();
            json.secretText(keystore == null ? "private_key" : "keystore", privateKey);
            if (keystore != null) {
                json.text("keystore_format", keystore.wireName());
            }
            json.text("private_key_type", chain.keyType());
        }
        json.texts(
                        "ca_chain",
                        chain.chain().stream()
                                .skip(1)
                                .map(der -> Pem.write(Pem.CERTIFICATE, der))
                                .toList())
                .time("not_before", chain.version().notBefore())
                .time("not_after", chain.version().notAfter());
    }
}
