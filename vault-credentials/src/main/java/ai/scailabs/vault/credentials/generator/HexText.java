package ai.scailabs.vault.credentials.generator;

import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Random digits of base 16, the letters in lower case; each is 4 bits. */
record HexText(TextSpace space) implements Generator {
    static final String NAME = "hex";

    private static final int DEFAULT_LENGTH = 32;
    private static final int MAX_LENGTH = 4_096;

    static HexText read(FieldConfig config) {
        return new HexText(
                TextSpace.of(NamedCharset.HEX.alphabet(), config.number("length", DEFAULT_LENGTH, 1, MAX_LENGTH)));
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("length", space.length());
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return Map.of(field, space.bits());
    }

    @Override
    public int maxBytes() {
        return space.length();
    }
}
