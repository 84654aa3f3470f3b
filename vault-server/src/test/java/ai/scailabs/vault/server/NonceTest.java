package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Advisory CVE-2023-4680 and its like: nobody but the cipher chooses what must never come twice. */
class NonceTest {
    private static final Pattern CRYPTOGRAPHIC = Pattern.compile(
            "(?i)(?:^|_)(?:nonce|iv|salt|seed|aad|cipher(?:text)?|algorithm|alg|key|key_id|wrapped|mac|counter|tag_length)(?:_|$)");

    /** Which key a certificate gets, and how it is written: keys that are made for their owners, and none of the cipher's. */
    private static final Set<String> OF_CERTIFICATES = Set.of(
            "access_key_id_field",
            "allowed_key_types",
            "ca_key_type",
            "eab_hmac_key",
            "ext_key_usage",
            "key_bits",
            "key_encipherment",
            "key_size",
            "key_storage",
            "key_type",
            "private_key_format",
            "private_key_pem",
            "public_key",
            "secret_access_key_field");

    /** Names a call: no key of a cipher. */
    private static final String OF_CALLS = "Idempotency_Key";

    private final RunningServer server = RunningServer.shared();

    /** No member of a body, no parameter and no header of the document names one. */
    @Test
    void document_takesNothingOfTheCipher() {
        OpenApi api = OpenApi.of(server);
        Set<String> names = new TreeSet<>();
        for (OpenApi.Operation operation : api.operations()) {
            for (JsonNode holder : List.of(operation.node(), operation.item())) {
                holder.path("parameters")
                        .forEach(parameter -> names.add(api.resolved(parameter)
                                .get("name")
                                .stringValue()
                                .replace('-', '_')));
            }
            if (operation.takesBody()) {
                for (var media : api.resolved(operation.node().get("requestBody"))
                        .get("content")
                        .properties()) {
                    collect(api, media.getValue().get("schema"), names, 0);
                }
            }
        }
        assertThat(names).contains("data", "paths", "token", "limit").hasSizeGreaterThan(30);
        assertThat(names).containsAll(OF_CERTIFICATES);
        names.removeAll(OF_CERTIFICATES);
        assertThat(names.remove(OF_CALLS)).isTrue();
        assertThat(names).noneMatch(name -> CRYPTOGRAPHIC.matcher(name).find());
    }

    private static void collect(OpenApi api, JsonNode schema, Set<String> names, int depth) {
        assertThat(depth).isLessThan(20);
        JsonNode resolved = api.resolved(schema);
        for (var member : resolved.path("properties").properties()) {
            names.add(member.getKey());
            collect(api, member.getValue(), names, depth + 1);
        }
        for (String part : List.of("allOf", "anyOf", "oneOf")) {
            resolved.path(part).forEach(each -> collect(api, each, names, depth + 1));
        }
        if (resolved.has("items")) {
            collect(api, resolved.get("items"), names, depth + 1);
        }
    }

    /** What is sent all the same is refused by name, wherever it is put. */
    @Test
    void namesOfTheCipher_areUnknownFields() {
        ApiClient owner = server.owner("nonce", "nonce");
        for (String field : List.of(
                "nonce",
                "iv",
                "key_id",
                "data_key",
                "aad",
                "ciphertext",
                "wrapped_data_key",
                "tenant_key_id",
                "algorithm",
                "version")) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("data", Map.of("a", "b"));
            body.put(field, "AAAAAAAAAAAAAAAA");
            owner.put("/v1/secrets/app/nonce", body).expect(400, "invalid_request");
            body.remove(field);
            body.put("options", Map.of(field, "AAAAAAAAAAAAAAAA"));
            owner.put("/v1/secrets/app/nonce", body).expect(400, "invalid_request");
            owner.put("/v1/secrets/app/nonce?" + field + "=AAAA", Map.of("data", Map.of("a", "b")))
                    .expect(400, "invalid_request");
        }
        owner.get("/v1/secrets/app/nonce").expect(404, "secret_not_found");
    }

    /** Whoever seals names keys, a place and a plaintext. */
    @Test
    void cipher_takesNone() {
        for (Method method : EnvelopeCipher.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && method.getName().matches("seal.*|new.*")) {
                for (Parameter parameter : method.getParameters()) {
                    boolean bytes = parameter.getType() == byte[].class
                            && !parameter.getName().startsWith("wrapped");
                    assertThat(bytes || parameter.getType() == java.security.SecureRandom.class)
                            .as(method + " " + parameter)
                            .isFalse();
                }
            }
        }
    }

    /** The same value at the same place, by many writers at once: no key, no nonce and no byte of it comes twice. */
    @Test
    void sameValueWrittenAgainAndAgain_hasNothingInCommon() throws InterruptedException {
        ApiClient owner = server.owner("nonce-many", "nonce");
        List<Thread> writers = java.util.stream.IntStream.range(0, 8)
                .mapToObj(writer -> Thread.startVirtualThread(() -> {
                    for (int i = 0; i < 25; i++) {
                        owner.put(
                                "/v1/secrets/app/w" + writer,
                                Map.of("data", Map.of("a", "the same"), "options", Map.of("max_versions", 100)));
                    }
                }))
                .toList();
        for (Thread writer : writers) {
            writer.join();
        }
        Set<String> dataKeys = new TreeSet<>();
        Set<String> nonces = new TreeSet<>();
        Set<String> bodies = new TreeSet<>();
        List<Map<String, Object>> rows = Sql.superuser(server)
                .rows("select ciphertext, wrapped_data_key from secret_version where tenant_id = 'tnt_nonce-many'");
        assertThat(rows).hasSize(200);
        for (Map<String, Object> row : rows) {
            byte[] ciphertext = (byte[]) row.get("ciphertext");
            byte[] wrapped = (byte[]) row.get("wrapped_data_key");
            // docs/crypto-format.md: a byte of format, 16 of the key's id, then a nonce of 24 and what it encrypts.
            dataKeys.add(HexFormat.of().formatHex(ciphertext, 1, 17));
            nonces.add(HexFormat.of().formatHex(wrapped, 17, 41));
            bodies.add(HexFormat.of().formatHex(Arrays.copyOfRange(ciphertext, 17, ciphertext.length)));
        }
        assertThat(dataKeys).hasSize(200);
        assertThat(nonces).hasSize(200);
        assertThat(bodies).hasSize(200);
    }
}
