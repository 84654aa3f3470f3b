package ai.scailabs.vault.credentials.generator;

import java.util.Locale;

/** What a password may be required to have one of. Every printable ASCII character but the space is in one class. */
enum CharacterClass {
    UPPER("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    LOWER("abcdefghijklmnopqrstuvwxyz"),
    DIGIT("0123456789"),
    SYMBOL("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    private final String members;

    CharacterClass(String members) {
        this.members = members;
    }

    String members() {
        return members;
    }

    /** What requires one, in a recipe. */
    String memberName() {
        return "require_" + name().toLowerCase(Locale.ROOT);
    }

    boolean has(int character) {
        return members.indexOf(character) >= 0;
    }
}
