package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class RecipeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | fields",
                "[] | fields",
                "\"x\" | fields",
                "[7] | fields[0]",
                "[null] | fields[0]",
                "[{\"generator\":\"uuid\"}] | fields[0].name",
                "[{\"name\":\"\",\"generator\":\"uuid\"}] | fields[0].name",
                "[{\"name\":\"a b\",\"generator\":\"uuid\"}] | fields[0].name",
                "[{\"name\":\"a\\n\",\"generator\":\"uuid\"}] | fields[0].name",
                "[{\"name\":7,\"generator\":\"uuid\"}] | fields[0].name",
                "[{\"name\":\"a\"}] | fields[0].generator",
                "[{\"name\":\"a\",\"generator\":\"RANDOM\"}] | fields[0].generator",
                "[{\"name\":\"a\",\"generator\":7}] | fields[0].generator",
                "[{\"name\":\"a\",\"generator\":\"uuid\",\"config\":[]}] | fields[0].config",
                "[{\"name\":\"a\",\"generator\":\"uuid\",\"options\":{}}] | fields[0].options",
                "[{\"name\":\"a\",\"generator\":\"uuid\",\"Opt ions\":{}}] | fields[0]",
                "[{\"name\":\"a\",\"generator\":\"uuid\"},{\"name\":\"a\",\"generator\":\"hex\"}] | fields[1].name",
                "[{\"name\":\"a_public\",\"generator\":\"uuid\"},{\"name\":\"a\",\"generator\":\"ec_keypair\"}] | fields[1].name",
                "[{\"name\":\"private_key\",\"generator\":\"ssh_keypair\"},{\"name\":\"public_key\",\"generator\":\"hex\"}] | fields[1].name",
                "[{\"name\":\"a\",\"generator\":\"bcrypt_hash\"},{\"name\":\"a_hash\",\"generator\":\"hex\"}] | fields[1].name",
            })
    void aFieldThatCannotBeSo_isRefused(String fields, String at) {
        assertRefused(() -> Recipes.parse(fields), at);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "random | {\"length\":0} | length",
                "random | {\"length\":4097} | length",
                "random | {\"length\":-1} | length",
                "random | {\"length\":8.0} | length",
                "random | {\"length\":\"8\"} | length",
                "random | {\"length\":4294967304} | length",
                "random | {\"charset\":\"klingon\"} | charset",
                "random | {\"charset\":\"SAFE\"} | charset",
                "random | {\"charset\":7} | charset",
                "random | {\"alphabet\":\"a\"} | alphabet",
                "random | {\"alphabet\":\"\"} | alphabet",
                "random | {\"alphabet\":\"abca\"} | alphabet",
                "random | {\"alphabet\":\"ab c\"} | alphabet",
                "random | {\"alphabet\":\"ab\\u00e9\"} | alphabet",
                "random | {\"alphabet\":\"ab\\u0007\"} | alphabet",
                "random | {\"alphabet\":[\"ab\"]} | alphabet",
                "random | {\"alphabet\":\"abc\",\"charset\":\"hex\"} | alphabet",
                "random | {\"require_upper\":\"true\"} | require_upper",
                "random | {\"require_symbol\":true} | require_symbol",
                "random | {\"charset\":\"hex\",\"require_upper\":true} | require_upper",
                "random | {\"charset\":\"alpha\",\"require_digit\":true} | require_digit",
                "random | {\"charset\":\"numeric\",\"require_lower\":true} | require_lower",
                "random | {\"alphabet\":\"abc\",\"require_digit\":true} | require_digit",
                "random | {\"length\":2,\"require_upper\":true,\"require_lower\":true,\"require_digit\":true} | length",
                "random | {\"len\":9} | len",
                "hex | {\"length\":0} | length",
                "hex | {\"length\":4097} | length",
                "hex | {\"charset\":\"hex\"} | charset",
                "uuid | {\"version\":1} | version",
                "uuid | {\"version\":\"4\"} | version",
                "uuid | {\"length\":4} | length",
                "template | {} | template",
                "template | {\"template\":null} | template",
                "template | {\"template\":7} | template",
                "template | {\"template\":\"{{hex:8}\"} | template",
                "template | {\"template\":\"a{{\"} | template",
                "template | {\"template\":\"{{name}}\"} | template",
                "template | {\"template\":\"{{ uuid }}\"} | template",
                "template | {\"template\":\"{{}}\"} | template",
                "template | {\"template\":\"{{{uuid}}}\"} | template",
                "template | {\"template\":\"{{random}}\"} | template",
                "template | {\"template\":\"{{random:}}\"} | template",
                "template | {\"template\":\"{{random:0}}\"} | template",
                "template | {\"template\":\"{{random:08}}\"} | template",
                "template | {\"template\":\"{{random:-8}}\"} | template",
                "template | {\"template\":\"{{hex:4097}}\"} | template",
                "template | {\"template\":\"{{hex:99999999999}}\"} | template",
                "template | {\"template\":\"{{uuid:7}}\"} | template",
                "template | {\"template\":\"\\u0000\"} | template",
                "rsa_keypair | {\"bits\":1024} | bits",
                "rsa_keypair | {\"bits\":2049} | bits",
                "rsa_keypair | {\"bits\":\"2048\"} | bits",
                "rsa_keypair | {\"bits\":8192} | bits",
                "ec_keypair | {\"curve\":\"P-521\"} | curve",
                "ec_keypair | {\"curve\":\"p-256\"} | curve",
                "ec_keypair | {\"curve\":256} | curve",
                "ssh_keypair | {\"key_type\":\"dsa\"} | key_type",
                "ssh_keypair | {\"bits\":2048} | bits",
                "ssh_keypair | {\"key_type\":\"ed25519\",\"bits\":256} | bits",
                "ssh_keypair | {\"key_type\":\"rsa\",\"bits\":1024} | bits",
                "ssh_keypair | {\"comment\":\"a\\nssh-rsa AAAA\"} | comment",
                "ssh_keypair | {\"comment\":\"a\\u0085b\"} | comment",
                "ssh_keypair | {\"comment\":7} | comment",
                "ssh_keypair | {\"passphrase\":\"x\"} | passphrase",
                "bcrypt_hash | {\"length\":7} | length",
                "bcrypt_hash | {\"length\":73} | length",
                "bcrypt_hash | {\"rounds\":9} | rounds",
                "bcrypt_hash | {\"rounds\":15} | rounds",
                "static | {} | value",
                "static | {\"value\":7} | value",
                "static | {\"value\":{}} | value",
                "static | {\"value\":\"a\\u0000b\"} | value",
                "static | {\"value\":\"\\ud800\"} | value",
                "static | {\"value\":\"\\udc00\\ud800\"} | value",
            })
    void aConfigThatCannotBeSo_isRefusedByItsMember(String generator, String config, String member) {
        assertRefused(() -> Recipes.of(generator, config), "fields[0].config." + member);
    }

    @Test
    void textsThatAreTooLong_areRefused() {
        assertRefused(
                () -> Recipes.of("static", "{\"value\":\"" + "x".repeat(4_097) + "\"}"), "fields[0].config.value");
        assertRefused(
                () -> Recipes.of("template", "{\"template\":\"" + "x".repeat(4_097) + "\"}"),
                "fields[0].config.template");
        assertRefused(
                () -> Recipes.of("ssh_keypair", "{\"comment\":\"" + "x".repeat(129) + "\"}"),
                "fields[0].config.comment");
        assertRefused(
                () -> Recipes.parse("[{\"name\":\"" + "x".repeat(65) + "\",\"generator\":\"uuid\"}]"),
                "fields[0].name");
    }

    @Test
    void tooManyFields_areRefused() {
        assertThat(Recipes.parse(fields(32, "uuid", "{}")).entropy()).hasSize(32);
        assertRefused(() -> Recipes.parse(fields(33, "uuid", "{}")), "fields");
    }

    @Test
    void tooManyBytes_areRefused() {
        assertThat(Recipes.parse(fields(16, "random", "{\"length\":4096}")).entropy())
                .hasSize(16);
        assertRefused(() -> Recipes.parse(fields(17, "random", "{\"length\":4096}")), "fields");
        String greedy = "{{hex:4096}}".repeat(17);
        assertRefused(() -> Recipes.of("template", "{\"template\":\"" + greedy + "\"}"), "fields");
        String astral = "\ud83d\udd11".repeat(4_096);
        assertRefused(() -> Recipes.parse(fields(5, "static", "{\"value\":\"" + astral + "\"}")), "fields");
    }

    /** Thirty-two keys of 4096 bits would keep a processor busy for a minute. */
    @Test
    void tooMuchThatIsSlow_isRefused() {
        assertThat(Recipes.parse(fields(4, "rsa_keypair", "{\"bits\":4096}")).isSlow())
                .isTrue();
        assertRefused(() -> Recipes.parse(fields(5, "rsa_keypair", "{}")), "fields");
        assertRefused(() -> Recipes.parse(fields(5, "bcrypt_hash", "{}")), "fields");
        assertRefused(() -> Recipes.parse(fields(5, "ssh_keypair", "{\"key_type\":\"rsa\"}")), "fields");
        assertThat(Recipes.parse(fields(32, "ssh_keypair", "{}")).isSlow()).isFalse();
    }

    /** A secret may have slipped into the place of a name, or be what is fixed. */
    @Test
    void whatWasSent_isNotRepeated() {
        assertThatThrownBy(() -> Recipes.of("static", "{\"value\":\"x\",\"AKIA1234\":1}"))
                .isInstanceOfSatisfying(VaultException.class, refused -> {
                    assertThat(refused.getMessage()).doesNotContain("AKIA");
                    assertThat(refused.details().toString()).doesNotContain("AKIA");
                });
        assertThatThrownBy(() -> Recipes.of("AKIA1234", "{}")).hasMessageNotContaining("AKIA");
        assertThatThrownBy(() -> Recipes.of("template", "{\"template\":\"{{AKIA1234}}\"}"))
                .hasMessageNotContaining("AKIA");
        assertThat(Recipes.of("static", "{\"value\":\"hunter2\"}").toString()).doesNotContain("hunter2");
        assertThat(Recipes.of("template", "{\"template\":\"hunter2{{uuid}}\"}").toString())
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "random | {} | {\"length\":32,\"charset\":\"alphanumeric\",\"require_upper\":false,\"require_lower\":false,\"require_digit\":false,\"require_symbol\":false}",
                "random | {\"length\":4,\"charset\":\"safe\",\"require_symbol\":true} | {\"length\":4,\"charset\":\"safe\",\"require_upper\":false,\"require_lower\":false,\"require_digit\":false,\"require_symbol\":true}",
                "random | {\"alphabet\":\"a\\\"\",\"require_lower\":true} | {\"length\":32,\"alphabet\":\"a\\\"\",\"require_upper\":false,\"require_lower\":true,\"require_digit\":false,\"require_symbol\":false}",
                "hex | {} | {\"length\":32}",
                "uuid | {} | {\"version\":4}",
                "uuid | {\"version\":7} | {\"version\":7}",
                "template | {\"template\":\"k_{{hex:8}}\"} | {\"template\":\"k_{{hex:8}}\"}",
                "rsa_keypair | {} | {\"bits\":2048}",
                "ec_keypair | {} | {\"curve\":\"P-256\"}",
                "ec_keypair | {\"curve\":\"P-384\"} | {\"curve\":\"P-384\"}",
                "ssh_keypair | {} | {\"key_type\":\"ed25519\",\"comment\":\"\"}",
                "ssh_keypair | {\"key_type\":\"rsa\",\"comment\":\"a@b\"} | {\"key_type\":\"rsa\",\"bits\":3072,\"comment\":\"a@b\"}",
                "bcrypt_hash | {} | {\"length\":24,\"rounds\":10}",
                "static | {\"value\":\"x\"} | {\"value\":\"x\"}",
                "static | {\"value\":\"\"} | {\"value\":\"\"}",
            })
    void whatWasLeftOut_isFilledIn(String generator, String config, String filledIn) {
        Recipe recipe = Recipes.of(generator, config);

        assertThat(recipe.toJson())
                .isEqualTo(JsonMapper.shared()
                        .readTree("[{\"name\":\"value\",\"generator\":\"" + generator + "\",\"config\":" + filledIn
                                + "}]"));
        assertThat(Recipe.parse(recipe.toJson())).isEqualTo(recipe);
    }

    @Test
    void aConfigThatIsLeftOut_isOneOfDefaults() {
        Recipe recipe = Recipes.of("hex", "{}");

        assertThat(Recipes.parse("[{\"name\":\"value\",\"generator\":\"hex\"}]"))
                .isEqualTo(recipe);
        assertThat(Recipes.parse("[{\"name\":\"value\",\"generator\":\"hex\",\"config\":null}]"))
                .isEqualTo(recipe);
        assertThat(Recipes.of("hex", "{\"length\":null}")).isEqualTo(recipe);
    }

    @Test
    void outputsOfOneField_areNamedAfterIt() {
        String fields = """
                [{"name":"user","generator":"static","config":{"value":"app"}},
                 {"name":"password","generator":"bcrypt_hash"},
                 {"name":"private_key","generator":"ssh_keypair"},
                 {"name":"tls_private_key","generator":"ec_keypair"},
                 {"name":"signing","generator":"rsa_keypair"}]
                """;

        assertThat(Recipes.parse(fields).entropy())
                .containsExactly(
                        Map.entry("user", 0.0),
                        Map.entry(
                                "password",
                                Recipes.of("random", "{\"length\":24}")
                                        .entropy()
                                        .get("value")),
                        Map.entry(
                                "password_hash",
                                Recipes.of("random", "{\"length\":24}")
                                        .entropy()
                                        .get("value")),
                        Map.entry("private_key", 128.0),
                        Map.entry("public_key", 0.0),
                        Map.entry("tls_private_key", 128.0),
                        Map.entry("tls_public_key", 0.0),
                        Map.entry("signing", 112.0),
                        Map.entry("signing_public", 0.0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "random | {\"charset\":\"numeric\",\"length\":6} | 19.931568569324174",
                "random | {\"alphabet\":\"01\",\"length\":4096} | 4096",
                "random | {\"alphabet\":\"abAB\",\"length\":3,\"require_upper\":true,\"require_lower\":true} | 5.584962500721156",
                "hex | {\"length\":40} | 160",
                "uuid | {} | 122",
                "uuid | {\"version\":7} | 74",
                "template | {\"template\":\"a{{timestamp}}}}\"} | 0",
                "template | {\"template\":\"{{hex:2}}{{uuid}}{{random:1}}\"} | 135.95419631038687",
                "rsa_keypair | {\"bits\":3072} | 128",
                "rsa_keypair | {\"bits\":4096} | 152",
                "ec_keypair | {\"curve\":\"P-384\"} | 192",
                "ssh_keypair | {\"key_type\":\"rsa\",\"bits\":2048} | 112",
            })
    void entropy_isTheLogarithmOfWhatThereIsToGuess(String generator, String config, double bits) {
        assertThat(Recipes.of(generator, config).entropy().get("value")).isCloseTo(bits, within(1e-9));
    }

    private static String fields(int count, String generator, String config) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> "{\"name\":\"f" + i + "\",\"generator\":\"" + generator + "\",\"config\":" + config + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static void assertRefused(ThrowingCallable parse, String at) {
        assertThatThrownBy(parse).isInstanceOfSatisfying(VaultException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
            assertThat(refused.details().get("fields"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsOnlyKeys(at);
        });
    }
}
