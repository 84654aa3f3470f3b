package ai.scailabs.vault.audit.note;

import java.nio.charset.StandardCharsets;

/** The public key of a log, whose line is published: {@code name+id+base64(0x01 || key)}. Its name is the origin of the log's checkpoints. Thread-safe. */
public final class LogKey {
    private static final byte KIND = 0x01;

    private final NoteKey key;

    private LogKey(NoteKey key) {
        this.key = key;
    }

    /**
     * @param publicKey 32 bytes (RFC 8032)
     * @throws IllegalArgumentException when the name is none, or the bytes are no key
     */
    public static LogKey of(String name, byte[] publicKey) {
        return new LogKey(new NoteKey(name, KIND, publicKey));
    }

    public static LogKey parse(String line) throws InvalidNote {
        return new LogKey(NoteKey.parse(line, KIND));
    }

    public String name() {
        return key.name();
    }

    /** The first four bytes of SHA-256 over name, newline, kind and key. */
    public int id() {
        return key.id();
    }

    public byte[] publicKey() {
        return key.raw();
    }

    public String line() {
        return key.line();
    }

    /** Returns when this key has signed the text; signatures of others are not looked at. */
    public void verify(SignedNote note) throws InvalidNote {
        key.verify(note.text().getBytes(StandardCharsets.UTF_8), key.signature(note));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogKey that && line().equals(that.line());
    }

    @Override
    public int hashCode() {
        return id();
    }

    @Override
    public String toString() {
        return line();
    }
}
