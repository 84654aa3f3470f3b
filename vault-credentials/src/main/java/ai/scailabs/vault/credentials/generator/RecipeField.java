package ai.scailabs.vault.credentials.generator;

import java.util.LinkedHashMap;
import java.util.Map;

/** One field of a recipe, and the names of what comes of it. */
record RecipeField(String name, Generator generator) {
    private static final String PRIVATE = "private_key";

    /** The public key beside a private one: {@code public_key} for {@code private_key}, also behind a prefix, and {@code x_public} for any other {@code x}. */
    static String publicName(String field) {
        return field.endsWith(PRIVATE)
                ? field.substring(0, field.length() - PRIVATE.length()) + "public_key"
                : field + "_public";
    }

    /** The hash beside a password. */
    static String hashName(String field) {
        return field + "_hash";
    }

    /** What there is to guess in a private key and in its public one, in this order. */
    static Map<String, Double> pair(String field, double strength) {
        Map<String, Double> bits = new LinkedHashMap<>();
        bits.put(field, strength);
        bits.put(publicName(field), 0.0);
        return bits;
    }
}
