package ai.scailabs.vault.audit.note;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** How texts, names and bytes have to be written. */
final class NoteText {
    private NoteText() {}

    /** UTF-8 that is nothing else, without a character below U+0020 other than the newline. */
    static String decode(byte[] utf8) throws InvalidNote {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw InvalidNote.malformed("is not UTF-8");
        }
        if (text.chars().anyMatch(character -> character < ' ' && character != '\n')) {
            throw InvalidNote.malformed("holds a control character");
        }
        return text;
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(each -> each < ' '
                                || each == '+'
                                || each == 0x85
                                || Character.isWhitespace(each)
                                || Character.isSpaceChar(each)
                                || Character.getType(each) == Character.SURROGATE);
    }

    /** Empty unless the text is what the bytes would be written as: padded, and without bits to spare. */
    static Optional<byte[]> base64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return base64(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
