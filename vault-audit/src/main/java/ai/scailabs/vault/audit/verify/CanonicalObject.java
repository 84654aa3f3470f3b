package ai.scailabs.vault.audit.verify;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object that is written exactly as RFC 8785 would write it, and nothing else: no space, members in the order of their names' UTF-16 units and each once, every
 * character and number in its one form. Depth and, by its caller, length are bounded.
 */
final class CanonicalObject {
    private static final int MAX_DEPTH = 64;

    private final CharBuffer text;
    private final Map<String, String> texts = new HashMap<>();

    private CanonicalObject(CharBuffer text) {
        this.text = text;
    }

    /**
     * The texts among the members of the object itself; members of other kinds are checked and left out.
     *
     * @throws NotCanonical when it is written in any other way
     */
    static Map<String, String> textsOf(byte[] utf8) throws NotCanonical {
        CharBuffer decoded;
        try {
            decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new NotCanonical("not UTF-8");
        }
        CanonicalObject reader = new CanonicalObject(decoded);
        reader.object(0, true);
        require(!decoded.hasRemaining(), "more than one object");
        return reader.texts;
    }

    private @Nullable String value(int depth) throws NotCanonical {
        require(depth < MAX_DEPTH, "nested too deeply");
        require(text.hasRemaining(), "cut off");
        switch (text.get(text.position())) {
            case '"' -> {
                return string();
            }
            case '{' -> object(depth, false);
            case '[' -> array(depth);
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
        return null;
    }

    private void object(int depth, boolean isWhole) throws NotCanonical {
        literal("{");
        if (skip('}')) {
            return;
        }
        String last = null;
        do {
            String name = string();
            require(last == null || last.compareTo(name) < 0, "members out of order");
            last = name;
            literal(":");
            String found = value(depth + 1);
            if (isWhole && found != null) {
                texts.put(name, found);
            }
        } while (skip(','));
        literal("}");
    }

    private void array(int depth) throws NotCanonical {
        literal("[");
        if (skip(']')) {
            return;
        }
        do {
            value(depth + 1);
        } while (skip(','));
        literal("]");
    }

    private String string() throws NotCanonical {
        literal("\"");
        StringBuilder read = new StringBuilder();
        while (true) {
            char next = next();
            if (next == '"') {
                return read.toString();
            }
            require(next >= ' ', "a control character");
            read.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() throws NotCanonical {
        char next = next();
        return switch (next) {
            case '"', '\\' -> next;
            case 'b' -> '\b';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'u' -> control();
            default -> throw new NotCanonical("escaped what needs no escape");
        };
    }

    /** Only what has no shorter form is written with its number. */
    private char control() throws NotCanonical {
        literal("00");
        int high = next() - '0';
        int low = "0123456789abcdef".indexOf(next());
        require(high >= 0 && high <= 1 && low >= 0, "escaped what needs no escape");
        char character = (char) (high * 16 + low);
        require("\b\t\n\f\r".indexOf(character) < 0, "a longer escape than needed");
        return character;
    }

    private void number() throws NotCanonical {
        int from = text.position();
        while (text.hasRemaining() && "+-.0123456789e".indexOf(text.get(text.position())) >= 0) {
            text.get();
        }
        String written = text.duplicate().flip().position(from).toString();
        require(!written.isEmpty(), "not a value");
        try {
            require(CanonicalNumber.text(Double.parseDouble(written)).equals(written), "a number in another form");
        } catch (IllegalArgumentException e) {
            throw new NotCanonical("not a number");
        }
    }

    private void literal(String expected) throws NotCanonical {
        for (int i = 0; i < expected.length(); i++) {
            require(next() == expected.charAt(i), "not written as it has to be");
        }
    }

    private boolean skip(char character) {
        if (text.hasRemaining() && text.get(text.position()) == character) {
            text.get();
            return true;
        }
        return false;
    }

    private char next() throws NotCanonical {
        require(text.hasRemaining(), "cut off");
        return text.get();
    }

    private static void require(boolean holds, String message) throws NotCanonical {
        if (!holds) {
            throw new NotCanonical(message);
        }
    }

    /** The message shows nothing of the text. */
    static final class NotCanonical extends Exception {
        private static final long serialVersionUID = 1L;

        NotCanonical(String message) {
            super(message, null, false, false);
        }
    }
}
