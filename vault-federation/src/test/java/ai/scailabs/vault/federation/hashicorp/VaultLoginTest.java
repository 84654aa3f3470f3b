package ai.scailabs.vault.federation.hashicorp;

import static ai.scailabs.vault.federation.hashicorp.StrictVault.PATIENCE;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.TOKEN;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.fails;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.granted;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.federation.hashicorp.StrictVault.Answer;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendConfig.AuthMethod;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How one comes to a token, and how long it lasts. */
class VaultLoginTest {
    private static final String RENEWAL = "POST /v1/auth/token/renew-self";
    private static final String KEY = "GET /v1/kv/app";

    private StrictVault strict;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        strict = new StrictVault().logsIn().mounts("kv/", "kv", "1");
        strict.says(KEY, 200, "{\"lease_id\":\"\",\"data\":{\"a\":1}}");
    }

    @AfterEach
    void stop() {
        strict.close();
    }

    private static void reads(HashiCorpVault vault) throws RemoteException {
        assertThat(text(vault.read("kv/app", null))).isEqualTo("{\"a\":1}");
    }

    private List<String> logins() {
        return strict.asked().stream().filter(way -> way.contains("/login")).toList();
    }

    private String login(String mount) {
        return logins().getFirst().substring(("POST /v1/auth/" + mount + "/login ").length());
    }

    private BackendConfig.HashiCorp config(
            AuthMethod method, String mount, String role, @Nullable String serverId, @Nullable String region) {
        return new BackendConfig.HashiCorp(
                strict.endpoint(), method, null, mount, role, null, null, serverId, region, true, null);
    }

    @Test
    void namespace_isSaidWithEveryRequest() throws Exception {
        strict.isIn("team/a");
        try (HashiCorpVault vault = strict.opens()) {
            reads(vault);
            strict.says("GET /v1/kv/?list=true", 200, "{\"data\":{\"keys\":[\"app\"]}}");
            assertThat(vault.names("kv/", true, 9)).containsExactly("kv/app");
            vault.probe(List.of("kv/"));
        }
        assertThat(logins()).hasSize(1);
    }

    @Test
    void kubernetes_isShownTheTokenOfTheSecret_orOfTheServiceIfTheTenantMay() throws Exception {
        strict.says("POST /v1/auth/clusters/one/login", 200, granted(TOKEN, 60));
        BackendConfig.HashiCorp config = config(AuthMethod.KUBERNETES, "clusters/one", "reader", null, null);
        try (HashiCorpVault vault = strict.opens(config, "{\"jwt\":\"a.b.c\"}", null, PATIENCE)) {
            reads(vault);
        }
        assertThat(login("clusters/one")).isEqualTo("{\"role\":\"reader\",\"jwt\":\"a.b.c\"}");
        Path own = folder.resolve("token");
        try (HashiCorpVault vault = strict.opens(config, null, own, PATIENCE)) {
            fails(RemoteFailure.CREDENTIALS_UNUSABLE, () -> vault.read("kv/app", null));
            Files.writeString(own, "d.e.f\n");
            reads(vault);
            // It changes while the service runs.
            Files.writeString(own, "g.h.i\n");
            strict.later(Duration.ofMinutes(2));
            reads(vault);
        }
        assertThat(logins().subList(1, 3))
                .allMatch(login -> login.contains("\"role\":\"reader\""))
                .satisfiesExactly(
                        login -> assertThat(login).contains("\"d.e.f\""),
                        login -> assertThat(login).contains("\"g.h.i\""));
        fails(RemoteFailure.MISCONFIGURED, () -> strict.opens(config, null, null, PATIENCE));
    }

    @ParameterizedTest
    @CsvSource({
        "eu-central-1, eu-central-1, sts.eu-central-1.amazonaws.com",
        "cn-north-1, cn-north-1, sts.cn-north-1.amazonaws.com.cn",
        ", us-east-1, sts.amazonaws.com"
    })
    void aws_isShownASignatureOfOurs(@Nullable String region, String signedFor, String host) throws Exception {
        strict.says("POST /v1/auth/aws/login", 200, granted(TOKEN, 60));
        BackendConfig.HashiCorp config = config(AuthMethod.AWS, "aws", "reader", "vault.example.com", region);
        try (HashiCorpVault vault = strict.opens(
                config,
                "{\"access_key_id\":\"AKIDEXAMPLE\",\"secret_access_key\":\"not-a-secret\",\"session_token\":\"session\"}",
                null,
                PATIENCE)) {
            reads(vault);
        }
        JsonNode shown = JsonMapper.shared().readTree(login("aws"));
        assertThat(shown.path("role").asString()).isEqualTo("reader");
        assertThat(shown.path("iam_http_request_method").asString()).isEqualTo("POST");
        assertThat(decoded(shown, "iam_request_url")).isEqualTo("https://" + host + "/");
        Map<String, String> headers = new TreeMap<>();
        JsonMapper.shared()
                .readTree(decoded(shown, "iam_request_headers"))
                .properties()
                .forEach(header -> headers.put(
                        header.getKey().toLowerCase(java.util.Locale.ROOT),
                        header.getValue().get(0).asString()));
        assertThat(headers)
                .containsEntry("host", host)
                .containsEntry("x-vault-aws-iam-server-id", "vault.example.com")
                .containsEntry("x-amz-security-token", "session");
        requireSigned(headers, decoded(shown, "iam_request_body"), "not-a-secret", signedFor);
        assertThat(strict.asked().toString()).doesNotContain("not-a-secret");
    }

    private static String decoded(JsonNode from, String member) {
        return new String(Base64.getDecoder().decode(from.path(member).asString()), StandardCharsets.UTF_8);
    }

    /** As AWS holds it against what it gets: Signature Version 4. */
    private static void requireSigned(Map<String, String> headers, String body, String secret, String region)
            throws GeneralSecurityException {
        String authorization = String.valueOf(headers.get("authorization"));
        List<String> names = Arrays.asList(
                authorization.replaceAll(".*SignedHeaders=([^,]*),.*", "$1").split(";"));
        assertThat(names).contains("host", "x-amz-date", "x-vault-aws-iam-server-id", "x-amz-security-token");
        String canonical = names.stream()
                .map(name -> name + ":" + headers.get(name) + "\n")
                .collect(Collectors.joining("", "POST\n/\n\n", "\n" + String.join(";", names) + "\n" + sha256(body)));
        String date = String.valueOf(headers.get("x-amz-date"));
        String scope = date.substring(0, 8) + "/" + region + "/sts/aws4_request";
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        String signature = HexFormat.of()
                .formatHex(hmac(key, "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + sha256(canonical)));
        assertThat(date).isEqualTo("20261127T120000Z");
        assertThat(authorization)
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope + ",")
                .endsWith("Signature=" + signature);
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void google_isShownAnAssertionForTheRole() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        String account = JsonMapper.shared()
                .writeValueAsString(Map.of(
                        "client_email", "app@acme.iam.gserviceaccount.com",
                        "private_key_id", "key-1",
                        "private_key", pem));
        strict.says("POST /v1/auth/gcp/login", 200, granted(TOKEN, 60));
        try (HashiCorpVault vault = strict.opens(
                config(AuthMethod.GCP, "gcp", "reader", null, null),
                JsonMapper.shared().writeValueAsString(Map.of("service_account_json", account)),
                null,
                PATIENCE)) {
            reads(vault);
        }
        JsonNode shown = JsonMapper.shared().readTree(login("gcp"));
        assertThat(shown.path("role").asString()).isEqualTo("reader");
        String[] jwt = shown.path("jwt").asString().split("\\.");
        JsonNode header = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(jwt[0]));
        JsonNode claims = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(jwt[1]));
        assertThat(header)
                .isEqualTo(JsonMapper.shared().readTree("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"key-1\"}"));
        assertThat(claims.path("sub").asString()).isEqualTo("app@acme.iam.gserviceaccount.com");
        assertThat(claims.path("aud").asString()).isEqualTo("vault/reader");
        assertThat(claims.path("exp").asLong() - strict.now().getEpochSecond()).isBetween(60L, 900L);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(pair.getPublic());
        signature.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(jwt[2]))).isTrue();
    }

    @Test
    void secretThatLacksSomething_opensNothing() {
        List<Map.Entry<AuthMethod, String>> lacking = List.of(
                Map.entry(AuthMethod.TOKEN, "{}"),
                Map.entry(AuthMethod.TOKEN, "{\"token\":\"\"}"),
                Map.entry(AuthMethod.TOKEN, "{\"token\":\"not-a-secret with a space\"}"),
                Map.entry(AuthMethod.TOKEN, "{\"token\":\"not-a-secret\\r\\nX: y\"}"),
                Map.entry(AuthMethod.APPROLE, "{\"role_id\":\"r\"}"),
                Map.entry(AuthMethod.APPROLE, "{\"secret_id\":\"not-a-secret\"}"),
                Map.entry(AuthMethod.KUBERNETES, "{}"),
                Map.entry(AuthMethod.AWS, "{\"access_key_id\":\"a\"}"),
                Map.entry(AuthMethod.GCP, "{\"service_account_json\":\"not-a-secret\"}"),
                Map.entry(
                        AuthMethod.GCP,
                        "{\"service_account_json\":\"{\\\"client_email\\\":\\\"a\\\",\\\"private_key_id\\\":\\\"b\\\",\\\"private_key\\\":\\\"not-a-secret\\\"}\"}"));
        for (Map.Entry<AuthMethod, String> each : lacking) {
            fails(RemoteFailure.CREDENTIALS_UNUSABLE, () -> strict.opens(each.getKey(), each.getValue()));
        }
        assertThat(strict.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid role or secret ID, CREDENTIALS_REFUSED",
        "403, permission denied, CREDENTIALS_REFUSED",
        "404, no handler for route \\\"auth/approle/login\\\", MISCONFIGURED",
        "403, namespace not found, MISCONFIGURED",
        "404, namespace not found, MISCONFIGURED"
    })
    void refusedLogin_isNotTriedAgainForAMinute(int status, String error, RemoteFailure failure) throws Exception {
        strict.says("POST /v1/auth/approle/login", status, "{\"errors\":[\"" + error + "\"]}");
        try (HashiCorpVault vault = strict.opens()) {
            fails(failure, () -> vault.read("kv/app", null));
            fails(failure, () -> vault.read("kv/app", null));
            assertThat(logins()).hasSize(1);
            strict.logsIn();
            strict.later(Duration.ofSeconds(61));
            reads(vault);
        }
        assertThat(logins()).hasSize(2);
    }

    @Test
    void loginWithoutAToken_isNotUnderstood() throws Exception {
        List<String> none = List.of(
                "garbage",
                "{}",
                "{\"auth\":{\"client_token\":\"\",\"lease_duration\":1}}",
                "{\"auth\":{\"client_token\":\"a\\nb\",\"lease_duration\":1}}",
                "{\"auth\":{\"client_token\":\"a\",\"lease_duration\":\"1\"}}");
        try (HashiCorpVault vault = strict.opens()) {
            for (String body : none) {
                strict.says("POST /v1/auth/approle/login", 200, body);
                fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("kv/app", null));
            }
        }
    }

    @Test
    void loginThatMeetsAFault_isMadeOnceMore() throws Exception {
        strict.says("POST /v1/auth/approle/login", new Answer(503, ""), new Answer(200, granted(TOKEN, 60)));
        try (HashiCorpVault vault = strict.opens()) {
            reads(vault);
        }
        assertThat(logins()).hasSize(2);
    }

    @Test
    void tokenThatEndedEarly_isFollowedByAnother_butNotAgainAndAgain() throws Exception {
        try (HashiCorpVault vault = strict.opens()) {
            reads(vault);
            strict.takes("hvs.second");
            strict.later(Duration.ofSeconds(9));
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("kv/app", null));
            assertThat(logins()).hasSize(1);
            strict.later(Duration.ofSeconds(2));
            strict.says("POST /v1/auth/approle/login", 200, granted("hvs.second", 3_600));
            reads(vault);
            assertThat(logins()).hasSize(2);
            // A refusal by policy says nothing of the token.
            strict.later(Duration.ofSeconds(11));
            strict.says(KEY, 403, "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}");
            fails(RemoteFailure.FORBIDDEN, () -> vault.read("kv/app", null));
            assertThat(logins()).hasSize(2);
        }
    }

    @Test
    void token_isRenewedAtHalfOfItsTime_andReplacedAtItsEnd() throws Exception {
        strict.says(RENEWAL, 200, granted(TOKEN, 3_600));
        try (HashiCorpVault vault = strict.opens()) {
            reads(vault);
            strict.later(Duration.ofMinutes(29));
            reads(vault);
            assertThat(strict.asked()).doesNotContain(RENEWAL);
            strict.later(Duration.ofMinutes(2));
            reads(vault);
            strict.awaits(RENEWAL);
            strict.says(RENEWAL, 403, "{\"errors\":[\"1 error occurred\"]}");
            strict.later(Duration.ofMinutes(65));
            reads(vault);
            assertThat(logins()).hasSize(2);
        }
    }

    @Test
    void tokenOfTheSecret_isRenewedFromTheBeginning_andNeverReplaced() throws Exception {
        strict.says(RENEWAL, 400, "{\"errors\":[\"lease is not renewable\"]}");
        try (HashiCorpVault vault = strict.opens(AuthMethod.TOKEN, "{\"token\":\"" + TOKEN + "\"}")) {
            reads(vault);
            strict.awaits(RENEWAL);
            strict.later(Duration.ofDays(1));
            reads(vault);
            strict.takes("hvs.second");
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("kv/app", null));
        }
        assertThat(logins()).isEmpty();
    }

    @Test
    void callersAtOnce_makeOneLogin() throws Exception {
        try (HashiCorpVault vault = strict.opens();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> callers = Stream.<Callable<String>>generate(
                            () -> () -> text(vault.read("kv/app", null)))
                    .limit(20)
                    .toList();
            for (Future<String> each : threads.invokeAll(callers)) {
                assertThat(each.get()).isEqualTo("{\"a\":1}");
            }
        }
        assertThat(logins()).hasSize(1);
    }

    @Test
    void nothing_printsItsCredentials() throws Exception {
        assertThat(TokenLease.given("not-a-secret", strict.now()).toString()).doesNotContain("not-a-secret");
        assertThat(new VaultAnswer(200, "not-a-secret".getBytes(StandardCharsets.UTF_8), null).toString())
                .doesNotContain("not-a-secret");
    }
}
