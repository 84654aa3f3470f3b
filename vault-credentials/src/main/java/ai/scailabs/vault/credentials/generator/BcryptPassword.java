package ai.scailabs.vault.credentials.generator;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A password of letters and digits, and what bcrypt makes of it, beginning with {@code $2b$}: who asks for the password keeps only that.
 *
 * @param space of passwords of 8 to 72 characters: bcrypt reads no more bytes
 * @param rounds the binary logarithm of how often it hashes
 */
record BcryptPassword(TextSpace space, int rounds) implements Generator {
    static final String NAME = "bcrypt_hash";

    private static final int DEFAULT_LENGTH = 24;
    private static final int MIN_LENGTH = 8;
    private static final int MAX_LENGTH = 72;
    private static final int MIN_ROUNDS = 10;
    private static final int MAX_ROUNDS = 14;
    private static final int HASH_LENGTH = 60;

    static BcryptPassword read(FieldConfig config) {
        int length = config.number("length", DEFAULT_LENGTH, MIN_LENGTH, MAX_LENGTH);
        int rounds = config.number("rounds", MIN_ROUNDS, MIN_ROUNDS, MAX_ROUNDS);
        return new BcryptPassword(TextSpace.of(NamedCharset.ALPHANUMERIC.alphabet(), length), rounds);
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("length", space.length()).put("rounds", rounds);
    }

    /** Whoever guesses the password has what the hash says, and there is no shorter way. */
    @Override
    public Map<String, Double> entropy(String field) {
        Map<String, Double> bits = new LinkedHashMap<>();
        bits.put(field, space.bits());
        bits.put(RecipeField.hashName(field), space.bits());
        return bits;
    }

    @Override
    public int maxBytes() {
        return space.length() + HASH_LENGTH;
    }

    @Override
    public boolean isSlow() {
        return true;
    }
}
