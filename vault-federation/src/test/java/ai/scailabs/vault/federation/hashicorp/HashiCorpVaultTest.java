package ai.scailabs.vault.federation.hashicorp;

import static ai.scailabs.vault.federation.hashicorp.StrictVault.CREATED;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.PATIENCE;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.TOKEN;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.fails;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.kv2;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.text;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.hashicorp.StrictVault.Answer;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendConfig.AuthMethod;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.testkit.TestAuthority;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a vault may answer, and what it must not be asked. */
class HashiCorpVaultTest {
    private static final String KEY = "GET /v1/secret/data/app/key";
    private static final String WRITE = "POST /v1/secret/data/app/key";
    private static final String DELETED = "{\"data\":{\"data\":null,\"metadata\":{\"version\":3,\"created_time\":\""
            + CREATED + "\",\"deletion_time\":\"" + CREATED + "\",\"destroyed\":false}},\"warnings\":null}";
    private static final String NONE = "{\"errors\":[]}";

    private StrictVault strict;

    @BeforeEach
    void start() {
        strict = new StrictVault().logsIn().mounts("secret/", "kv", "2").mounts("kv/", "kv", "1");
    }

    @AfterEach
    void stop() {
        strict.close();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(404, NONE, RemoteFailure.NOT_FOUND, 1),
                Arguments.of(404, DELETED, RemoteFailure.NOT_FOUND, 1),
                Arguments.of(404, "{\"errors\":[],\"warnings\":[\"Invalid path\"]}", RemoteFailure.MISCONFIGURED, 1),
                Arguments.of(404, errors("no handler for route"), RemoteFailure.MISCONFIGURED, 1),
                Arguments.of(404, errors("namespace not found"), RemoteFailure.MISCONFIGURED, 1),
                Arguments.of(405, errors("unsupported operation"), RemoteFailure.MISCONFIGURED, 1),
                Arguments.of(401, errors("not for callers"), RemoteFailure.CREDENTIALS_REFUSED, 1),
                Arguments.of(403, errors("permission denied"), RemoteFailure.CREDENTIALS_REFUSED, 1),
                Arguments.of(
                        403,
                        errors("2 errors occurred:\\n\\t* permission denied\\n\\t* invalid token\\n\\n"),
                        RemoteFailure.CREDENTIALS_REFUSED,
                        1),
                Arguments.of(
                        403, errors("1 error occurred:\\n\\t* permission denied\\n\\n"), RemoteFailure.FORBIDDEN, 1),
                Arguments.of(403, "not for callers", RemoteFailure.FORBIDDEN, 1),
                Arguments.of(429, errors("not for callers"), RemoteFailure.THROTTLED, 2),
                Arguments.of(500, errors("not for callers"), RemoteFailure.SERVER_ERROR, 2),
                Arguments.of(503, errors("Vault is sealed"), RemoteFailure.SERVER_ERROR, 2),
                Arguments.of(418, errors("not for callers"), RemoteFailure.NOT_UNDERSTOOD, 1));
    }

    private static String errors(String text) {
        return "{\"errors\":[\"" + text + "\"]}";
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusal_isTold_andTriedAgainOnlyWhereItPasses(int status, String body, RemoteFailure failure, int tries)
            throws Exception {
        strict.says(KEY, status, body);
        try (HashiCorpVault vault = strict.opens()) {
            fails(failure, () -> vault.read("secret/data/app/key", null));
        }
        assertThat(strict.asked()).filteredOn(KEY::equals).hasSize(tries);
    }

    @Test
    void pauseThatIsAskedFor_isKeptIfItFits_andToldIfNot() throws Exception {
        strict.says(KEY, new Answer(429, "Retry-After: 1", "", -1), new Answer(200, kv2(1, "{}")));
        try (HashiCorpVault vault = strict.opens()) {
            long begin = System.nanoTime();
            assertThat(text(vault.read("secret/data/app/key", null))).isEqualTo("{}");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(990));
            strict.says(KEY, new Answer(503, "Retry-After: 30", "", -1));
            assertThatThrownBy(() -> vault.read("secret/data/app/key", null))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
        }
        assertThat(strict.asked()).filteredOn(KEY::equals).hasSize(3);
    }

    @Test
    void answerThatIsNone_isNotUnderstood() throws Exception {
        List<String> none = List.of(
                "garbage",
                "",
                "[]",
                "{}",
                "{\"data\":{\"data\":{}}}",
                "{\"data\":{\"data\":\"text\",\"metadata\":{\"version\":1,\"created_time\":\"2026-01-02T03:04:05Z\"}}}",
                "{\"data\":{\"data\":{},\"metadata\":{\"version\":1,\"created_time\":\"yesterday\"}}}",
                "{\"data\":{\"data\":{},\"metadata\":{\"version\":99999999999,\"created_time\":\"2026-01-02T03:04:05Z\"}}}",
                "{\"data\":{\"data\":{\"a\":1",
                "{\"data\":" + "[".repeat(100_000));
        try (HashiCorpVault vault = strict.opens()) {
            for (String body : none) {
                strict.says(KEY, 200, body);
                fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("secret/data/app/key", null));
                strict.says("GET /v1/secret/metadata/app/key", 200, body);
                fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.versions("secret/data/app/key"));
                strict.says("GET /v1/secret/metadata/app/?list=true", 200, body);
                fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.names("secret/data/app/", true, 9));
            }
        }
    }

    @Test
    void faultsOfTheWay_areTold() throws Exception {
        try (HashiCorpVault vault = strict.opens()) {
            strict.says(KEY, 200, "x".repeat(10_000_000));
            fails(RemoteFailure.TOO_LARGE, () -> vault.read("secret/data/app/key", null));
            strict.says(KEY, 200, kv2(1, "{\"a\":\"" + "x".repeat(1_100_000) + "\"}"));
            fails(RemoteFailure.UNUSABLE_VALUE, () -> vault.read("secret/data/app/key", null));
            strict.says(KEY, new Answer(307, "Location: https://10.0.0.1/", "", -1));
            fails(RemoteFailure.REDIRECTED, () -> vault.read("secret/data/app/key", null));
            strict.says(KEY, new Answer(200, "", "{\"data\":", 500));
            fails(RemoteFailure.UNREACHABLE, () -> vault.read("secret/data/app/key", null));
        }
        try (StrictVault stranger = new StrictVault(new TestAuthority("stranger").server("vault"));
                HashiCorpVault vault = stranger.opens()) {
            fails(RemoteFailure.CERTIFICATE_REFUSED, () -> vault.read("secret/data/app/key", null));
            assertThat(stranger.asked()).isEmpty();
        }
        for (String where : List.of("https://10.0.0.1", "https://169.254.169.254")) {
            try (HashiCorpVault vault = opens(URI.create(where), PATIENCE)) {
                fails(RemoteFailure.ADDRESS_REFUSED, () -> vault.read("secret/data/app/key", null));
            }
        }
    }

    private HashiCorpVault opens(URI endpoint, Duration patience) throws RemoteException {
        return strict.opens(
                StrictVault.config(endpoint, AuthMethod.TOKEN, null, null),
                "{\"token\":\"" + TOKEN + "\"}",
                null,
                patience);
    }

    @Test
    void vaultThatSaysNothing_isGivenUpInTime_byAllWhoWait() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("https://localhost:" + silent.getLocalPort());
            try (HashiCorpVault known = opens(endpoint, Duration.ofMillis(300));
                    HashiCorpVault stranger = strict.opens(
                            StrictVault.config(endpoint, AuthMethod.APPROLE, null, null),
                            "{\"role_id\":\"r\",\"secret_id\":\"s\"}",
                            null,
                            Duration.ofMillis(300));
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                long begin = System.nanoTime();
                Callable<Void> names = () -> {
                    fails(RemoteFailure.TIMED_OUT, () -> known.names("secret/data/", true, 9));
                    return null;
                };
                Callable<Void> reads = () -> {
                    fails(RemoteFailure.TIMED_OUT, () -> stranger.read("secret/data/app/key", null));
                    return null;
                };
                for (Future<Void> each : threads.invokeAll(List.of(names, reads, reads, reads, reads))) {
                    each.get();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            }
        }
    }

    @Test
    void authorityOfOnesOwn_isTrusted_andWithoutVerificationAnybody() throws Exception {
        TestAuthority other = new TestAuthority("other");
        try (StrictVault theirs =
                new StrictVault(other.server("vault")).logsIn().mounts("kv/", "kv", "1")) {
            theirs.says("GET /v1/kv/a", 200, "{\"lease_id\":\"\",\"data\":{\"a\":1}}");
            String pem = "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(other.certificate().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
            BackendConfig.HashiCorp config = theirs.config(AuthMethod.APPROLE);
            for (BackendConfig.HashiCorp each : List.of(verifying(config, true, pem), verifying(config, false, null))) {
                try (HashiCorpVault vault =
                        theirs.opens(each, "{\"role_id\":\"r\",\"secret_id\":\"s\"}", null, PATIENCE)) {
                    assertThat(text(vault.read("kv/a", null))).isEqualTo("{\"a\":1}");
                }
            }
        }
        // It stands in place of the authorities of the runtime.
        String another = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(other.certificate().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        try (HashiCorpVault vault = strict.opens(
                verifying(strict.config(AuthMethod.APPROLE), true, another),
                "{\"role_id\":\"r\",\"secret_id\":\"s\"}",
                null,
                PATIENCE)) {
            fails(RemoteFailure.CERTIFICATE_REFUSED, () -> vault.read("kv/a", null));
        }
    }

    private static BackendConfig.HashiCorp verifying(
            BackendConfig.HashiCorp from, boolean verify, @Nullable String authorities) {
        return new BackendConfig.HashiCorp(
                from.endpoint(),
                from.authMethod(),
                null,
                from.authMount(),
                from.authRole(),
                null,
                null,
                null,
                null,
                verify,
                authorities);
    }

    @Test
    void valueOfVersion2_comesAsItWasWritten_withItsVersion() throws Exception {
        String data =
                "{\"n\":123456789012345678901234567890, \"d\":1.10, \"u\":\"é\\u00e9\", \"deep\":{\"a\":[1,null]}}";
        strict.says(KEY, 200, kv2(3, data));
        try (HashiCorpVault vault = strict.opens()) {
            RemoteSecret secret = vault.read("secret/data/app/key", null);
            assertThat(secret.version()).isEqualTo(new RemoteVersion(3, true, CREATED, null));
            assertThat(text(secret)).isEqualTo(data);
        }
        assertThat(strict.asked())
                .containsExactly(
                        "POST /v1/auth/approle/login {\"role_id\":\"r\",\"secret_id\":\"not-a-secret\"}",
                        "GET /v1/sys/internal/ui/mounts/secret/data/app/key",
                        KEY);
    }

    @Test
    void earlierVersion_isAskedForByItsNumber_ifThereCanBeOne() throws Exception {
        strict.says(KEY, 200, kv2(3, "{\"v\":3}"))
                .says(KEY + "?version=1", 200, kv2(1, "{\"v\":1}"))
                .says(KEY + "?version=2", 404, DELETED.replace("\"version\":3", "\"version\":2"));
        try (HashiCorpVault vault = strict.opens()) {
            RemoteSecret first = vault.read("secret/data/app/key", 1);
            assertThat(first.version()).isEqualTo(new RemoteVersion(1, false, CREATED, null));
            assertThat(text(first)).isEqualTo("{\"v\":1}");
            assertThat(text(vault.read("secret/data/app/key", 3))).isEqualTo("{\"v\":3}");
            for (int gone : List.of(2, 4, 0, -1)) {
                fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("secret/data/app/key", gone));
            }
            strict.says(KEY + "?version=1", 200, kv2(2, "{}"));
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("secret/data/app/key", 1));
            strict.says(KEY, 404, DELETED);
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("secret/data/app/key", 1));
        }
    }

    static Stream<Arguments> refusalsOfWrites() {
        String compared = "check-and-set parameter did not match the current version";
        return Stream.of(
                Arguments.of(400, errors(compared), RemoteFailure.CHANGED),
                Arguments.of(413, errors("http: request body too large"), RemoteFailure.VALUE_REFUSED),
                Arguments.of(413, "", RemoteFailure.VALUE_REFUSED),
                Arguments.of(
                        400,
                        errors("failed to parse JSON input: http: request body too large"),
                        RemoteFailure.VALUE_REFUSED),
                Arguments.of(400, errors("missing data fields"), RemoteFailure.VALUE_REFUSED),
                Arguments.of(400, errors("not for callers"), RemoteFailure.MISCONFIGURED),
                Arguments.of(404, errors("no handler for route"), RemoteFailure.MISCONFIGURED),
                Arguments.of(403, errors("1 error occurred:\\n\\t* permission denied\\n\\n"), RemoteFailure.FORBIDDEN),
                Arguments.of(403, errors("permission denied"), RemoteFailure.CREDENTIALS_REFUSED),
                Arguments.of(429, errors(compared), RemoteFailure.THROTTLED),
                Arguments.of(503, errors("Vault is sealed"), RemoteFailure.SERVER_ERROR));
    }

    @ParameterizedTest
    @MethodSource("refusalsOfWrites")
    void writeThatIsRefused_isTold_andNotTriedAgain(int status, String body, RemoteFailure failure) throws Exception {
        strict.says(WRITE, status, body);
        try (HashiCorpVault vault = strict.opens();
                SensitiveBytes value = value("{\"k\":\"not-a-secret\"}")) {
            fails(failure, () -> vault.write("secret/data/app/key", value, null));
        }
        assertThat(strict.asked()).filteredOn(way -> way.startsWith(WRITE)).hasSize(1);
    }

    @Test
    void writeWithoutAnAnswer_isNotTriedAgain() throws Exception {
        strict.says(WRITE, new Answer(200, "", "{\"data\":", 500));
        try (HashiCorpVault vault = strict.opens();
                SensitiveBytes value = value("{}")) {
            fails(RemoteFailure.UNREACHABLE, () -> vault.write("secret/data/app/key", value, null));
        }
        assertThat(strict.asked()).filteredOn(way -> way.startsWith(WRITE)).hasSize(1);
    }

    @Test
    void value_isWrittenAsItIs_inPlaceOfTheVersionThatWasSeen() throws Exception {
        String object = "{\"n\":123456789012345678901234567890, \"d\":1.10, \"u\":\"é\\u00e9\"}";
        strict.says(WRITE, 200, "{\"data\":{\"version\":1,\"created_time\":\"" + CREATED + "\"}}");
        strict.says("POST /v1/kv/app", 204, "");
        try (HashiCorpVault vault = strict.opens();
                SensitiveBytes value = value(object)) {
            vault.write("secret/data/app/key", value, null);
            vault.write("secret/data/app/key", value, new RemoteVersion(3, true, CREATED, null));
            // Version 1 has nothing to compare.
            vault.write("kv/app", value, new RemoteVersion(1, true, Instant.EPOCH, null));
            vault.write("kv/app", value, null);
            // It stays the caller's.
            assertThat(value.expose()).isEqualTo(object.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(strict.askedOfSecrets().subList(1, 5))
                .containsExactly(
                        WRITE + " {\"options\":{\"cas\":0},\"data\":" + object + "}",
                        WRITE + " {\"options\":{\"cas\":3},\"data\":" + object + "}",
                        "POST /v1/kv/app " + object,
                        "POST /v1/kv/app " + object);
    }

    @Test
    void tokenThatEnded_isFollowedByAnother_withWhichTheSameIsWritten() throws Exception {
        strict.says(WRITE, 200, "{}");
        try (HashiCorpVault vault = strict.opens();
                SensitiveBytes value = value("{\"a\":1}")) {
            vault.write("secret/data/app/key", value, null);
            strict.takes("hvs.second");
            strict.later(Duration.ofSeconds(11));
            strict.says("POST /v1/auth/approle/login", 200, StrictVault.granted("hvs.second", 3_600));
            vault.write("secret/data/app/key", value, null);
        }
        String written = WRITE + " {\"options\":{\"cas\":0},\"data\":{\"a\":1}}";
        assertThat(strict.askedOfSecrets())
                .satisfiesExactly(
                        login -> assertThat(login).startsWith("POST /v1/auth/approle/login"),
                        first -> assertThat(first).isEqualTo(written),
                        refused -> assertThat(refused).isEqualTo(written),
                        login -> assertThat(login).startsWith("POST /v1/auth/approle/login"),
                        second -> assertThat(second).isEqualTo(written));
    }

    @Test
    void whatIsNoSecretOfKv_isNotWritten() throws Exception {
        strict.mounts("pki/", "pki", "");
        try (HashiCorpVault vault = strict.opens();
                SensitiveBytes value = value("{\"common_name\":\"a\"}")) {
            for (String name : List.of("pki/issue/web", "secret/app/key", "secret/metadata/app/key", "secret/config")) {
                fails(RemoteFailure.MISCONFIGURED, () -> vault.write(name, value, null));
            }
            fails(RemoteFailure.FORBIDDEN, () -> vault.write("sys/policy/a", value, null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.write("secret/data/../config", value, null));
        }
        assertThat(strict.askedOfSecrets()).hasSize(1);
    }

    @Test
    void metadata_tellsOfVersions_andOfWhatIsGone() throws Exception {
        strict.says("GET /v1/secret/metadata/app/key", 200, metadata("\"deletion_time\":\"\",\"destroyed\":false"));
        try (HashiCorpVault vault = strict.opens()) {
            RemoteDescription description = vault.describe("secret/data/app/key");
            assertThat(description.labels()).containsOnly(Map.entry("team", "mail"));
            assertThat(description.versionCount()).isEqualTo(3);
            assertThat(description.oldestVersion()).isEqualTo(8);
            assertThat(description.current()).isEqualTo(new RemoteVersion(10, true, CREATED, null));
            assertThat(description.updatedAt()).isEqualTo(CREATED.plusSeconds(9));
            assertThat(vault.versions("secret/data/app/key"))
                    .containsExactly(
                            new RemoteVersion(10, true, CREATED, null),
                            new RemoteVersion(9, false, CREATED, CREATED.plusSeconds(5)),
                            new RemoteVersion(8, false, CREATED, CREATED));
            for (String gone : List.of(
                    "\"deletion_time\":\"" + CREATED + "\",\"destroyed\":false",
                    "\"deletion_time\":\"\",\"destroyed\":true")) {
                strict.says("GET /v1/secret/metadata/app/key", 200, metadata(gone));
                fails(RemoteFailure.NOT_FOUND, () -> vault.describe("secret/data/app/key"));
                fails(RemoteFailure.NOT_FOUND, () -> vault.versions("secret/data/app/key"));
            }
            String ending = "\"deletion_time\":\"" + strict.now().plusSeconds(60) + "\",\"destroyed\":false";
            strict.says("GET /v1/secret/metadata/app/key", 200, metadata(ending));
            assertThat(vault.versions("secret/data/app/key").getFirst().goneAt())
                    .isNull();
        }
    }

    @Test
    void copy_hasTheValueAndItsLabels_inOneAnswer() throws Exception {
        strict.says(
                "GET /v1/secret/data/app/key",
                200,
                "{\"data\":{\"data\":{\"a\":\"b\"},\"metadata\":{\"version\":4,\"created_time\":\"" + CREATED
                        + "\",\"custom_metadata\":{\"team\":\"mail\",\"n\":1},\"deletion_time\":\"\",\"destroyed\":false}}}");
        strict.says("GET /v1/kv/app", 200, "{\"data\":{\"a\":\"b\"}}");
        try (HashiCorpVault vault = strict.opens()) {
            try (RemoteCopy copy = vault.copy("secret/data/app/key")) {
                assertThat(copy.metadataJson()).isEqualTo("{\"labels\":{\"team\":\"mail\"}}");
                assertThat(copy.secret().version()).isEqualTo(new RemoteVersion(4, true, CREATED, null));
                assertThat(text(copy.secret())).isEqualTo("{\"a\":\"b\"}");
            }
            try (RemoteCopy copy = vault.copy("kv/app")) {
                assertThat(copy.metadataJson()).isEqualTo("{}");
                assertThat(text(copy.secret())).isEqualTo("{\"a\":\"b\"}");
            }
            strict.says("GET /v1/secret/data/app/none", 404, "{\"errors\":[]}");
            fails(RemoteFailure.NOT_FOUND, () -> vault.copy("secret/data/app/none"));
        }
    }

    private static String metadata(String ofTheLast) {
        String created = "{\"created_time\":\"" + CREATED + "\",";
        return "{\"data\":{\"created_time\":\"" + CREATED + "\",\"updated_time\":\"" + CREATED.plusSeconds(9)
                + "\",\"current_version\":10,\"custom_metadata\":{\"team\":\"mail\"},\"versions\":{\"8\":" + created
                + "\"deletion_time\":\"\",\"destroyed\":true},\"9\":" + created + "\"deletion_time\":\""
                + CREATED.plusSeconds(5) + "\",\"destroyed\":false},\"10\":" + created + ofTheLast + "}}}}";
    }

    @Test
    void version1_hasOneVersion_ofUnknownAge() throws Exception {
        strict.says("GET /v1/kv/app", 200, "{\"lease_id\":\"\",\"lease_duration\":2764800,\"data\":{\"a\":\"b\"}}");
        try (HashiCorpVault vault = strict.opens()) {
            RemoteSecret only = vault.read("kv/app", 1);
            assertThat(only.version()).isEqualTo(new RemoteVersion(1, true, Instant.EPOCH, null));
            assertThat(text(only)).isEqualTo("{\"a\":\"b\"}");
            fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("kv/app", 2));
            assertThat(vault.versions("kv/app")).containsExactly(only.version());
            assertThat(vault.describe("kv/app").versionCount()).isEqualTo(1);
        }
    }

    @Test
    void engineThatIsNotKv_isNeverAsked() throws Exception {
        strict.mounts("database/", "database", "");
        strict.mounts("cubbyhole/", "cubbyhole", "");
        try (HashiCorpVault vault = strict.opens()) {
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("database/creds/app", null));
            fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("cubbyhole/")));
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("secret/metadata/app", null));
            fails(RemoteFailure.FORBIDDEN, () -> vault.read("sys/raw/core", null));
            strict.says("GET /v1/kv/app", 200, "{\"lease_id\":\"kv/app/1\",\"data\":{\"password\":\"p\"}}");
            fails(RemoteFailure.NOT_UNDERSTOOD, () -> vault.read("kv/app", null));
        }
        assertThat(strict.askedOfSecrets()).hasSize(2).last().isEqualTo("GET /v1/kv/app");
    }

    @Test
    void mountOfAnotherVersion_isSeenAfterItsRefusal_orAMinute() throws Exception {
        strict.says("GET /v1/kv/app", 200, "{\"lease_id\":\"\",\"data\":{}}");
        try (HashiCorpVault vault = strict.opens()) {
            assertThat(text(vault.read("kv/app", null))).isEqualTo("{}");
            strict.mounts("kv/", "kv", "2")
                    .says("GET /v1/kv/app", 404, "{\"errors\":[],\"warnings\":[\"Invalid path\"]}");
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("kv/app", null));
            strict.says("GET /v1/kv/data/app", 200, kv2(1, "{\"a\":1}"));
            assertThat(text(vault.read("kv/data/app", null))).isEqualTo("{\"a\":1}");
            int asked = strict.asked().size();
            text(vault.read("kv/data/app", null));
            strict.later(Duration.ofSeconds(61));
            text(vault.read("kv/data/app", null));
            assertThat(strict.asked().subList(asked, strict.asked().size()))
                    .containsExactly(
                            "GET /v1/kv/data/app", "GET /v1/sys/internal/ui/mounts/kv/data/app", "GET /v1/kv/data/app");
        }
    }

    @Test
    void vaultThatDoesNotTellItsMounts_isTakenAsConfigured() throws Exception {
        strict.says("GET /v1/team/kv/data/app", 200, kv2(1, "{\"a\":1}"));
        try (HashiCorpVault vault = strict.opens(
                StrictVault.config(strict.endpoint(), AuthMethod.APPROLE, null, 2),
                "{\"role_id\":\"r\",\"secret_id\":\"s\"}",
                null,
                PATIENCE)) {
            assertThat(text(vault.read("team/kv/data/app", null))).isEqualTo("{\"a\":1}");
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("team/kv/app", null));
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("auth/token/data/app", null));
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("kv/data/app", null));
        }
        assertThat(strict.askedOfSecrets()).hasSize(2);
    }

    @Test
    void whatCannotBeAName_isNotAskedFor() throws Exception {
        List<String> none = List.of(
                "secret/data/../../sys/seal",
                "secret/data/.",
                "secret/data/a/./b",
                "secret/data/%2e%2e/x",
                "secret/data/a%2fb",
                "secret/data/a?version=2",
                "secret/data/a#b",
                "secret/data/a b",
                "secret/data/ä",
                "secret/data/a\\b",
                "secret/data/a;b",
                "secret/data/a\r\nX-Vault-Token: b",
                "secret//data/a",
                "/secret/data/a",
                "secret/data/a/",
                "secret",
                "");
        try (HashiCorpVault vault = strict.opens()) {
            for (String name : none) {
                fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
                fails(RemoteFailure.NOT_FOUND, () -> vault.describe(name));
                fails(RemoteFailure.NOT_FOUND, () -> vault.versions(name));
                assertThat(vault.names(name + "/.", true, 9)).isEmpty();
            }
        }
        assertThat(strict.asked()).isEmpty();
    }

    private void saysFolders() {
        strict.says("GET /v1/secret/metadata/?list=true", 200, keys("a", "app/", "apps/", "b c", "x/y", "..", "../"))
                .says("GET /v1/secret/metadata/app/?list=true", 200, keys("key", "deep/"))
                .says("GET /v1/secret/metadata/app/deep/?list=true", 200, keys("one", "two"))
                .says("GET /v1/secret/metadata/apps/?list=true", 404, NONE);
    }

    private static String keys(String... keys) {
        return "{\"data\":{\"keys\":[\"" + String.join("\",\"", keys) + "\"]}}";
    }

    @Test
    void names_areFoundFolderByFolder() throws Exception {
        saysFolders();
        try (HashiCorpVault vault = strict.opens()) {
            assertThat(vault.names("secret/data/", true, 4))
                    .containsExactlyInAnyOrder(
                            "secret/data/a",
                            "secret/data/app/key",
                            "secret/data/app/deep/one",
                            "secret/data/app/deep/two");
            assertThat(vault.names("secret/data/", false, 4))
                    .containsExactlyInAnyOrder("secret/data/a", "secret/data/app/", "secret/data/apps/");
            assertThat(vault.names("secret/data/app/d", true, 4)).hasSize(2);
            assertThat(vault.names("secret/data/app", false, 4)).hasSize(2);
            fails(RemoteFailure.TOO_LARGE, () -> vault.names("secret/data/", true, 3));
            strict.says("GET /v1/secret/metadata/app/deep/?list=true", 403, errors("1 error occurred"));
            fails(RemoteFailure.FORBIDDEN, () -> vault.names("secret/data/", true, 4));
        }
    }

    @Test
    void foldersWithoutEnd_areGivenUpInTime_orByTheirNumber() throws Exception {
        String[] many = IntStream.range(0, 11_000).mapToObj(i -> "f" + i + "/").toArray(String[]::new);
        strict.says("GET /v1/kv/many/?list=true", 200, keys(many));
        strict.saysOtherwise(way -> {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            return way.matches("GET /v1/kv/(a/)*\\?list=true") ? new Answer(200, keys("a/")) : null;
        });
        try (HashiCorpVault vault = strict.opens(
                strict.config(AuthMethod.APPROLE),
                "{\"role_id\":\"r\",\"secret_id\":\"s\"}",
                null,
                Duration.ofMillis(500))) {
            long begin = System.nanoTime();
            // A name that is longer than any is asked for no more.
            assertThatThrownBy(() -> vault.names("kv/", true, 9))
                    .isInstanceOfSatisfying(
                            RemoteException.class, e -> assertThat(e.failure()).isEqualTo(RemoteFailure.TIMED_OUT));
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(1_400), Duration.ofMillis(3_000));
            fails(RemoteFailure.TOO_LARGE, () -> vault.names("kv/many/", true, 20_000));
        }
    }

    @Test
    void probe_tellsWhatIsWrongWithAPrefix() throws Exception {
        strict.says("GET /v1/auth/token/lookup-self", 403, errors("1 error occurred"));
        try (HashiCorpVault vault = strict.opens()) {
            vault.probe(List.of("secret/data/app/", "kv/"));
            vault.probe(List.of());
            for (String prefix : List.of("", "secret", "secret/", "secret/metadata/", "secret/data/ä", "kv/../sys/")) {
                fails(RemoteFailure.MISCONFIGURED, () -> vault.probe(List.of("kv/", prefix)));
            }
            fails(RemoteFailure.FORBIDDEN, () -> vault.probe(List.of("nowhere/")));
        }
    }
}
