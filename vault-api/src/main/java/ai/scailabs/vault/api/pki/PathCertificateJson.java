package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.x509.Pem;
import java.util.HexFormat;

/** How a certificate of anybody is shown. */
final class PathCertificateJson {
    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":").withUpperCase();

    private PathCertificateJson() {}

    static void write(JsonWriter json, PathCertificate certificate) {
        json.text("subject", certificate.subjectText())
                .text("issuer", certificate.issuerText())
                .text("serial_number", certificate.serialText())
                .time("not_before", certificate.notBefore())
                .time("not_after", certificate.notAfter())
                .text("fingerprint_sha256", OCTETS.formatHex(certificate.fingerprint()))
                .text("certificate_pem", Pem.write(Pem.CERTIFICATE, certificate.der()));
    }
}
