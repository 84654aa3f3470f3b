package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is sealed of a key: both halves, and the certificates that belong to it. A format byte, then for each part four bytes of length and the part: public key (SPKI), private key (PKCS #8; empty where somebody else
 * has it), certificates (DER, its own first). Whoever receives it closes it, which wipes the private key.
 */
record KeyBundle(byte[] publicKey, SensitiveBytes privateKey, List<byte[]> chain) implements AutoCloseable {
    private static final byte FORMAT = 1;
    private static final int MAX_PARTS = 16;

    KeyBundle {
        chain = List.copyOf(chain);
    }

    static KeyBundle of(KeyPair pair, List<byte[]> chain) {
        return new KeyBundle(
                pair.getPublic().getEncoded(),
                SensitiveBytes.owning(pair.getPrivate().getEncoded()),
                chain);
    }

    /** Of a certificate whose key somebody else has. */
    static KeyBundle withoutKey(byte[] publicKey, List<byte[]> chain) {
        return new KeyBundle(publicKey, SensitiveBytes.owning(new byte[0]), chain);
    }

    boolean hasPrivateKey() {
        return privateKey.length() > 0;
    }

    SensitiveBytes encode() {
        List<byte[]> parts = new ArrayList<>(List.of(publicKey, privateKey.expose()));
        parts.addAll(chain);
        ByteBuffer all = ByteBuffer.allocate(
                1 + parts.stream().mapToInt(part -> 4 + part.length).sum());
        all.put(FORMAT);
        parts.forEach(part -> all.putInt(part.length).put(part));
        return SensitiveBytes.owning(all.array());
    }

    /** @throws IllegalStateException for bytes that are none of ours */
    static KeyBundle decode(SensitiveBytes sealed) {
        ByteBuffer all = ByteBuffer.wrap(sealed.expose());
        List<byte[]> parts = new ArrayList<>();
        if (!all.hasRemaining() || all.get() != FORMAT) {
            throw new IllegalStateException("a key was written by a newer version");
        }
        while (all.hasRemaining() && parts.size() < MAX_PARTS) {
            byte[] part = new byte[all.getInt()];
            all.get(part);
            parts.add(part);
        }
        if (parts.size() < 2 || all.hasRemaining()) {
            throw new IllegalStateException("a key was written by a newer version");
        }
        return new KeyBundle(parts.get(0), SensitiveBytes.owning(parts.get(1)), parts.subList(2, parts.size()));
    }

    /** The runtime's own keys of it; the caller lets go of them soon. */
    KeyPair pair() {
        byte[] pkcs8 = privateKey.expose().clone();
        try {
            PublicKey known = publicKey(publicKey);
            PrivateKey secret =
                    KeyFactory.getInstance(known.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new KeyPair(known, secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key was stored that the runtime cannot read", e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    private static PublicKey publicKey(byte[] spki) throws GeneralSecurityException {
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(spki));
            } catch (java.security.spec.InvalidKeySpecException another) {
                continue;
            }
        }
        throw new GeneralSecurityException("neither EC nor RSA");
    }

    @Override
    public void close() {
        privateKey.close();
    }

    @Override
    public String toString() {
        return "KeyBundle[" + chain.size() + " certificates]";
    }
}
