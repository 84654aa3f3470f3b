package ai.scailabs.vault.federation.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.google.StrictSecretManager.Stored;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Google's library against a server that takes what is published, and nothing else. */
class GoogleSecretManagerTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("google");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final GuardedTransfers transfers =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);
    private StrictSecretManager google;
    private GoogleSecretManager vault;

    @BeforeEach
    void start() throws Exception {
        google = new StrictSecretManager(AUTHORITY);
        google.secret("app_key").with("first").with("second");
        vault = open(google.endpoints(), null, PATIENCE);
    }

    @AfterEach
    void stop() {
        vault.close();
        google.close();
        transfers.close();
    }

    private GoogleSecretManager open(GoogleEndpoints where, @Nullable String location, Duration patience)
            throws RemoteException {
        return open(StrictSecretManager.PROJECT, where, location, patience);
    }

    private GoogleSecretManager open(
            String project, GoogleEndpoints where, @Nullable String location, Duration patience)
            throws RemoteException {
        return GoogleSecretManager.open(
                new BackendConfig.Google(project, location, null),
                credentials(StrictSecretManager.file()),
                false,
                transfers,
                where,
                patience);
    }

    private static BackendCredentials credentials(String file) throws RemoteException {
        return BackendCredentials.of(JsonMapper.shared().writeValueAsBytes(Map.of("service_account_json", file)));
    }

    private static void fails(RemoteFailure failure, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RemoteException.class, e -> {
            assertThat(e.failure()).as(e.getMessage()).isEqualTo(failure);
            assertThat(e).hasNoCause();
            assertThat(e.getMessage()).doesNotContain("not for callers", "not-a-secret", "PRIVATE", "ya29.");
        });
    }

    private static String text(RemoteSecret secret) {
        try (secret) {
            return new String(secret.data().expose(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "429, RESOURCE_EXHAUSTED, THROTTLED, 2",
        "404, NOT_FOUND, NOT_FOUND, 1",
        "401, UNAUTHENTICATED, CREDENTIALS_REFUSED, 1",
        "403, PERMISSION_DENIED, FORBIDDEN, 1",
        "400, FAILED_PRECONDITION, UNUSABLE_VALUE, 1",
        "400, INVALID_ARGUMENT, NOT_UNDERSTOOD, 1",
        "500, INTERNAL, SERVER_ERROR, 2",
        "503, UNAVAILABLE, SERVER_ERROR, 2",
        "404, <html>, NOT_UNDERSTOOD, 1"
    })
    void refusal_isToldByStatus_andTriedAgainOnlyWhereItPasses(
            int http, String status, RemoteFailure failure, int tries) throws Exception {
        vault.names("", true, 10);
        google.asked();
        google.refuses(http, status);
        google.refuses(http, status);
        fails(failure, () -> vault.read("app_key", null));
        assertThat(google.asked()).hasSize(tries);
    }

    @Test
    void throttlingThatWouldOutlastThePatience_isToldAtOnce_withItsPause() {
        String refusal = StrictSecretManager.error(429, "RESOURCE_EXHAUSTED", "not for callers");
        google.says(429, "Retry-After: 30", refusal, -1);
        assertThatThrownBy(() -> vault.read("app_key", null))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
        google.says(
                429,
                "",
                refusal.replace(
                        "\"status\"",
                        "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"20.5s\"}],\"status\""),
                -1);
        assertThatThrownBy(() -> vault.read("app_key", null))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(21)));
        assertThat(google.asked()).hasSize(3);
    }

    @Test
    void throttlingThatPasses_isWaitedFor() throws Exception {
        google.says(429, "Retry-After: 1", StrictSecretManager.error(429, "RESOURCE_EXHAUSTED", "not for callers"), -1);
        assertThat(text(vault.read("app_key", null))).isEqualTo("{\"value\":\"second\"}");
    }

    @Test
    void projectWhoseServiceIsOff_isMisconfigured() {
        google.says(
                403,
                "",
                StrictSecretManager.error(403, "PERMISSION_DENIED", "not for callers")
                        .replace(
                                "\"status\"",
                                "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"SERVICE_DISABLED\"}],\"status\""),
                -1);
        fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("")));
    }

    @Test
    void whatCannotBeAName_isNotAskedFor() {
        for (String name : List.of(
                "../other/secrets/app_key", "app_key/versions/1", "a.b", "a%2fb", "", "a?b", "app_key:access")) {
            fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.describe(name));
            fails(RemoteFailure.NOT_FOUND, () -> vault.versions(name));
        }
        assertThat(google.asked()).isEmpty();
    }

    @Test
    void answerThatIsNone_isNotUnderstood() {
        for (String body : List.of(
                "garbage",
                "{}",
                "[]",
                "{\"name\":\"projects/1/secrets/other/versions/1\",\"createTime\":\"2026-01-02T03:04:05Z\",\"state\":1}",
                "{\"name\":\"projects/1/secrets/app_key/versions/1\",\"state\":1}",
                "<html></html>")) {
            google.says(200, "", body, -1);
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app_key", null));
        }
    }

    @Test
    void valueOfAnotherVersion_orWithoutPayload_orDamaged_isNotPassedOn() throws Exception {
        String version =
                "{\"name\":\"projects/123456/secrets/app_key/versions/2\",\"createTime\":\"2026-01-02T03:04:05Z\",\"state\":1}";
        google.says(200, "", version, -1);
        google.says(
                200,
                "",
                "{\"name\":\"projects/123456/secrets/app_key/versions/1\",\"payload\":{\"data\":\"YQ==\"}}",
                -1);
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app_key", null));
        google.says(200, "", version, -1);
        google.says(200, "", "{\"name\":\"projects/123456/secrets/app_key/versions/2\"}", -1);
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app_key", null));
        google.secret("app_key").damage();
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app_key", null));
    }

    @Test
    void faultsOfTheWay_areTold() throws Exception {
        google.says(200, "", "x".repeat(10_000_000), -1);
        fails(RemoteFailure.TOO_LARGE, () -> vault.read("app_key", null));
        google.says(302, "Location: https://10.0.0.1/", "", -1);
        fails(RemoteFailure.REDIRECTED, () -> vault.read("app_key", null));
        google.says(200, "", "{\"name\":", 500);
        google.says(200, "", "{\"name\":", 500);
        fails(RemoteFailure.UNREACHABLE, () -> vault.read("app_key", null));
        URI tokens = google.uri().resolve("/token");
        try (StrictSecretManager stranger = new StrictSecretManager(new TestAuthority("stranger"));
                GoogleSecretManager other = open(new GoogleEndpoints(stranger.uri(), tokens), null, PATIENCE)) {
            fails(RemoteFailure.CERTIFICATE_REFUSED, () -> other.read("app_key", null));
        }
        try (GoogleSecretManager other =
                open(new GoogleEndpoints(URI.create("https://10.0.0.1"), tokens), null, PATIENCE)) {
            fails(RemoteFailure.ADDRESS_REFUSED, () -> other.read("app_key", null));
        }
    }

    @Test
    void serverThatSaysNothing_isGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            URI nobody = URI.create("https://localhost:" + silent.getLocalPort());
            List<GoogleEndpoints> places = List.of(
                    new GoogleEndpoints(nobody, google.uri().resolve("/token")),
                    new GoogleEndpoints(google.uri(), nobody));
            for (GoogleEndpoints where : places) {
                try (GoogleSecretManager other = open(where, null, Duration.ofMillis(700))) {
                    long begin = System.nanoTime();
                    fails(RemoteFailure.TIMED_OUT, () -> other.read("app_key", null));
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
                }
            }
        }
    }

    @Test
    void tokenThatIsNotTaken_isReplacedAtTheNextCall() throws Exception {
        assertThat(text(vault.read("app_key", null))).isEqualTo("{\"value\":\"second\"}");
        assertThat(google.asked())
                .containsExactly("token", "secrets/app_key/versions/latest", "secrets/app_key/versions/2:access");
        google.expireAll();
        fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("app_key", null));
        assertThat(google.asked()).containsExactly("secrets/app_key/versions/latest");
        assertThat(text(vault.read("app_key", null))).isEqualTo("{\"value\":\"second\"}");
        assertThat(google.asked()).startsWith("token").hasSize(3);
    }

    @Test
    void tokensThatAreNotGiven_areTold() {
        google.saysOfToken(400, "", "{\"error\":\"invalid_grant\",\"error_description\":\"not for callers\"}");
        fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("app_key", null));
        google.saysOfToken(503, "", "not for callers");
        google.saysOfToken(503, "", "not for callers");
        fails(RemoteFailure.SERVER_ERROR, () -> vault.read("app_key", null));
        google.saysOfToken(302, "Location: https://10.0.0.1/", "");
        fails(RemoteFailure.REDIRECTED, () -> vault.read("app_key", null));
        google.saysOfToken(200, "", "garbage");
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app_key", null));
        google.saysOfToken(200, "", "x".repeat(10_000_000));
        fails(RemoteFailure.TOO_LARGE, () -> vault.read("app_key", null));
        assertThat(google.asked()).containsOnly("token");
    }

    @Test
    void values_areObjectsTextsAndBytes() throws Exception {
        google.secret("object").with("{\"user\":\"a\"}");
        assertThat(text(vault.read("object", null))).isEqualTo("{\"user\":\"a\"}");
        google.secret("bytes").with(new byte[] {0, (byte) 0xff});
        assertThat(text(vault.read("bytes", null))).isEqualTo("{\"value_base64\":\"AP8=\"}");
        google.secret("empty").with("");
        assertThat(text(vault.read("empty", null))).isEqualTo("{\"value\":\"\"}");
        RemoteSecret second = vault.read("app_key", null);
        assertThat(second.version()).isEqualTo(new RemoteVersion(2, true, Stored.made(2), null));
        second.close();
    }

    private static SensitiveBytes value(String json) {
        return SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "404, NOT_FOUND, CHANGED",
        "400, INVALID_ARGUMENT, VALUE_REFUSED",
        "400, FAILED_PRECONDITION, MISCONFIGURED",
        "403, PERMISSION_DENIED, FORBIDDEN",
        "401, UNAUTHENTICATED, CREDENTIALS_REFUSED",
        "429, RESOURCE_EXHAUSTED, THROTTLED",
        "503, UNAVAILABLE, SERVER_ERROR",
        "400, <html>, NOT_UNDERSTOOD"
    })
    void writeThatIsRefused_isTold_andNotTriedAgain(int http, String status, RemoteFailure failure) throws Exception {
        vault.names("", true, 10);
        google.asked();
        google.refuses(http, status);
        try (SensitiveBytes value = value("{\"value\":\"not-a-secret\"}")) {
            fails(failure, () -> vault.write("app_key", value, new RemoteVersion(2, true, Stored.made(2), null)));
        }
        assertThat(google.asked()).containsExactly("secrets/app_key:addVersion");
    }

    @ParameterizedTest
    @CsvSource({
        "404, NOT_FOUND, MISCONFIGURED",
        "400, FAILED_PRECONDITION, MISCONFIGURED",
        "403, PERMISSION_DENIED, FORBIDDEN",
        "503, UNAVAILABLE, SERVER_ERROR"
    })
    void secretThatMayNotBeMade_getsNoValue(int http, String status, RemoteFailure failure) throws Exception {
        vault.names("", true, 10);
        google.asked();
        google.refuses(http, status);
        try (SensitiveBytes value = value("{\"value\":\"not-a-secret\"}")) {
            fails(failure, () -> vault.write("new_key", value, null));
        }
        assertThat(google.asked()).containsExactly("secrets");
    }

    @Test
    void secret_isMade_andWrittenAgain() throws Exception {
        try (GoogleSecretManager regional = open(google.endpoints(), "europe-west4", PATIENCE);
                SensitiveBytes first = value("{\"value\":\"plain\"}");
                SensitiveBytes second = value("{\"user\":\"a\", \"n\":12345678901234567890123}");
                SensitiveBytes third = value("{\"value_base64\":\"AP8=\"}")) {
            vault.write("new_key", first, null);
            assertThat(google.asked()).containsExactly("token", "secrets", "secrets/new_key:addVersion");
            RemoteSecret read = vault.read("new_key", null);
            assertThat(text(read)).isEqualTo("{\"value\":\"plain\"}");
            vault.write("new_key", second, read.version());
            assertThat(text(vault.read("new_key", null))).isEqualTo("{\"user\":\"a\", \"n\":12345678901234567890123}");
            regional.write("regional", third, null);
            assertThat(google.asked()).contains("locations/europe-west4/secrets/regional:addVersion");
            assertThat(text(regional.read("regional", null))).isEqualTo("{\"value_base64\":\"AP8=\"}");
        }
    }

    @Test
    void secretThatIsThere_isNotWrittenAsANewOne_unlessItHasNoValue() throws Exception {
        google.secret("empty_key");
        try (SensitiveBytes value = value("{\"value\":\"third\"}");
                SensitiveBytes large = value("{\"value\":\"" + "x".repeat(65_537) + "\"}")) {
            fails(RemoteFailure.CHANGED, () -> vault.write("app_key", value, null));
            fails(
                    RemoteFailure.CHANGED,
                    () -> vault.write("none", value, new RemoteVersion(1, true, Stored.made(1), null)));
            fails(RemoteFailure.NOT_FOUND, () -> vault.write("app_key/versions/1", value, null));
            fails(RemoteFailure.VALUE_REFUSED, () -> vault.write("new_key", large, null));
            // That one was made, and got nothing.
            for (String name : List.of("empty_key", "new_key")) {
                vault.write(name, value, null);
                assertThat(text(vault.read(name, null))).isEqualTo("{\"value\":\"third\"}");
            }
        }
        assertThat(text(vault.read("app_key", null))).isEqualTo("{\"value\":\"second\"}");
    }

    @Test
    void versions_areThoseOfGoogle_andGoneOnesHaveNoValue() throws Exception {
        google.secret("app_key").with("third").with("fourth").become(2, 2).become(3, 3);
        RemoteSecret first = vault.read("app_key", 1);
        assertThat(first.version()).isEqualTo(new RemoteVersion(1, false, Stored.made(1), null));
        assertThat(text(first)).isEqualTo("{\"value\":\"first\"}");
        assertThat(vault.read("app_key", 4).version().current()).isTrue();
        google.asked();
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", 2));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", 3));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", 5));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", 0));
        assertThat(google.asked()).noneMatch(asked -> asked.endsWith(":access"));
        fails(RemoteFailure.NOT_FOUND, () -> vault.read("other", 1));
        assertThat(vault.versions("app_key"))
                .containsExactly(
                        new RemoteVersion(4, true, Stored.made(4), null),
                        new RemoteVersion(3, false, Stored.made(3), Stored.DESTROYED),
                        new RemoteVersion(2, false, Stored.made(2), Stored.made(2)),
                        new RemoteVersion(1, false, Stored.made(1), null));
    }

    @Test
    void currentVersionThatIsDisabled_isNotFound_evenIfItWasDisabledThisMoment() {
        google.says(
                200,
                "",
                "{\"name\":\"projects/123456/secrets/app_key/versions/2\",\"createTime\":\"2026-01-02T03:04:05Z\",\"state\":1}",
                -1);
        google.secret("app_key").become(2, 2);
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", null));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app_key", null));
    }

    @Test
    void description_hasLabels() throws Exception {
        google.secret("app_key").with("third");
        RemoteDescription described = vault.describe("app_key");
        assertThat(described.labels()).containsOnly(Map.entry("team", "a"));
        assertThat(described.tags()).containsExactly("old");
        assertThat(described.createdAt()).isEqualTo(Stored.MADE);
        assertThat(described.updatedAt()).isEqualTo(Stored.made(3));
        assertThat(described.versionCount()).isEqualTo(3);
        assertThat(described.oldestVersion()).isEqualTo(1);
        assertThat(described.current()).isEqualTo(new RemoteVersion(3, true, Stored.made(3), null));
        google.secret("none");
        fails(RemoteFailure.NOT_FOUND, () -> vault.describe("none"));
        fails(RemoteFailure.NOT_FOUND, () -> vault.describe("other"));
        fails(RemoteFailure.NOT_FOUND, () -> vault.versions("other"));
    }

    @Test
    void names_areThoseThatBeginSo_overAllPages() throws Exception {
        for (String name : List.of("app_a", "app-b", "App_c", "x-app_d", "app_e")) {
            google.secret(name);
        }
        assertThat(vault.names("app_", true, 10)).containsExactlyInAnyOrder("app_a", "app_e", "app_key");
        assertThat(vault.names("", false, 6)).hasSize(6);
        fails(RemoteFailure.TOO_LARGE, () -> vault.names("app_", true, 2));
        google.says(200, "", "{\"nextPageToken\":\"same\"}", -1);
        google.says(200, "", "{\"nextPageToken\":\"same\"}", -1);
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.names("app_", true, 2));
        google.asked();
        assertThat(vault.names("app/", true, 2)).isEmpty();
        assertThat(google.asked()).isEmpty();
    }

    @Test
    void secretsOfARegion_areAskedForThere() throws Exception {
        try (GoogleSecretManager regional = open(google.endpoints(), "europe-west4", PATIENCE)) {
            assertThat(text(regional.read("app_key", 1))).isEqualTo("{\"value\":\"first\"}");
            assertThat(regional.names("", true, 9)).containsExactly("app_key");
            assertThat(google.asked()).contains("locations/europe-west4/secrets");
        }
        BackendConfig.Google there = new BackendConfig.Google("acme-vault", "europe-west4", null);
        assertThat(new GoogleEndpoints(null, null).secretsOf(there))
                .isEqualTo(URI.create("https://secretmanager.europe-west4.rep.googleapis.com"));
    }

    @Test
    void projectOfADomain_isAskedForAsAny() throws Exception {
        try (GoogleSecretManager other = open("example.com:acme-vault", google.endpoints(), null, PATIENCE)) {
            assertThat(text(other.read("app_key", 1))).isEqualTo("{\"value\":\"first\"}");
            assertThat(other.names("app", true, 9)).containsExactly("app_key");
        }
    }

    @Test
    void probe_ofWhoMayReadAndNotList_passes() throws Exception {
        vault.probe(List.of("app_"));
        google.refuses(403, "PERMISSION_DENIED");
        vault.probe(List.of("app_"));
        google.refuses(403, "PERMISSION_DENIED");
        google.refuses(403, "PERMISSION_DENIED");
        fails(RemoteFailure.FORBIDDEN, () -> vault.probe(List.of("app_")));
        fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("app/")));
        google.refuses(404, "NOT_FOUND");
        fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of()));
    }

    @Test
    void rightThatIsMissing_isNamed() {
        google.refuses(403, "PERMISSION_DENIED");
        assertThatThrownBy(() -> vault.read("app_key", null))
                .hasMessage(
                        "Google answers 403 PERMISSION_DENIED: it takes secretmanager.versions.get besides versions.access");
    }

    @Test
    void credentialsThatCannotBeUsed_areRefusedAtOpening() {
        BackendConfig.Google config = new BackendConfig.Google("acme-vault", null, null);
        GoogleEndpoints where = google.endpoints();
        fails(
                RemoteFailure.MISCONFIGURED,
                () -> GoogleSecretManager.open(config, null, false, transfers, where, PATIENCE));
        String good = StrictSecretManager.file();
        for (String file : List.of(
                "{}",
                "garbage",
                good.replace("service_account\"", "external_account\""),
                good.replace("BEGIN", "END"),
                good.replace("{", "{\"universe_domain\":\"elsewhere.test\","))) {
            fails(
                    RemoteFailure.CREDENTIALS_UNUSABLE,
                    () -> GoogleSecretManager.open(config, credentials(file), true, transfers, where, PATIENCE));
        }
        fails(
                RemoteFailure.CREDENTIALS_UNUSABLE,
                () -> GoogleSecretManager.open(
                        config,
                        BackendCredentials.of("{\"token\":\"x\"}".getBytes(StandardCharsets.UTF_8)),
                        true,
                        transfers,
                        where,
                        PATIENCE));
        assertThat(google.asked()).isEmpty();
    }
}
