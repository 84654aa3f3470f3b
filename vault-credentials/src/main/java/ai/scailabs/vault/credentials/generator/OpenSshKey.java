package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.credentials.ssh.PublicKeyBlob;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * Key pairs as OpenSSH writes them: {@code PROTOCOL.key} of OpenSSH for the private key, {@link PublicKeyBlob} for the public one. Written here, as Bouncy Castle loses the comment and writes RSA in
 * another format, and Apache MINA has Ed25519 with another provider of keys only.
 */
final class OpenSshKey {
    private static final byte[] MAGIC = ascii("openssh-key-v1\0");
    private static final int ED25519_BYTES = 32;

    /** Of a private key that is not encrypted. */
    private static final int BLOCK = 8;

    private final KeyPair pair;
    private final byte[] comment;

    OpenSshKey(KeyPair pair, String comment) {
        this.pair = pair;
        this.comment = comment.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code type base64 comment}, on one line that does not end. */
    byte[] publicLine() {
        try (WipedBuffer line = new WipedBuffer()) {
            line.add(ascii(PublicKeyBlob.typeName(pair.getPublic())));
            line.add(' ');
            line.add(Base64.getEncoder().encode(PublicKeyBlob.of(pair.getPublic())));
            if (comment.length > 0) {
                line.add(' ');
                line.add(comment);
            }
            return line.copy();
        }
    }

    /** Without a passphrase. Whoever asks wipes it. */
    byte[] privatePem(SecureRandom random) {
        byte[] secret = secretBlob(random.nextInt());
        try (WipedBuffer key = new WipedBuffer()) {
            key.add(MAGIC);
            addString(key, ascii("none"));
            addString(key, ascii("none"));
            addString(key, new byte[0]);
            key.addInt(1);
            addString(key, PublicKeyBlob.of(pair.getPublic()));
            addString(key, secret);
            return KeyText.pem("OPENSSH PRIVATE KEY", key.copy());
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** @param check stands there twice, so that who decrypts one by a wrong passphrase notices */
    private byte[] secretBlob(int check) {
        try (WipedBuffer blob = new WipedBuffer()) {
            blob.addInt(check);
            blob.addInt(check);
            addString(blob, ascii(PublicKeyBlob.typeName(pair.getPublic())));
            if (pair.getPrivate() instanceof RSAPrivateCrtKey rsa) {
                addNumber(blob, rsa.getModulus());
                addNumber(blob, rsa.getPublicExponent());
                addNumber(blob, rsa.getPrivateExponent());
                addNumber(blob, rsa.getCrtCoefficient());
                addNumber(blob, rsa.getPrimeP());
                addNumber(blob, rsa.getPrimeQ());
            } else {
                addEd25519(blob);
            }
            addString(blob, comment);
            for (int padding = 1; blob.length() % BLOCK != 0; padding++) {
                blob.add(padding);
            }
            return blob.copy();
        }
    }

    private void addEd25519(WipedBuffer blob) {
        byte[] seed = ((EdECPrivateKey) pair.getPrivate())
                .getBytes()
                .orElseThrow(() -> new IllegalStateException("the Java runtime does not give an Ed25519 key away"));
        addString(blob, ed25519Public());
        blob.addInt(2 * ED25519_BYTES);
        blob.add(seed);
        blob.add(ed25519Public());
        Arrays.fill(seed, (byte) 0);
    }

    /** The end of SubjectPublicKeyInfo (RFC 8410 §4). */
    private byte[] ed25519Public() {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
    }

    private static void addString(WipedBuffer buffer, byte[] content) {
        buffer.addInt(content.length);
        buffer.add(content);
    }

    /** {@code mpint} of RFC 4251 §5, which is as {@code BigInteger} has its bytes. */
    private static void addNumber(WipedBuffer buffer, BigInteger number) {
        byte[] bytes = number.toByteArray();
        addString(buffer, bytes);
        Arrays.fill(bytes, (byte) 0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
