package ai.scailabs.vault.pki.ocsp;

import java.security.PrivateKey;
import java.time.Instant;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * A key of this instance that an authority vouches for, for a few days. It lies in memory only.
 *
 * @param certificate DER
 * @param keyHash SHA-1 over the bits of its public key, by which answers name who signed them (RFC 6960 §4.2.1)
 * @param renewAt from when on there should be another
 * @param notAfter nothing that it signed counts afterwards
 */
record Responder(PrivateKey key, byte[] certificate, byte[] keyHash, Instant renewAt, Instant notAfter) {
    static Responder of(PrivateKey key, byte[] certificate, Instant renewAt, Instant notAfter) {
        byte[] bits = Certificate.getInstance(certificate)
                .getSubjectPublicKeyInfo()
                .getPublicKeyData()
                .getOctets();
        return new Responder(key, certificate, IssuerHash.SHA_1.of(bits), renewAt, notAfter);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Responder[until " + notAfter + "]";
    }
}
