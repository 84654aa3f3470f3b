package ai.scailabs.vault.kms.pkcs11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The PIN, read anew for every login, so that it can be changed while the service runs. One that the token refused is not shown to it again: tokens count wrong PINs, and
 * lock themselves. Thread-safe.
 */
final class PinFile {
    private static final int MAX_BYTES = 256;

    private final Path file;
    private byte @Nullable [] refused;

    PinFile(Path file) {
        this.file = file;
    }

    /** Logs in once with what the file holds now. */
    synchronized void use(Login login) throws HsmUnavailable {
        byte[] bytes = read();
        char[] pin = new char[0];
        try {
            byte[] hash = hash(bytes);
            if (Arrays.equals(hash, refused)) {
                throw new HsmUnavailable(
                        "the token has refused the PIN in " + file + ", which is not tried again before it changes");
            }
            pin = characters(bytes);
            refused = login.accepts(pin) ? null : hash;
            if (refused != null) {
                throw new HsmUnavailable("the token refuses the PIN in " + file);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(pin, '\0');
        }
    }

    private byte[] read() throws HsmUnavailable {
        byte[] content;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new HsmUnavailable("the PIN file " + file + " has more than " + MAX_BYTES + " bytes");
            }
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new HsmUnavailable("the PIN file " + file + " cannot be read");
        }
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        byte[] pin = Arrays.copyOf(content, length);
        Arrays.fill(content, (byte) 0);
        if (length == 0) {
            throw new HsmUnavailable("the PIN file " + file + " is empty");
        }
        return pin;
    }

    private char[] characters(byte[] utf8) throws HsmUnavailable {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            char[] pin = new char[decoded.remaining()];
            decoded.get(pin);
            Arrays.fill(decoded.array(), '\0');
            return pin;
        } catch (CharacterCodingException e) {
            throw new HsmUnavailable("the PIN file " + file + " is not UTF-8 text");
        }
    }

    private static byte[] hash(byte[] pin) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(pin);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    /** One try; false when the token says that the PIN is wrong, an exception for anything else. */
    @FunctionalInterface
    interface Login {
        boolean accepts(char[] pin) throws HsmUnavailable;
    }
}
