package ai.scailabs.vault.api.listener;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** A chain of certificates and the key of the first of them, which were found to belong together. */
public final class TlsIdentity {
    private static final byte[] PROOF =
            "the key signs and its certificate verifies".getBytes(StandardCharsets.US_ASCII);

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
    }

    /**
     * Empty when the key is another certificate's.
     *
     * @param chain not empty; the one that the key belongs to first
     */
    public static Optional<TlsIdentity> of(List<X509Certificate> chain, PrivateKey key) {
        return isPair(chain.getFirst(), key) ? Optional.of(new TlsIdentity(chain, key)) : Optional.empty();
    }

    private static boolean isPair(X509Certificate leaf, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROOF);
            byte[] signed = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(PROOF);
            return signature.verify(signed);
        } catch (GeneralSecurityException otherKind) {
            return false;
        }
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    List<X509Certificate> chain() {
        return chain;
    }

    PrivateKey key() {
        return key;
    }

    @Override
    public String toString() {
        return "TlsIdentity[" + chain.size() + " certificates]";
    }
}
