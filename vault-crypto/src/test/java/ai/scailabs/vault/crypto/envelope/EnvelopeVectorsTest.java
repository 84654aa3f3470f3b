package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.TestRootKey;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What was stored once opens for ever: by this code, and by thirty lines of Python that know nothing but the description of the format. */
class EnvelopeVectorsTest {
    private static final String FILE = "envelope-v1.json";
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\": \"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Map<String, String> vector = read();
    private final SecureRandom random = new SecureRandom();
    private final EnvelopeCipher cipher = new EnvelopeCipher(
            new TestRootKey(EnvelopeVectors.ROOT_KEY, EnvelopeVectors.ROOT_HEADER, random),
            new Ids(Clock.systemUTC(), random),
            random);
    private final KeyChain chain = new KeyChain(
            new TenantId(vector.get("tenant")),
            vector.get("partner_id"),
            KeyId.parse(vector.get("partner_key_id")).orElseThrow(),
            bytes("wrapped_partner_key"),
            KeyId.parse(vector.get("tenant_key_id")).orElseThrow(),
            bytes("wrapped_tenant_key"));

    @Test
    void storedValue_opens() {
        ValuePlace place = new ValuePlace(
                chain.tenant(), new SecretPath(vector.get("path")), Integer.parseInt(vector.get("version")));
        SealedValue sealed = new SealedValue(bytes("wrapped_data_key"), bytes("ciphertext"));
        assertThat(text(cipher.open(chain, place, sealed))).isEqualTo(vector.get("plaintext"));
    }

    @Test
    void storedRecord_opens() {
        SensitiveBytes opened =
                cipher.openRecord(chain, vector.get("record_purpose"), vector.get("record_id"), bytes("sealed_record"));
        assertThat(text(opened)).isEqualTo(vector.get("record_plaintext"));
    }

    @Test
    void mac_isTheSame() {
        assertThat(cipher.mac(chain, vector.get("mac_purpose"), bytes("mac_message")))
                .isEqualTo(bytes("mac"));
    }

    @Test
    void sealingTheSameWithTheSameRandomBytes_givesTheSameFile() {
        assertThat(EnvelopeVectors.make()).isEqualTo(VectorFile.text(FILE));
    }

    @Test
    void independentScript_decryptsTheSame() throws Exception {
        Path root = repositoryRoot();
        Path python = root.resolve(".peers/python/bin/python3");
        assertThat(python).as("run bin/peers first: it installs .peers/python").isExecutable();
        Path script = root.resolve("vault-crypto/src/test/python/decrypt_vectors.py");
        Path vectors = root.resolve("vault-crypto/src/test/resources/vectors/" + FILE);
        File output = File.createTempFile("decrypt_vectors", ".txt");
        try {
            Process process = new ProcessBuilder(List.of(python.toString(), script.toString(), vectors.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
            int exit = process.waitFor();
            assertThat(Files.readAllLines(output.toPath()))
                    .containsExactly(vector.get("plaintext"), vector.get("record_plaintext"), vector.get("mac"));
            assertThat(exit).isZero();
            assertThat(Files.readAllLines(script)).hasSizeLessThanOrEqualTo(30);
        } finally {
            Files.delete(output.toPath());
        }
    }

    private static Path repositoryRoot() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    private static Map<String, String> read() {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(VectorFile.text(FILE));
        while (matcher.find()) {
            fields.put(matcher.group(1), matcher.group(2).replace("\\\"", "\""));
        }
        return fields;
    }

    private byte[] bytes(String field) {
        return HexFormat.of().parseHex(vector.get(field));
    }

    private static String text(SensitiveBytes opened) {
        try (opened) {
            return new String(opened.expose(), StandardCharsets.UTF_8);
        }
    }
}
