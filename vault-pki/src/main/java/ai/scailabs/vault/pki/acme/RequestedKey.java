package ai.scailabs.vault.pki.acme;

import java.io.IOException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** The public key in a caller's own request. */
final class RequestedKey {
    private RequestedKey() {}

    /** SPKI. */
    static byte[] of(CertificateTerms terms) {
        byte[] csr = terms.csr();
        if (csr == null) {
            throw new IllegalStateException("neither a key nor a request");
        }
        try {
            return new PKCS10CertificationRequest(csr).getSubjectPublicKeyInfo().getEncoded();
        } catch (IOException malformed) {
            throw new IllegalStateException("a request was stored that cannot be read", malformed);
        }
    }
}
