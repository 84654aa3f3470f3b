package ai.scailabs.vault.federation.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.VersionNumbers;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Azure's SDK against a server that takes what is published, and nothing else. */
class AzureKeyVaultTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("azure");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Instant FIRST = Instant.ofEpochSecond(1_750_000_000L);
    private static final Instant SECOND = FIRST.plusSeconds(60);
    private static final String NOWHERE = "https://10.0.0.1";

    private final GuardedTransfers transfers =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);
    private StrictKeyVault azure;
    private AzureKeyVault vault;

    @BeforeEach
    void start() throws Exception {
        azure = new StrictKeyVault(AUTHORITY);
        azure.secret("app-key").with("first", FIRST).with("second", SECOND);
        vault = open(azure, azure.endpoints(), PATIENCE);
    }

    @AfterEach
    void stop() {
        vault.close();
        azure.close();
        transfers.close();
    }

    private AzureKeyVault open(StrictKeyVault whose, AzureEndpoints where, Duration patience) throws RemoteException {
        return AzureKeyVault.open(
                new BackendConfig.Azure(whose.url(), null),
                BackendCredentials.of(whose.credentials()),
                false,
                transfers,
                where,
                patience);
    }

    private static void fails(RemoteFailure failure, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RemoteException.class, e -> {
            assertThat(e.failure()).as(e.getMessage()).isEqualTo(failure);
            assertThat(e).hasNoCause();
            assertThat(e.getMessage()).doesNotContain("not for callers", "not-a-secret", "eyJ0");
        });
    }

    private static String text(RemoteSecret secret) {
        try (secret) {
            return new String(secret.data().expose(), StandardCharsets.UTF_8);
        }
    }

    private static RemoteVersion version(Instant made, boolean current, @Nullable Instant goneAt) {
        return new RemoteVersion(VersionNumbers.of(made), current, made, goneAt);
    }

    @ParameterizedTest
    @CsvSource({
        "429, Throttled, '', THROTTLED, 2",
        "404, SecretNotFound, '', NOT_FOUND, 1",
        "409, Conflict, ObjectIsDeletedButRecoverable, NOT_FOUND, 1",
        "403, Forbidden, SecretDisabled, VERSION_NOT_FOUND, 1",
        "403, Forbidden, ForbiddenByRbac, FORBIDDEN, 1",
        "403, Forbidden, AccessDenied, FORBIDDEN, 1",
        "401, Unauthorized, '', CREDENTIALS_REFUSED, 1",
        "400, BadParameter, '', NOT_UNDERSTOOD, 1",
        "500, InternalServerError, '', SERVER_ERROR, 2",
        "503, ServiceUnavailable, '', SERVER_ERROR, 2",
        "404, <html>, '', NOT_UNDERSTOOD, 1"
    })
    void refusal_isToldByCode_andTriedAgainOnlyWhereItPasses(
            int http, String code, String inner, RemoteFailure failure, int tries) throws Exception {
        vault.names("", true, 10);
        azure.asked();
        azure.refuses(http, code, inner);
        azure.refuses(http, code, inner);
        fails(failure, () -> vault.read("app-key", null));
        assertThat(azure.asked()).hasSize(tries);
    }

    @Test
    void throttlingThatWouldOutlastThePatience_isToldAtOnce_withItsPause() {
        azure.says(429, "Retry-After: 30", StrictKeyVault.error("Throttled", ""), -1);
        assertThatThrownBy(() -> vault.read("app-key", null))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
        azure.says(429, "x-ms-retry-after-ms: 20500", StrictKeyVault.error("Throttled", ""), -1);
        assertThatThrownBy(() -> vault.read("app-key", null))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(20_500)));
    }

    @Test
    void throttlingThatPasses_isWaitedFor() throws Exception {
        azure.says(429, "Retry-After: 1", StrictKeyVault.error("Throttled", ""), -1);
        assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
    }

    @Test
    void whatCannotBeAName_isNotAskedFor() {
        for (String name :
                List.of("app_key", "../keys/app", "app-key/versions", "a.b", "a%2fb", "", "a?b", "APP-key")) {
            fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.describe(name));
            fails(RemoteFailure.NOT_FOUND, () -> vault.versions(name));
        }
        assertThat(azure.asked()).isEmpty();
    }

    @Test
    void secretInCapitals_hasOneNameHere() throws Exception {
        azure.secret("ConnectionStrings--Default").with("x", FIRST);
        assertThat(vault.names("connection", true, 9)).containsExactly("connectionstrings--default");
        assertThat(text(vault.read("connectionstrings--default", null))).isEqualTo("{\"value\":\"x\"}");
        fails(RemoteFailure.NOT_FOUND, () -> vault.read("ConnectionStrings--Default", null));
        fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("Connection")));
    }

    @Test
    void answerThatIsNone_isNotUnderstood() {
        for (String body : List.of(
                "garbage",
                "{}",
                "[]",
                "{\"value\":\"x\",\"id\":\"https://elsewhere.vault.azure.net/secrets/app-key/0123456789abcdef0123456789abcdef\",\"attributes\":{\"created\":1750000000}}",
                "{\"value\":\"x\",\"id\":\"HOST/secrets/other/0123456789abcdef0123456789abcdef\",\"attributes\":{\"created\":1750000000}}",
                "{\"value\":\"x\",\"id\":\"HOST/secrets/app-key/7\",\"attributes\":{\"created\":1750000000}}",
                "{\"value\":\"x\",\"id\":\"HOST/secrets/app-key/0123456789abcdef0123456789abcdef\"}",
                "{\"id\":\"HOST/secrets/app-key/0123456789abcdef0123456789abcdef\",\"attributes\":{\"created\":1750000000}}",
                "<html></html>")) {
            azure.says(200, "", body.replace("HOST", azure.url().toString()), -1);
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app-key", null));
        }
    }

    @Test
    void faultsOfTheWay_areTold() throws Exception {
        azure.says(200, "", "x".repeat(10_000_000), -1);
        fails(RemoteFailure.TOO_LARGE, () -> vault.read("app-key", null));
        azure.says(302, "Location: " + NOWHERE, "", -1);
        fails(RemoteFailure.REDIRECTED, () -> vault.read("app-key", null));
        azure.says(200, "", "{\"value\":", 500);
        azure.says(200, "", "{\"value\":", 500);
        fails(RemoteFailure.UNREACHABLE, () -> vault.read("app-key", null));
        try (StrictKeyVault stranger = new StrictKeyVault(new TestAuthority("stranger"));
                AzureKeyVault other = open(azure, new AzureEndpoints(stranger.uri(), azure.uri()), PATIENCE)) {
            fails(RemoteFailure.CERTIFICATE_REFUSED, () -> other.read("app-key", null));
        }
        try (AzureKeyVault other = open(azure, new AzureEndpoints(URI.create(NOWHERE), azure.uri()), PATIENCE)) {
            fails(RemoteFailure.ADDRESS_REFUSED, () -> other.read("app-key", null));
        }
    }

    @Test
    void serverThatSaysNothing_isGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            URI nobody = URI.create("https://localhost:" + silent.getLocalPort());
            for (AzureEndpoints where :
                    List.of(new AzureEndpoints(nobody, azure.uri()), new AzureEndpoints(azure.uri(), nobody))) {
                try (AzureKeyVault other = open(azure, where, Duration.ofMillis(700))) {
                    long begin = System.nanoTime();
                    fails(RemoteFailure.TIMED_OUT, () -> other.read("app-key", null));
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
                }
            }
        }
    }

    @Test
    void tokenThatIsNotTaken_isReplacedAtTheNextCall() throws Exception {
        assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
        assertThat(azure.asked()).containsExactly("/secrets/app-key", "token", "/secrets/app-key");
        azure.expireAll();
        fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("app-key", null));
        assertThat(azure.asked()).doesNotContain("token");
        assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
        assertThat(azure.asked()).contains("token");
    }

    @ParameterizedTest
    @CsvSource({
        "400, unauthorized_client, CREDENTIALS_REFUSED, 1",
        "401, invalid_client, CREDENTIALS_REFUSED, 1",
        "403, access_denied, FORBIDDEN, 1",
        "429, temporarily_unavailable, THROTTLED, 2",
        "503, temporarily_unavailable, SERVER_ERROR, 2"
    })
    void tokenThatIsRefused_isToldWhy_andNotRemembered(int status, String code, RemoteFailure failure, int tries)
            throws Exception {
        String body =
                "{\"error\":\"" + code + "\",\"error_description\":\"not for callers\",\"error_codes\":[7000215]}";
        azure.saysOfToken(status, "", body);
        azure.saysOfToken(status, "Retry-After: 60", body);
        fails(failure, () -> vault.read("app-key", null));
        assertThat(azure.asked().stream().filter("token"::equals)).hasSize(tries);
        if (tries == 2) {
            assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
        }
    }

    @Test
    void answersInsteadOfTokens_areTold() {
        azure.saysOfToken(302, "Location: " + NOWHERE, "");
        fails(RemoteFailure.REDIRECTED, () -> vault.read("app-key", null));
        azure.saysOfToken(200, "", "x".repeat(10_000_000));
        fails(RemoteFailure.TOO_LARGE, () -> vault.read("app-key", null));
        azure.saysOfToken(502, "", "<html>not for callers</html>");
        azure.saysOfToken(502, "", "<html>not for callers</html>");
        fails(RemoteFailure.SERVER_ERROR, () -> vault.read("app-key", null));
        azure.saysOfToken(200, "", "garbage");
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("app-key", null));
        assertThat(azure.asked()).containsOnly("/secrets/app-key", "token");
    }

    @ParameterizedTest
    @CsvSource({
        "https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001, https://graph.microsoft.com, NOT_UNDERSTOOD",
        "https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001, https://azure.net, NOT_UNDERSTOOD",
        "https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001, https://evil.test, NOT_UNDERSTOOD",
        "https://login.microsoftonline.com/bbbbbbbb-0000-4000-8000-000000000001, https://vault.azure.net, CREDENTIALS_REFUSED"
    })
    void challengeOfAnotherService_orTenant_getsNoToken(String authorization, String resource, RemoteFailure failure) {
        azure.challengesWith("Bearer authorization=\"" + authorization + "\", resource=\"" + resource + "\"");
        fails(failure, () -> vault.read("app-key", null));
        assertThat(azure.asked()).containsExactly("/secrets/app-key");
    }

    @Test
    void challengeThatNamesAnotherIssuer_isNotFollowedThere() throws Exception {
        azure.challengesWith("Bearer authorization=\"" + NOWHERE + "/" + StrictKeyVault.TENANT
                + "\", resource=\"https://vault.azure.net\"");
        assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
    }

    @Test
    void values_areObjectsAndTexts_whateverTheirContentTypeSays() throws Exception {
        azure.secret("object").with("{\"user\":\"a\"}", FIRST);
        assertThat(text(vault.read("object", null))).isEqualTo("{\"user\":\"a\"}");
        azure.secret("bytes").with("AP8=", FIRST);
        assertThat(text(vault.read("bytes", null))).isEqualTo("{\"value\":\"AP8=\"}");
        RemoteSecret second = vault.read("app-key", null);
        assertThat(second.version()).isEqualTo(version(SECOND, true, null));
        second.close();
    }

    private static SensitiveBytes value(String json) {
        return SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "409, Conflict, ObjectIsDeletedButRecoverable, CHANGED",
        "409, Conflict, ObjectIsBeingDeleted, CHANGED",
        "400, BadParameter, '', VALUE_REFUSED",
        "413, RequestTooLarge, '', VALUE_REFUSED",
        "403, Forbidden, ForbiddenByRbac, FORBIDDEN",
        "401, Unauthorized, '', CREDENTIALS_REFUSED",
        "429, Throttled, '', THROTTLED",
        "500, InternalServerError, '', SERVER_ERROR",
        "400, <html>, '', NOT_UNDERSTOOD"
    })
    void writeThatIsRefused_isTold_andNotTriedAgain(int http, String code, String inner, RemoteFailure failure)
            throws Exception {
        vault.names("", true, 10);
        azure.asked();
        azure.refuses(http, code, inner);
        try (SensitiveBytes value = value("{\"value\":\"not-a-secret\"}")) {
            fails(failure, () -> vault.write("new-key", value, null));
        }
        assertThat(azure.asked()).containsExactly("PUT /secrets/new-key");
    }

    @Test
    void secret_isMade_andWrittenAgain() throws Exception {
        try (SensitiveBytes first = value("{\"value\":\"plain\"}");
                SensitiveBytes second = value("{\"user\":\"a\", \"n\":12345678901234567890123}");
                SensitiveBytes third = value("{\"value_base64\":\"AP8=\"}")) {
            vault.write("new-key", first, null);
            assertThat(azure.asked()).containsExactly("PUT /secrets/new-key", "token", "PUT /secrets/new-key");
            RemoteSecret read = vault.read("new-key", null);
            assertThat(text(read)).isEqualTo("{\"value\":\"plain\"}");
            vault.write("new-key", second, read.version());
            read = vault.read("new-key", null);
            assertThat(text(read)).isEqualTo("{\"user\":\"a\", \"n\":12345678901234567890123}");
            vault.write("new-key", third, read.version());
            assertThat(text(vault.read("new-key", null))).isEqualTo("{\"value_base64\":\"AP8=\"}");
        }
    }

    @Test
    void versionThatIsWritten_hasTheTagsAndTheTypeOfTheOneBefore() throws Exception {
        try (SensitiveBytes value = value("{\"value\":\"third\"}")) {
            vault.write("app-key", value, version(SECOND, true, null));
        }
        assertThat(azure.asked()).endsWith("/secrets/app-key", "PUT /secrets/app-key");
        RemoteDescription described = vault.describe("app-key");
        assertThat(described.versionCount()).isEqualTo(3);
        assertThat(described.labels()).containsOnly(Map.entry("team", "a"));
        assertThat(described.tags()).containsExactly("old");
        assertThat(azure.secret("app-key").contentType()).isEqualTo("application/octet-stream;base64");
    }

    @Test
    void whatChangedSinceItWasSeen_isNotWrittenOver() throws Exception {
        azure.secret("disabled").with("a", FIRST, false, SECOND);
        azure.secret("deleted").with("a", FIRST).delete();
        RemoteVersion seen = version(FIRST, true, null);
        try (SensitiveBytes value = value("{\"value\":\"not-a-secret\"}")) {
            for (String name : List.of("app-key", "disabled", "deleted", "none")) {
                fails(RemoteFailure.CHANGED, () -> vault.write(name, value, seen));
            }
            assertThat(azure.asked()).noneMatch(way -> way.startsWith("PUT"));
            fails(RemoteFailure.CHANGED, () -> vault.write("deleted", value, null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.write("New-Key", value, null));
        }
    }

    @Test
    void valueThatIsTooLong_isRefused() throws Exception {
        try (SensitiveBytes value = value("{\"value\":\"" + "x".repeat(26_000) + "\"}")) {
            fails(RemoteFailure.VALUE_REFUSED, () -> vault.write("app-key", value, version(SECOND, true, null)));
        }
        assertThat(text(vault.read("app-key", null))).isEqualTo("{\"value\":\"second\"}");
    }

    @Test
    void versions_areNumberedByTheirDates_overAllPages() throws Exception {
        StrictKeyVault.Stored many = azure.secret("many");
        for (int i = 0; i < 60; i++) {
            many.with("v" + i, FIRST.plusSeconds(i), i != 7, FIRST.plusSeconds(100));
        }
        List<RemoteVersion> all = vault.versions("many");
        assertThat(all).hasSize(60);
        assertThat(all.getFirst()).isEqualTo(version(FIRST.plusSeconds(59), true, null));
        assertThat(all.get(52)).isEqualTo(version(FIRST.plusSeconds(7), false, FIRST.plusSeconds(100)));
        azure.asked();
        RemoteSecret fifth = vault.read("many", VersionNumbers.of(FIRST.plusSeconds(5)));
        assertThat(fifth.version()).isEqualTo(version(FIRST.plusSeconds(5), false, null));
        assertThat(text(fifth)).isEqualTo("{\"value\":\"v5\"}");
        assertThat(azure.asked()).endsWith("/secrets/many/" + many.id(5)).hasSize(4);
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("many", VersionNumbers.of(FIRST.plusSeconds(7))));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("many", 7));
        fails(RemoteFailure.NOT_FOUND, () -> vault.read("other", 7));
    }

    @Test
    void currentVersion_ofTwoOfOneSecond_isTheVaultsChoice() throws Exception {
        azure.secret("app-key").with("third", SECOND).with("fourth", SECOND);
        assertThat(text(vault.read("app-key", VersionNumbers.of(SECOND)))).isEqualTo("{\"value\":\"fourth\"}");
    }

    @Test
    void currentVersionThatIsDisabled_isNotFound() throws Exception {
        azure.secret("app-key").with("third", SECOND.plusSeconds(1), false, SECOND.plusSeconds(2));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app-key", null));
        fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("app-key", VersionNumbers.of(SECOND.plusSeconds(1))));
        assertThat(vault.versions("app-key").getFirst())
                .isEqualTo(version(SECOND.plusSeconds(1), true, SECOND.plusSeconds(2)));
    }

    @Test
    void secretThatIsDeleted_isNotFound_thoughItCouldBeRecovered() {
        azure.secret("app-key").delete();
        fails(RemoteFailure.NOT_FOUND, () -> vault.read("app-key", null));
        fails(RemoteFailure.NOT_FOUND, () -> vault.read("app-key", VersionNumbers.of(FIRST)));
        fails(RemoteFailure.NOT_FOUND, () -> vault.describe("app-key"));
        fails(RemoteFailure.NOT_FOUND, () -> vault.versions("app-key"));
        azure.says(200, "", "{\"value\":[],\"nextLink\":null}", -1);
        fails(RemoteFailure.NOT_FOUND, () -> vault.versions("app-key"));
    }

    @Test
    void description_hasTagsAsLabels() throws Exception {
        RemoteDescription described = vault.describe("app-key");
        assertThat(described.labels()).containsOnly(Map.entry("team", "a"));
        assertThat(described.tags()).containsExactly("old");
        assertThat(described.createdAt()).isEqualTo(FIRST);
        assertThat(described.updatedAt()).isEqualTo(SECOND);
        assertThat(described.versionCount()).isEqualTo(2);
        assertThat(described.oldestVersion()).isEqualTo(VersionNumbers.of(FIRST));
        assertThat(described.current()).isEqualTo(version(SECOND, true, null));
    }

    @Test
    void copy_hasTheValueAndTheTags_inOneAnswer() throws Exception {
        RemoteSecret read = vault.read("app-key", null);
        azure.asked();
        try (RemoteCopy copy = vault.copy("app-key")) {
            assertThat(copy.metadataJson()).isEqualTo("{\"labels\":{\"team\":\"a\"},\"tags\":[\"old\"]}");
            assertThat(copy.secret().version()).isEqualTo(read.version());
            assertThat(text(copy.secret())).isEqualTo(text(read));
        }
        assertThat(azure.asked()).containsExactly("/secrets/app-key");
        fails(RemoteFailure.NOT_FOUND, () -> vault.copy("none"));
    }

    @Test
    void names_areThoseThatBeginSo_overAllPages() throws Exception {
        for (int i = 0; i < 60; i++) {
            azure.secret((i % 2 == 0 ? "app-" : "x-app-") + i);
        }
        assertThat(vault.names("app-", true, 31)).hasSize(31).contains("app-0", "app-58", "app-key");
        assertThat(azure.asked()).containsExactly("/secrets", "token", "/secrets", "/secrets", "/secrets");
        fails(RemoteFailure.TOO_LARGE, () -> vault.names("app-", true, 10));
        azure.asked();
        assertThat(vault.names("app/", true, 2)).isEmpty();
        assertThat(azure.asked()).isEmpty();
    }

    @Test
    void pageElsewhere_isNotAskedFor() {
        for (int i = 0; i < 30; i++) {
            azure.secret("app-" + i);
        }
        for (String host : List.of(
                "10.0.0.1", "elsewhere.vault.azure.net", "HOST:8443", "HOST@elsewhere.test", "elsewhere.test/HOST")) {
            azure.continuesAt(host.replace("HOST", azure.url().getHost()));
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.names("app-", true, 100));
        }
        assertThat(azure.asked()).containsOnlyOnce("token").hasSize(7);
    }

    @Test
    void pageThatLeadsToItself_isNotUnderstood() {
        String page = "{\"value\":[],\"nextLink\":\"" + azure.url() + "/secrets?api-version=7.4&$skiptoken=25\"}";
        azure.says(200, "", page, -1);
        azure.says(200, "", page, -1);
        fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.names("app-", true, 100));
    }

    @Test
    void probe_ofWhoMayReadAndNotList_passes() throws Exception {
        vault.probe(List.of("app-"));
        azure.refuses(403, "Forbidden", "ForbiddenByRbac");
        vault.probe(List.of("app-"));
        azure.refuses(403, "Forbidden", "ForbiddenByRbac");
        azure.refuses(403, "Forbidden", "ForbiddenByRbac");
        fails(RemoteFailure.FORBIDDEN, () -> vault.probe(List.of("app-")));
        fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("app_")));
    }

    @Test
    void whatCannotBeUsed_isRefusedAtOpening() {
        for (String url : List.of(
                "https://vault.azure.net",
                "https://acme.vault.azure.net.evil.test",
                "https://acme.evil.vault.azure.net",
                "https://acme.managedhsm.azure.net",
                "https://acme.vault.azure.net:8443",
                "http://acme.vault.azure.net",
                "https://127.0.0.1")) {
            fails(
                    RemoteFailure.MISCONFIGURED,
                    () -> AzureKeyVault.open(
                            new BackendConfig.Azure(URI.create(url), null),
                            BackendCredentials.of(azure.credentials()),
                            true,
                            transfers,
                            azure.endpoints(),
                            PATIENCE));
        }
        BackendConfig.Azure config = new BackendConfig.Azure(azure.url(), null);
        fails(
                RemoteFailure.MISCONFIGURED,
                () -> AzureKeyVault.open(config, null, false, transfers, azure.endpoints(), PATIENCE));
        String good = new String(azure.credentials(), StandardCharsets.UTF_8);
        for (String bad :
                List.of("{}", good.replace(StrictKeyVault.TENANT, "../x"), good.replace("\"not-a-secret\"", "\"\""))) {
            fails(
                    RemoteFailure.CREDENTIALS_UNUSABLE,
                    () -> AzureKeyVault.open(
                            config,
                            BackendCredentials.of(bad.getBytes(StandardCharsets.UTF_8)),
                            true,
                            transfers,
                            azure.endpoints(),
                            PATIENCE));
        }
        assertThat(azure.asked()).isEmpty();
    }
}
