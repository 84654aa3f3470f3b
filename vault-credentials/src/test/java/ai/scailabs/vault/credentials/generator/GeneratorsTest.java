package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class GeneratorsTest {
    @Test
    void whatWasMade_isShownByNoToString() {
        Recipe recipe = Recipes.of("static", "{\"value\":\"hunter2\"}");

        try (SensitiveBytes made = new Generators(new SecureRandom(), Clock.systemUTC()).generate(recipe)) {
            assertThat(made.toString()).doesNotContain("hunter2");
            assertThat(new String(made.expose(), StandardCharsets.UTF_8)).isEqualTo("{\"value\":\"hunter2\"}");
        }
    }

    @Test
    void twoOfARecipe_haveNothingInCommon() {
        Recipe recipe = Recipes.parse("""
                [{"name":"a","generator":"random"},{"name":"b","generator":"hex"},{"name":"c","generator":"uuid"},
                 {"name":"d","generator":"uuid","config":{"version":7}},{"name":"e","generator":"ec_keypair"},
                 {"name":"f","generator":"ssh_keypair"},{"name":"g","generator":"bcrypt_hash"},
                 {"name":"h","generator":"template","config":{"template":"{{random:16}}{{random:16}}"}}]
                """);

        Map<String, String> one = Recipes.made(recipe);
        Map<String, String> other = Recipes.made(recipe);

        assertThat(one.values()).doesNotContainAnyElementsOf(other.values()).doesNotHaveDuplicates();
        assertThat(one.get("h").substring(0, 16)).isNotEqualTo(one.get("h").substring(16));
    }

    @Test
    void outputs_areThoseOfWhichTheRecipeTells() {
        Recipe recipe = Recipes.parse("""
                [{"name":"z","generator":"hex"},{"name":"private_key","generator":"ssh_keypair"},
                 {"name":"a","generator":"bcrypt_hash"},{"name":"m-1","generator":"rsa_keypair"}]
                """);

        assertThat(Recipes.made(recipe).keySet())
                .containsExactlyElementsOf(recipe.entropy().keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "random | {} | [a-zA-Z0-9]{32}",
                "random | {\"charset\":\"full\",\"length\":4096} | [!-~]{4096}",
                "random | {\"charset\":\"safe\",\"length\":1} | [a-zA-Z2-9._-]",
                "random | {\"alphabet\":\"\\\\\\\"\",\"length\":9} | [\\\\\"]{9}",
                "random | {\"length\":2,\"charset\":\"safe\",\"require_upper\":true,\"require_symbol\":true} | (?=.*[A-Z])(?=.*[._-])..",
                "hex | {\"length\":5} | [0-9a-f]{5}",
                "uuid | {} | [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                "template | {\"template\":\"sk_{{timestamp}}_{{random:7}}-{{hex:3}}\"} | sk_1795819200_[a-zA-Z0-9]{7}-[0-9a-f]{3}",
                "template | {\"template\":\"{\\\"id\\\":{\\\"v\\\":\\\"{{uuid}}\\\"}}\"} | \\{\"id\":\\{\"v\":\"[0-9a-f-]{36}\"}}",
                "template | {\"template\":\"\"} | ``",
                "template | {\"template\":\"{a}\"} | \\{a}",
                "bcrypt_hash | {\"length\":72} | [a-zA-Z0-9]{72}",
            })
    void value_hasTheFormOfItsGenerator(String generator, String config, String form) {
        assertThat(Recipes.value(Recipes.of(generator, config))).matches(form);
    }

    /** RFC 9562 §5.4 and §5.7, by somebody else's reading. */
    @Test
    void identifiers_haveVersionVariantAndTime() {
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            UUID random = UUID.fromString(Recipes.value(Recipes.of("uuid", "{}")));
            UUID timed = UUID.fromString(Recipes.value(Recipes.of("uuid", "{\"version\":7}")));
            assertThat(random.version()).isEqualTo(4);
            assertThat(timed.version()).isEqualTo(7);
            assertThat(List.of(random.variant(), timed.variant())).containsOnly(2);
            assertThat(timed.getMostSignificantBits() >>> 16).isEqualTo(Recipes.NOW.toEpochMilli());
            seen.add(random);
            seen.add(timed);
        }
        assertThat(seen).hasSize(1_000);
    }

    @Test
    void oddTexts_comeBackAsTheyWere() {
        StringBuilder odd = new StringBuilder();
        for (int c = 1; c < 0x100; c++) {
            odd.appendCodePoint(c);
        }
        odd.append("\u2028\u2029\ufeff\ufffe\uffff\ud7ff\ue000\ud83d\udd11\udbff\udfff</script>\"\\\\u0000");
        String json = JsonMapper.shared().writeValueAsString(Map.of("value", odd.toString()));

        assertThat(Recipes.value(Recipes.of("static", json))).isEqualTo(odd.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rsa_keypair | {\"bits\":2048}",
                "ec_keypair | {\"curve\":\"P-256\"}",
                "ec_keypair | {\"curve\":\"P-384\"}",
                "ssh_keypair | {\"comment\":\"\\ud83d\\udd11\\ud83d\\udd11\\ud83d\\udd11\\ud83d\\udd11\"}",
                "ssh_keypair | {\"key_type\":\"rsa\",\"bits\":2048}",
                "bcrypt_hash | {}",
                "template | {\"template\":\"\\u00e9{{timestamp}}{{uuid}}{{random:9}}{{hex:9}}\"}",
                "static | {\"value\":\"\\u00e9\"}",
            })
    void outputs_areNoMoreBytesThanWasCounted(String generator, String config) {
        Recipe recipe = Recipes.of(generator, config);

        int bytes = Recipes.made(recipe).values().stream()
                .mapToInt(output -> output.getBytes(StandardCharsets.UTF_8).length)
                .sum();

        assertThat(bytes)
                .isLessThanOrEqualTo(recipe.fields().getFirst().generator().maxBytes());
    }
}
