package ai.scailabs.vault.audit.note;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A text and the signatures under it (c2sp.org/signed-note). Having one says nothing yet: {@link LogKey#verify} and {@link WitnessKey#verify} do.
 *
 * @param text ends in a newline
 * @param signatures at least one, no two of them by the same key
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
    /** Of a note in bytes. */
    public static final int MAX_LENGTH = 256 * 1024;

    private static final int MAX_SIGNATURES = 64;

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n") || signatures.isEmpty() || signatures.size() > MAX_SIGNATURES || twice(signatures)) {
            throw new IllegalArgumentException("not a signed note");
        }
    }

    public static SignedNote parse(byte[] utf8) throws InvalidNote {
        if (utf8.length > MAX_LENGTH) {
            throw InvalidNote.malformed("is longer than a note may be");
        }
        String note = NoteText.decode(utf8);
        // Signature lines are not empty, so the last empty line is the one between.
        int gap = note.lastIndexOf("\n\n");
        if (gap < 0 || !note.endsWith("\n") || gap + 2 == note.length()) {
            throw InvalidNote.malformed("is not a text, an empty line and lines of signatures");
        }
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : note.substring(gap + 2, note.length() - 1).split("\n", MAX_SIGNATURES + 1)) {
            signatures.add(NoteSignature.parse(line));
        }
        if (signatures.size() > MAX_SIGNATURES || twice(signatures)) {
            throw InvalidNote.malformed("is signed too often");
        }
        return new SignedNote(note.substring(0, gap + 1), signatures);
    }

    public static SignedNote parse(String note) throws InvalidNote {
        return parse(note.getBytes(StandardCharsets.UTF_8));
    }

    /** The same note with one more signature, for example a witness's, under those that it has. */
    public SignedNote with(NoteSignature signature) {
        List<NoteSignature> more = new ArrayList<>(signatures);
        more.add(signature);
        return new SignedNote(text, more);
    }

    /** The note as it is sent and stored. */
    public String render() {
        StringBuilder note = new StringBuilder(text).append('\n');
        signatures.forEach(signature -> note.append(signature.line()));
        return note.toString();
    }

    private static boolean twice(List<NoteSignature> signatures) {
        Set<String> keys = new HashSet<>();
        return !signatures.stream().allMatch(each -> keys.add(each.keyId() + " " + each.name()));
    }
}
