package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recipes as somebody writes them, and what comes of them. */
final class Recipes {
    static final Instant NOW = Instant.parse("2026-11-27T22:40:00.123Z");

    private Recipes() {}

    static Recipe parse(String fields) {
        return Recipe.parse(JsonMapper.shared().readTree(fields));
    }

    /** Of one field, called {@code value}. */
    static Recipe of(String generator, String config) {
        return parse("[{\"name\":\"value\",\"generator\":\"" + generator + "\",\"config\":" + config + "}]");
    }

    static String value(Recipe recipe) {
        return made(recipe).get("value");
    }

    static Map<String, String> made(Recipe recipe) {
        Map<String, String> outputs = new LinkedHashMap<>();
        try (SensitiveBytes made =
                new Generators(new SecureRandom(), Clock.fixed(NOW, ZoneOffset.UTC)).generate(recipe)) {
            JsonNode json = JsonMapper.shared().readTree(new String(made.expose(), StandardCharsets.UTF_8));
            json.properties()
                    .forEach(member ->
                            outputs.put(member.getKey(), member.getValue().stringValue()));
        }
        return outputs;
    }

    /** Says the same in every run, so that a test of chance has one outcome. */
    static SecureRandom repeatable(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed);
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
