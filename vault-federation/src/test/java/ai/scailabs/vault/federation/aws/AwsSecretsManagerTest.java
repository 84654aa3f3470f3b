package ai.scailabs.vault.federation.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteName;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.VersionNumbers;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AWS's SDK against a server that takes JSON 1.1 with a target and a signature, and nothing else. */
class AwsSecretsManagerTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("aws");
    private static final TenantId TENANT = new TenantId("tnt_acme");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String KEYS = "{\"access_key_id\":\"AKIDEXAMPLE\",\"secret_access_key\":\"not-a-secret\"}";
    private static final Instant FIRST = Instant.ofEpochSecond(1_750_000_000L);
    private static final Instant SECOND = FIRST.plusSeconds(60);

    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>(new ArrayDeque<>());
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final GuardedTransfers transfers =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);
    private TlsServer server;

    @BeforeEach
    void start() {
        server = new TlsServer(AUTHORITY.server("aws"), this::handle);
    }

    @AfterEach
    void stop() {
        server.close();
        transfers.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String signature = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            boolean published = exchange.getRequestMethod().equals("POST")
                    && exchange.getRequestURI().toString().equals("/")
                    && "application/x-amz-json-1.1"
                            .equals(exchange.getRequestHeaders().getFirst("Content-Type"))
                    && target.startsWith("secretsmanager.")
                    && signature.matches(
                            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/eu-central-1/secretsmanager/aws4_request, .*");
            asked.add(target.replace("secretsmanager.", "") + " " + body);
            Scripted next = script.poll();
            if (!published || next == null) {
                next = new Scripted(418, "", "not as published", -1);
            }
            if (!next.header().isEmpty()) {
                int colon = next.header().indexOf(':');
                exchange.getResponseHeaders()
                        .set(next.header().substring(0, colon), next.header().substring(colon + 2));
            }
            byte[] bytes = next.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(next.status(), next.length() < 0 ? bytes.length : next.length());
            exchange.getResponseBody().write(bytes);
        }
    }

    private void says(int status, String body) {
        script.add(new Scripted(status, "", body, -1));
    }

    private AwsSecretsManager open() throws RemoteException {
        return open(server.uri(""), KEYS, false, PATIENCE);
    }

    private AwsSecretsManager open(URI where, @Nullable String credentials, boolean asService, Duration patience)
            throws RemoteException {
        return AwsSecretsManager.open(
                new BackendConfig.Aws("eu-central-1", null, null, null),
                credentials == null ? null : BackendCredentials.of(credentials.getBytes(StandardCharsets.UTF_8)),
                TENANT,
                asService,
                transfers,
                new AwsEndpoints(where, where),
                patience);
    }

    private static void fails(RemoteFailure failure, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RemoteException.class, e -> {
            assertThat(e.failure()).isEqualTo(failure);
            assertThat(e).hasNoCause();
            assertThat(e.getMessage()).doesNotContain("not for callers", "not-a-secret");
        });
    }

    private static String value(String name, String member) {
        return "{\"Name\":\"" + name + "\",\"VersionId\":\"second\",\"CreatedDate\":" + SECOND.getEpochSecond()
                + ",\"VersionStages\":[\"AWSCURRENT\"]," + member + "}";
    }

    private static String refusal(String code) {
        return "{\"__type\":\"" + code + "\",\"Message\":\"not for callers\"}";
    }

    private static String text(RemoteSecret secret) {
        try (secret) {
            return new String(secret.data().expose(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, ThrottlingException, THROTTLED, 2",
        "400, ResourceNotFoundException, NOT_FOUND, 1",
        "400, InvalidRequestException, NOT_FOUND, 1",
        "400, ExpiredTokenException, CREDENTIALS_REFUSED, 1",
        "400, UnrecognizedClientException, CREDENTIALS_REFUSED, 1",
        "400, AccessDeniedException, FORBIDDEN, 1",
        "400, DecryptionFailure, UNUSABLE_VALUE, 1",
        "400, InvalidParameterException, NOT_UNDERSTOOD, 1",
        "500, InternalServiceError, SERVER_ERROR, 2",
        "503, Unheard, SERVER_ERROR, 2",
        "404, Unheard, NOT_UNDERSTOOD, 1"
    })
    void refusal_isToldByCode_andTriedAgainOnlyWhereItPasses(int status, String code, RemoteFailure failure, int tries)
            throws Exception {
        says(status, refusal(code));
        says(status, refusal(code));
        try (AwsSecretsManager vault = open()) {
            fails(failure, () -> vault.read("app/key", null));
        }
        assertThat(asked).hasSize(tries);
    }

    @Test
    void throttlingThatWouldOutlastThePatience_isToldAtOnce_withItsPause() throws Exception {
        script.add(new Scripted(400, "Retry-After: 30", refusal("ThrottlingException"), -1));
        try (AwsSecretsManager vault = open()) {
            assertThatThrownBy(() -> vault.read("app/key", null))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void answerAboutAnotherSecret_isNotPassedOn() throws Exception {
        says(200, value("app/key-AbCdEf", "\"SecretString\":\"theirs\""));
        try (AwsSecretsManager vault = open()) {
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("app/key", null));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"arn:aws:secretsmanager:eu-central-1:111122223333:secret:app", "a b", "a%2fb", "", "a?b"})
    void whatCannotBeAName_isNotAskedFor(String name) throws Exception {
        try (AwsSecretsManager vault = open()) {
            fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
        }
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "{}", "[]", "{\"Name\":\"app/key\"}", "<html></html>"})
    void answerThatIsNone_isNotUnderstood(String body) throws Exception {
        says(200, body);
        try (AwsSecretsManager vault = open()) {
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app/key", null));
        }
    }

    @Test
    void faultsOfTheWay_areTold() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(200, "x".repeat(10_000_000));
            fails(RemoteFailure.TOO_LARGE, () -> vault.read("app/key", null));
            script.add(new Scripted(302, "Location: https://127.0.0.1:1/", "", -1));
            fails(RemoteFailure.REDIRECTED, () -> vault.read("app/key", null));
            script.add(new Scripted(200, "", "{\"Name\":", 500));
            script.add(new Scripted(200, "", "{\"Name\":", 500));
            fails(RemoteFailure.UNREACHABLE, () -> vault.read("app/key", null));
        }
        try (TlsServer stranger = new TlsServer(new TestAuthority("stranger").server("aws"), this::handle);
                AwsSecretsManager vault = open(stranger.uri(""), KEYS, false, PATIENCE)) {
            fails(RemoteFailure.CERTIFICATE_REFUSED, () -> vault.read("app/key", null));
        }
        try (AwsSecretsManager vault = open(URI.create("https://10.0.0.1"), KEYS, false, PATIENCE)) {
            fails(RemoteFailure.ADDRESS_REFUSED, () -> vault.read("app/key", null));
        }
    }

    @Test
    void serverThatSaysNothing_isGivenUpInTime() throws Exception {
        try (java.net.ServerSocket silent = new java.net.ServerSocket(0, 9, java.net.InetAddress.getLoopbackAddress());
                AwsSecretsManager vault = open(
                        URI.create("https://localhost:" + silent.getLocalPort()),
                        KEYS,
                        false,
                        Duration.ofMillis(500))) {
            long begin = System.nanoTime();
            fails(RemoteFailure.TIMED_OUT, () -> vault.read("app/key", null));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void values_areObjectsTextsAndBytes() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(200, value("app/key", "\"SecretString\":\"{\\\"user\\\":\\\"a\\\"}\""));
            assertThat(text(vault.read("app/key", null))).isEqualTo("{\"user\":\"a\"}");
            says(200, value("app/key", "\"SecretString\":\"plain\""));
            RemoteSecret plain = vault.read("app/key", null);
            assertThat(plain.version()).isEqualTo(new RemoteVersion(VersionNumbers.of(SECOND), true, SECOND, null));
            assertThat(text(plain)).isEqualTo("{\"value\":\"plain\"}");
            says(200, value("app/key", "\"SecretBinary\":\"AP8=\""));
            assertThat(text(vault.read("app/key", null))).isEqualTo("{\"value_base64\":\"AP8=\"}");
        }
    }

    private static SensitiveBytes value(String json) {
        return SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "400, ResourceExistsException, CHANGED",
        "400, ResourceNotFoundException, CHANGED",
        "400, InvalidRequestException, CHANGED",
        "400, InvalidParameterException, VALUE_REFUSED",
        "400, ValidationException, VALUE_REFUSED",
        "400, AccessDeniedException, FORBIDDEN",
        "400, ExpiredTokenException, CREDENTIALS_REFUSED",
        "400, ThrottlingException, THROTTLED",
        "500, InternalServiceError, SERVER_ERROR",
        "404, Unheard, NOT_UNDERSTOOD"
    })
    void writeThatIsRefused_isTold_andNotTriedAgain(int status, String code, RemoteFailure failure) throws Exception {
        try (AwsSecretsManager vault = open();
                SensitiveBytes value = value("{\"value\":\"not-a-secret\"}")) {
            says(status, refusal(code));
            fails(failure, () -> vault.write("app/key", value, null));
            says(status, refusal(code));
            fails(failure, () -> vault.write("app/key", value, new RemoteVersion(1, true, FIRST, null)));
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void writeWithoutAnAnswer_isNotTriedAgain() throws Exception {
        script.add(new Scripted(200, "", "{\"Name\":", 500));
        try (AwsSecretsManager vault = open();
                SensitiveBytes value = value("{\"a\":1}")) {
            fails(RemoteFailure.UNREACHABLE, () -> vault.write("app/key", value, null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.write("a b", value, null));
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void secret_isMade_orGetsAnotherVersion() throws Exception {
        RemoteVersion seen = new RemoteVersion(1, true, FIRST, null);
        try (AwsSecretsManager vault = open();
                SensitiveBytes plain = value("{\"value\":\"plain\"}");
                SensitiveBytes object = value("{\"n\":12345678901234567890123}");
                SensitiveBytes binary = value("{\"value_base64\":\"AP8=\"}")) {
            for (int i = 0; i < 3; i++) {
                says(200, "{\"Name\":\"app/key\",\"VersionId\":\"v\"}");
            }
            vault.write("app/key", plain, null);
            vault.write("app/key", object, seen);
            vault.write("app/key", binary, seen);
        }
        assertThat(asked)
                .satisfiesExactly(
                        made -> assertThat(made)
                                .startsWith("CreateSecret ")
                                .contains("\"Name\":\"app/key\"", "\"SecretString\":\"plain\"")
                                .doesNotContain("SecretBinary"),
                        put -> assertThat(put)
                                .startsWith("PutSecretValue ")
                                .contains(
                                        "\"SecretId\":\"app/key\"",
                                        "\"SecretString\":\"{\\\"n\\\":12345678901234567890123}\""),
                        bytes -> assertThat(bytes)
                                .startsWith("PutSecretValue ")
                                .contains("\"SecretBinary\":\"AP8=\"")
                                .doesNotContain("SecretString"));
    }

    private void saysVersions() {
        says(
                200,
                "{\"Name\":\"app/key\",\"NextToken\":\"more\",\"Versions\":[{\"VersionId\":\"first\",\"CreatedDate\":"
                        + FIRST.getEpochSecond() + ",\"VersionStages\":[]}]}");
        says(
                200,
                "{\"Name\":\"app/key\",\"Versions\":[{\"VersionId\":\"second\",\"CreatedDate\":"
                        + SECOND.getEpochSecond() + ",\"VersionStages\":[\"AWSCURRENT\"]}]}");
    }

    @Test
    void versions_areNumberedByTheirDates_overAllPages() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(200, "{\"Name\":\"app/key\"}");
            saysVersions();
            assertThat(vault.versions("app/key"))
                    .containsExactly(
                            new RemoteVersion(VersionNumbers.of(SECOND), true, SECOND, null),
                            new RemoteVersion(VersionNumbers.of(FIRST), false, FIRST, null));
            assertThat(asked.get(1)).contains("\"IncludeDeprecated\":true");
            assertThat(asked.get(2)).contains("\"NextToken\":\"more\"");
            saysVersions();
            says(200, value("app/key", "\"SecretString\":\"now\""));
            assertThat(text(vault.read("app/key", VersionNumbers.of(SECOND)))).isEqualTo("{\"value\":\"now\"}");
            assertThat(asked.getLast()).contains("\"VersionId\":\"second\"");
            saysVersions();
            fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app/key", 7));
        }
    }

    @Test
    void secretThatIsToBeDeleted_isNotFound() throws Exception {
        try (AwsSecretsManager vault = open()) {
            String deleted = "{\"Name\":\"app/key\",\"DeletedDate\":" + SECOND.getEpochSecond() + "}";
            says(200, deleted);
            fails(RemoteFailure.NOT_FOUND, () -> vault.describe("app/key"));
            says(200, deleted);
            fails(RemoteFailure.NOT_FOUND, () -> vault.versions("app/key"));
        }
    }

    @Test
    void description_hasTagsAsLabels() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(
                    200,
                    "{\"Name\":\"app/key\",\"Description\":\"of the app\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"a\"},{\"Key\":\"old\",\"Value\":\"\"}]}");
            saysVersions();
            var described = vault.describe("app/key");
            assertThat(described.description()).isEqualTo("of the app");
            assertThat(described.labels()).containsOnly(java.util.Map.entry("team", "a"));
            assertThat(described.tags()).containsExactly("old");
            assertThat(described.versionCount()).isEqualTo(2);
            assertThat(described.current().number()).isEqualTo(VersionNumbers.of(SECOND));
        }
    }

    @Test
    void copy_hasTheValueAndWhatIsToldOfIt_whichMayBeNothing() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(200, value("app/key", "\"SecretString\":\"plain\""));
            says(
                    200,
                    "{\"Name\":\"app/key\",\"Description\":\"of the app\",\"LastChangedDate\":5.25,\"Tags\":[{\"Key\":\"team\",\"Value\":\"a\"},{\"Key\":\"old\",\"Value\":\"\"}]}");
            try (RemoteCopy copy = vault.copy("app/key")) {
                assertThat(copy.metadataJson())
                        .isEqualTo("{\"description\":\"of the app\",\"labels\":{\"team\":\"a\"},\"tags\":[\"old\"]}");
                assertThat(copy.mark()).isNotNull().endsWith("@5250");
                assertThat(copy.secret().version().number()).isEqualTo(VersionNumbers.of(SECOND));
                assertThat(text(copy.secret())).isEqualTo("{\"value\":\"plain\"}");
            }
            says(200, value("app/key", "\"SecretString\":\"plain\""));
            says(400, "{\"__type\":\"AccessDeniedException\"}");
            try (RemoteCopy copy = vault.copy("app/key")) {
                assertThat(copy.metadataJson()).isEqualTo("{}");
                assertThat(copy.mark()).isNull();
            }
            says(200, value("app/key", "\"SecretString\":\"plain\""));
            says(200, "{\"Name\":\"app/key\",\"DeletedDate\":" + SECOND.getEpochSecond() + "}");
            fails(RemoteFailure.NOT_FOUND, () -> vault.copy("app/key"));
        }
    }

    @Test
    void list_marksEachSecretByItsCurrentVersionAndItsLastChange() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(
                    200,
                    "{\"SecretList\":[{\"Name\":\"app/a\",\"LastChangedDate\":5.25,\"SecretVersionsToStages\":{\"v1\":[\"AWSPREVIOUS\"],\"v2\":[\"AWSCURRENT\"]}},"
                            + "{\"Name\":\"app/b\",\"LastChangedDate\":5.25},{\"Name\":\"app/c\",\"SecretVersionsToStages\":{\"v1\":[\"AWSCURRENT\"]}}]}");
            assertThat(vault.listed("app/", true, 10))
                    .containsExactlyInAnyOrder(
                            new RemoteName("app/a", "v2@5250"),
                            new RemoteName("app/b", null),
                            new RemoteName("app/c", null));
        }
    }

    @Test
    void names_areThoseThatBeginSo_whateverTheFilterTakes() throws Exception {
        try (AwsSecretsManager vault = open()) {
            String[] pages = {
                "{\"SecretList\":[{\"Name\":\"app/a\"},{\"Name\":\"App/b\"},{\"Name\":\"x/app/c\"}],\"NextToken\":\"more\"}",
                "{\"SecretList\":[{\"Name\":\"app/d/e\"},{\"Name\":\"app/d/f\"}]}"
            };
            says(200, pages[0]);
            says(200, pages[1]);
            assertThat(vault.names("app/", true, 10)).containsExactlyInAnyOrder("app/a", "app/d/e", "app/d/f");
            says(200, pages[0]);
            says(200, pages[1]);
            assertThat(vault.names("app/", false, 2)).containsExactlyInAnyOrder("app/a", "app/d/");
            says(200, pages[0]);
            says(200, pages[1]);
            fails(RemoteFailure.TOO_LARGE, () -> vault.names("app/", true, 2));
            says(200, "{\"SecretList\":[],\"NextToken\":\"same\"}");
            says(200, "{\"SecretList\":[],\"NextToken\":\"same\"}");
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.names("app/", true, 2));
            assertThat(vault.names("!app", true, 2)).isEmpty();
        }
    }

    @Test
    void probe_ofWhoMayReadAndNotList_passes() throws Exception {
        try (AwsSecretsManager vault = open()) {
            says(400, refusal("AccessDeniedException"));
            says(400, refusal("ResourceNotFoundException"));
            vault.probe(List.of("app/"));
            says(400, refusal("AccessDeniedException"));
            says(400, refusal("AccessDeniedException"));
            fails(RemoteFailure.FORBIDDEN, () -> vault.probe(List.of("app/")));
        }
    }

    @Test
    void tenantThatMayNot_doesNotComeAsTheService() {
        fails(RemoteFailure.MISCONFIGURED, () -> open(server.uri(""), null, false, PATIENCE));
        fails(
                RemoteFailure.MISCONFIGURED,
                () -> open(
                        server.uri(""), "{\"role_arn\":\"arn:aws:iam::111122223333:role/reader\"}", false, PATIENCE));
        fails(
                RemoteFailure.CREDENTIALS_UNUSABLE,
                () -> open(server.uri(""), "{\"access_key_id\":\"a\"}", true, PATIENCE));
        fails(RemoteFailure.CREDENTIALS_UNUSABLE, () -> open(server.uri(""), "{\"role_arn\":\"x\"}", true, PATIENCE));
    }

    private record Scripted(int status, String header, String body, int length) {}
}
