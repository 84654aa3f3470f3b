package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.request.StoredRequest;
import ai.scailabs.vault.pki.x509.Pem;
import java.util.HexFormat;
import java.util.List;

/** How a request is shown: what it asks for, and how far it has come. */
final class RequestJson {
    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":").withUpperCase();
    private static final String ADDRESS = "ip:";

    private RequestJson() {}

    static void write(JsonWriter json, StoredRequest request) {
        writeShort(json, request);
        json.text("csr_pem", Pem.write(Pem.CERTIFICATE_REQUEST, request.der()));
    }

    /** Without the request itself. */
    static void writeShort(JsonWriter json, StoredRequest request) {
        json.text("id", request.text())
                .text("status", request.status().wireName())
                .text("subject", request.subject())
                .text("common_name", request.commonName())
                .texts("alt_names", names(request, false))
                .texts("ip_sans", names(request, true))
                .text("key_type", request.keyType())
                .value("key_size", request.keySize() == 0 ? null : request.keySize())
                .text("csr_sha256", OCTETS.formatHex(request.sha256()))
                .time("created_at", request.createdAt())
                .text("created_by", request.createdBy());
        StoredRequest.Decision decision = request.decision();
        json.time("decided_at", decision == null ? null : decision.at())
                .text("decided_by", decision == null ? null : decision.by())
                .text("reason", decision == null ? null : decision.reason());
        StoredRequest.Signing signing = request.signing();
        json.time("signed_at", signing == null ? null : signing.at())
                .text("signed_by", signing == null ? null : signing.by())
                .text("ca_id", signing == null ? null : CertificateAuthority.idText(signing.authority()))
                .text("role", signing == null ? null : signing.role())
                .text("certificate_id", signing == null ? null : Ids.text("cert_", signing.certificate()));
    }

    private static List<String> names(StoredRequest request, boolean addresses) {
        return request.names().stream()
                .filter(name -> name.startsWith(ADDRESS) == addresses)
                .map(name -> name.substring(name.indexOf(':') + 1))
                .toList();
    }
}
