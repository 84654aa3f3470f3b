package ai.scailabs.vault.credentials.generator;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The same text every time, as a user name beside a password. */
record FixedText(String value) implements Generator {
    static final String NAME = "static";

    private static final int MAX_CHARACTERS = 4_096;

    static FixedText read(FieldConfig config) {
        return new FixedText(config.requiredText("value", MAX_CHARACTERS));
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("value", value);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return Map.of(field, 0.0);
    }

    @Override
    public int maxBytes() {
        return value.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return "FixedText[redacted]";
    }
}
