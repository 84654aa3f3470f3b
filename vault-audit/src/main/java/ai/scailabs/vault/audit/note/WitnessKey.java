package ai.scailabs.vault.audit.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;

/**
 * The public key of a witness, {@code name+id+base64(0x04 || key)}. What it signs under a checkpoint is a cosignature (c2sp.org/tlog-cosignature): at that time no larger tree of
 * this origin had been shown to it, and this one continues all that had been. Thread-safe.
 */
public final class WitnessKey {
    private static final byte KIND = 0x04;
    private static final String HEADER = "cosignature/v1\n";

    private final NoteKey key;

    private WitnessKey(NoteKey key) {
        this.key = key;
    }

    public static WitnessKey parse(String line) throws InvalidNote {
        return new WitnessKey(NoteKey.parse(line, KIND));
    }

    public String name() {
        return key.name();
    }

    public String line() {
        return key.line();
    }

    /** When the witness signed the text, by its own clock. */
    public Instant verify(SignedNote note) throws InvalidNote {
        byte[] stamped = key.signature(note);
        if (stamped.length != Long.BYTES + NoteKey.SIGNATURE_LENGTH) {
            throw new InvalidNote(InvalidNote.Reason.WRONG_SIGNATURE, "bears a cosignature of another length");
        }
        long seconds = ByteBuffer.wrap(stamped).getLong();
        if (seconds < 0) {
            throw new InvalidNote(InvalidNote.Reason.WRONG_SIGNATURE, "bears a cosignature of no time");
        }
        key.verify(message(seconds, note.text()), Arrays.copyOfRange(stamped, Long.BYTES, stamped.length));
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException e) {
            throw new InvalidNote(InvalidNote.Reason.WRONG_SIGNATURE, "bears a cosignature of no time");
        }
    }

    /** What a witness signs. */
    static byte[] message(long seconds, String text) {
        return (HEADER + "time " + seconds + '\n' + text).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return line();
    }
}
