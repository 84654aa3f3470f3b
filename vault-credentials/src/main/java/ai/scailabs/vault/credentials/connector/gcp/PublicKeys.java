package ai.scailabs.vault.credentials.connector.gcp;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;

/** By which a key is told from others. */
public final class PublicKeys {
    private PublicKeys() {}

    /** SHA-256 of the key as certificates have it, in hexadecimal. */
    public static String digest(PublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The same of a certificate in PEM, in Base64, as Google shows keys; empty for what is none. */
    static String digest(String publicKeyData) {
        try {
            return digest(CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(Base64.getDecoder().decode(publicKeyData)))
                    .getPublicKey());
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return "";
        }
    }
}
