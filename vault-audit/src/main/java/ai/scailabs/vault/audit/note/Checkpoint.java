package ai.scailabs.vault.audit.note;

import ai.scailabs.vault.audit.merkle.TreeHash;
import java.util.List;

/**
 * The head of a log's tree (c2sp.org/tlog-checkpoint): origin, size and root, one line each and no others.
 *
 * @param origin which log
 * @param size how many leaves
 */
public record Checkpoint(String origin, long size, TreeHash root) {
    public Checkpoint {
        if (!NoteText.isName(origin) || size < 0) {
            throw new IllegalArgumentException("not the head of a tree");
        }
    }

    /** Reads the text of a note, whoever signed it. */
    static Checkpoint parse(String text) throws InvalidNote {
        String[] lines = text.split("\n", -1);
        if (lines.length != 4 || !lines[3].isEmpty()) {
            throw InvalidNote.malformed("is not a checkpoint of three lines");
        }
        byte[] root = NoteText.base64(lines[2])
                .filter(bytes -> bytes.length == TreeHash.LENGTH)
                .orElseThrow(() -> InvalidNote.malformed("has no root of 32 bytes"));
        if (!NoteText.isName(lines[0])) {
            throw InvalidNote.malformed("has no origin");
        }
        return new Checkpoint(lines[0], size(lines[1]), TreeHash.of(root));
    }

    /** The checkpoint in a note that the log itself has signed under its own name. */
    public static Checkpoint open(SignedNote note, LogKey key) throws InvalidNote {
        key.verify(note);
        Checkpoint checkpoint = parse(note.text());
        if (!checkpoint.origin.equals(key.name())) {
            throw new InvalidNote(InvalidNote.Reason.OTHER_ORIGIN, "is a checkpoint of another log");
        }
        return checkpoint;
    }

    /** @throws IllegalArgumentException when the signer's is another log */
    public SignedNote sign(NoteSigner signer) {
        if (!signer.key().name().equals(origin)) {
            throw new IllegalArgumentException("a log signs its own checkpoints only");
        }
        return new SignedNote(text(), List.of(signer.sign(text())));
    }

    /** What is signed. */
    public String text() {
        return origin + '\n' + size + '\n' + root.base64() + '\n';
    }

    @Override
    public String toString() {
        return origin + " at " + size;
    }

    private static long size(String text) throws InvalidNote {
        if (!text.matches("0|[1-9][0-9]{0,18}")) {
            throw InvalidNote.malformed("has no size");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw InvalidNote.malformed("has a size beyond 2^63");
        }
    }
}
