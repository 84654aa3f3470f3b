package ai.scailabs.vault.kms.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * A credential, read anew for every use, so that it can be changed while the service runs. One that was refused is not shown again before it changes: tokens and TPMs count
 * wrong ones, and lock themselves. Thread-safe.
 */
public final class CredentialFile {
    private static final int MAX_BYTES = 256;

    /** Of the process: however often a key is opened, a credential that was refused is not tried again. */
    private static final ConcurrentMap<Use, CredentialFile> KNOWN = new ConcurrentHashMap<>();

    private final Use use;
    private final boolean lineEndsCount;
    private byte @Nullable [] refused;

    private CredentialFile(Use use, boolean lineEndsCount) {
        this.use = use;
        this.lineEndsCount = lineEndsCount;
    }

    /**
     * Of text, after which line ends do not count.
     *
     * @param kind for people: {@code PIN}
     * @param keeper whom it is shown; equal to no other, and as text what people call it: {@code token}
     */
    public static CredentialFile ofText(Path file, String kind, Object keeper) {
        return KNOWN.computeIfAbsent(new Use(file, kind, keeper), its -> new CredentialFile(its, false));
    }

    /** Every byte counts. */
    public static CredentialFile ofBytes(Path file, String kind, Object keeper) {
        return KNOWN.computeIfAbsent(new Use(file, kind, keeper), its -> new CredentialFile(its, true));
    }

    /**
     * Tries once what the file holds now.
     *
     * @throws CredentialUnusable when it cannot be read, was refused before, or is refused
     */
    public synchronized <T, E extends Exception> T use(Attempt<T, E> attempt) throws E, CredentialUnusable {
        byte[] credential = read();
        try {
            byte[] hash = hash(credential);
            if (Arrays.equals(hash, refused)) {
                throw new CredentialUnusable("the " + use.keeper + " has refused the " + use.kind + " in " + use.file
                        + ", which is not tried again before it changes");
            }
            Optional<T> answer = attempt.with(credential);
            refused = answer.isPresent() ? null : hash;
            return answer.orElseThrow(
                    () -> new CredentialUnusable("the " + use.keeper + " refuses the " + use.kind + " in " + use.file));
        } finally {
            Arrays.fill(credential, (byte) 0);
        }
    }

    private byte[] read() throws CredentialUnusable {
        byte[] content;
        try {
            if (Files.size(use.file) > MAX_BYTES) {
                throw new CredentialUnusable("the file " + use.file + " has more than " + MAX_BYTES + " bytes");
            }
            content = Files.readAllBytes(use.file);
        } catch (IOException e) {
            throw new CredentialUnusable("the file " + use.file + ", which holds the " + use.kind + ", cannot be read");
        }
        int length = content.length;
        while (!lineEndsCount && length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        byte[] credential = Arrays.copyOf(content, length);
        Arrays.fill(content, (byte) 0);
        if (length == 0) {
            throw new CredentialUnusable("the file " + use.file + ", which holds the " + use.kind + ", is empty");
        }
        return credential;
    }

    private static byte[] hash(byte[] credential) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(credential);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    private record Use(Path file, String kind, Object keeper) {}

    /** One try. The array is wiped after it. */
    @FunctionalInterface
    public interface Attempt<T, E extends Exception> {
        /** Empty when the keeper says that the credential is wrong; an exception for anything else. */
        Optional<T> with(byte[] credential) throws E;
    }
}
