package ai.scailabs.vault.audit.note;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One signature line of a note: who claims to have signed, and with what.
 *
 * @param name of the key
 * @param encoded base64 of the key's id, four bytes, and the signature
 */
public record NoteSignature(String name, String encoded) {
    private static final String DASH = "\u2014 ";
    private static final int ID_LENGTH = 4;

    public NoteSignature {
        if (!NoteText.isName(name)
                || NoteText.base64(encoded)
                        .filter(bytes -> bytes.length > ID_LENGTH)
                        .isEmpty()) {
            throw new IllegalArgumentException("not a signature line");
        }
    }

    static NoteSignature of(String name, int keyId, byte[] signature) {
        byte[] id = ByteBuffer.allocate(ID_LENGTH).putInt(keyId).array();
        return new NoteSignature(name, NoteText.base64(NoteText.concat(id, signature)));
    }

    /** @param line without its newline */
    static NoteSignature parse(String line) throws InvalidNote {
        int space = line.lastIndexOf(' ');
        if (!line.startsWith(DASH) || space < DASH.length()) {
            throw InvalidNote.malformed("has a line among its signatures that is none");
        }
        try {
            return new NoteSignature(line.substring(DASH.length(), space), line.substring(space + 1));
        } catch (IllegalArgumentException e) {
            throw InvalidNote.malformed("has a signature that is not written as it has to be");
        }
    }

    /** Of the key, together with the name. */
    public int keyId() {
        return ByteBuffer.wrap(bytes()).getInt();
    }

    byte[] signature() {
        byte[] bytes = bytes();
        return Arrays.copyOfRange(bytes, ID_LENGTH, bytes.length);
    }

    /** With its newline. */
    String line() {
        return DASH + name + ' ' + encoded + '\n';
    }

    private byte[] bytes() {
        return NoteText.base64(encoded).orElseThrow();
    }
}
