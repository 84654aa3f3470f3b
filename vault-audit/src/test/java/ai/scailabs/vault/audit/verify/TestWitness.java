package ai.scailabs.vault.audit.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A witness by the words of c2sp.org/tlog-cosignature alone. */
public final class TestWitness {
    private final String name;
    private final KeyPair pair;
    private final byte[] typed;
    private final byte[] id;

    public TestWitness(String name) {
        try {
            this.name = name;
            this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            this.typed = ByteBuffer.allocate(33)
                    .put((byte) 4)
                    .put(encoded, encoded.length - 32, 32)
                    .array();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
            this.id = Arrays.copyOf(digest.digest(typed), 4);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public String line() {
        return name + "+" + HexFormat.of().formatHex(id) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    public byte[] cosigned(byte[] note, long seconds) {
        String signed = new String(note, StandardCharsets.UTF_8);
        String text = signed.substring(0, signed.lastIndexOf("\n\n") + 1);
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8));
            byte[] line = ByteBuffer.allocate(76)
                    .put(id)
                    .putLong(seconds)
                    .put(signature.sign())
                    .array();
            return (signed + "\u2014 " + name + " " + Base64.getEncoder().encodeToString(line) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
