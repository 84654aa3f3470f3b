package ai.scailabs.vault.pki.x509;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** By what a certificate or a request is told from all others. */
public final class Fingerprint {
    private Fingerprint() {}

    /** SHA-256, 32 octets. */
    public static byte[] sha256(byte[] der) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(der);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
