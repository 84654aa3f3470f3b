package ai.scailabs.vault.pki.x509;

import java.util.List;

/**
 * Where verifiers find what belongs to a certificate; {@code http:} all of them, as whoever verifies TLS cannot ask by TLS (RFC 5280 §4.2.1.13, §4.2.2.1).
 *
 * @param caIssuers of the issuer's certificate in DER
 * @param crl of the CRL in DER; equal to the distribution point that the CRL names where it is one of several
 */
public record CertificateEndpoints(List<String> caIssuers, List<String> ocsp, List<String> crl) {
    public static final CertificateEndpoints NONE = new CertificateEndpoints(List.of(), List.of(), List.of());

    public CertificateEndpoints {
        caIssuers = List.copyOf(caIssuers);
        ocsp = List.copyOf(ocsp);
        crl = List.copyOf(crl);
    }
}
