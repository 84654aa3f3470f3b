package ai.scailabs.vault.credentials.ssh;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/** Public keys of the Java runtime as SSH has them: RFC 4253 §6.6, RFC 5656 §3.1 and RFC 8709 §4. */
public final class PublicKeyBlob {
    static final int ED25519_BYTES = 32;

    private PublicKeyBlob() {}

    /** What stands before the key in a line of {@code authorized_keys}. */
    public static String typeName(PublicKey key) {
        return type(key).wireName();
    }

    /** What stands in the line in base 64. */
    public static byte[] of(PublicKey key) {
        WireWriter blob = new WireWriter().text(typeName(key));
        switch (key) {
            case RSAPublicKey rsa -> blob.mpint(rsa.getPublicExponent()).mpint(rsa.getModulus());
            case ECPublicKey ec -> {
                NistCurve curve = NistCurve.of(ec);
                blob.text(curve.wireName()).string(tail(key, curve.pointBytes()));
            }
            default -> blob.string(tail(key, ED25519_BYTES));
        }
        return blob.toBytes();
    }

    /** As OpenSSH shows it, {@code SHA256:} and base 64 without padding. */
    static String fingerprint(byte[] blob) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the Java runtime has no SHA-256", impossible);
        }
    }

    private static SubjectKeyType type(PublicKey key) {
        return switch (key) {
            case RSAPublicKey _ -> SubjectKeyType.RSA;
            case ECPublicKey ec ->
                switch (NistCurve.of(ec)) {
                    case P_256 -> SubjectKeyType.ECDSA_P256;
                    case P_384 -> SubjectKeyType.ECDSA_P384;
                    case P_521 -> SubjectKeyType.ECDSA_P521;
                };
            case EdECPublicKey _ -> SubjectKeyType.ED25519;
            default -> throw new IllegalArgumentException("SSH has no keys of this kind");
        };
    }

    /** SubjectPublicKeyInfo (RFC 5480 §2.2, RFC 8410 §4) ends with the point. */
    private static byte[] tail(PublicKey key, int length) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - length, encoded.length);
    }
}
