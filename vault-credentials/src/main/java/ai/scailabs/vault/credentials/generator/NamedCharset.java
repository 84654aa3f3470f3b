package ai.scailabs.vault.credentials.generator;

import java.util.Locale;

/** Alphabets that have a name in a recipe; it is the constant's in lower case. */
enum NamedCharset {
    ALPHANUMERIC(CharacterClass.UPPER.members() + CharacterClass.LOWER.members() + CharacterClass.DIGIT.members()),
    ALPHA(CharacterClass.UPPER.members() + CharacterClass.LOWER.members()),
    NUMERIC(CharacterClass.DIGIT.members()),
    LOWER(CharacterClass.LOWER.members()),
    UPPER(CharacterClass.UPPER.members()),
    HEX("0123456789abcdef"),
    /** All that ASCII prints and is neither a letter, a digit nor the space. */
    SYMBOLS(CharacterClass.SYMBOL.members()),
    /**
     * Is typed without mistakes and needs quoting nowhere: letters and digits that look like no other (not 0, O, 1, l, I), and the marks that RFC 3986 §2.3 reserves
     * for nothing, but not the tilde, which a shell replaces at the beginning of a word.
     */
    SAFE("ABCDEFGHJKLMNPQRSTUVWXYZ" + "abcdefghijkmnopqrstuvwxyz" + "23456789" + "-_."),
    FULL(ALPHANUMERIC.alphabet + SYMBOLS.alphabet);

    private final String alphabet;

    NamedCharset(String alphabet) {
        this.alphabet = alphabet;
    }

    /** @param name a {@link #wireName} of one */
    static NamedCharset called(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String alphabet() {
        return alphabet;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
