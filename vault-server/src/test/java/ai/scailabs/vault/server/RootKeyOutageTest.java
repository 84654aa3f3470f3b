package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TestSoftHsm;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root key that is pulled out of a running service, alone and beside a second one; and a service that starts without it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RootKeyOutageTest {
    private static final String VALUE = "root-key-outage-canary-71c4";
    private static final Duration PATIENCE = Duration.ofMillis(2_000);

    @TempDir
    Path folder;

    /** The library sees the tokens that there are when it is loaded. */
    private static final TestSoftHsm HSM = TestSoftHsm.empty();

    private static final List<TestSoftHsm.Token> TOKENS = Stream.of("alone", "twofold", "restart", "lost")
            .map(label -> HSM.token(label).key("root"))
            .toList();

    private TestSoftHsm.Token token = TOKENS.getFirst();
    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private RunningServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void onlyRootKeyPulledOut_isKmsUnavailable_andNothingElseSuffers() {
        token = TOKENS.get(0);
        server = RunningServer.start(database, inTheHsm());
        ApiClient owner = server.owner("unplugged");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
        token.takeOut();
        for (int i = 0; i < 10; i++) {
            assertUnavailable(owner.get("/v1/secrets/app/db"));
            assertUnavailable(owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "other"))));
            assertUnavailable(owner.post("/v1/secrets/batch", Map.of("paths", List.of("app/db"))));
        }
        owner.get("/v1/secrets/app/db:metadata").expect(200);
        owner.get("/v1/policies").expect(200);
        owner.get("/v1/auth/whoami").expect(200);
        ApiClient.Reply ready = owner.get("/v1/health/ready").expect(503);
        assertThat(ready.json().at("/checks/encryption").stringValue()).isEqualTo("error");
        assertThat(ready.json().at("/checks/database").stringValue()).isEqualTo("ok");
        assertThat(new Sql(database.superuser())
                        .value("select count(*) from audit_log where error_code = 'kms_unavailable'"))
                .isEqualTo(30L);
        assertThat(owner.get("/v1/metrics").expect(200).body())
                .contains("scaivault_kms_left_alone{root_key=\"primary\"} 1");

        token.putBack();
        awaitReady(owner);
        assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
        assertThat(owner.get("/v1/secrets/app/db:versions").expect(200).body()).doesNotContain("\"version\":2");
    }

    @Test
    void firstOfTwoPulledOut_isNotNoticedByReaders_andIsTold() {
        token = TOKENS.get(1);
        server = RunningServer.start(database, withASecond(inTheHsm()));
        ApiClient owner = server.owner("twofold");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
        assertThat(new Sql(database.superuser()).value("select cardinality(root_key_ids) from partner_key"))
                .isEqualTo(2);
        token.takeOut();
        for (int i = 0; i < 30; i++) {
            assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
        }
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE, "b", "2")))
                .expect(200);
        ApiClient.Reply ready = owner.get("/v1/health/ready").expect(200);
        assertThat(ready.json().at("/checks/encryption").stringValue()).isEqualTo("ok");
        assertThat(ready.json().at("/checks/root_key_primary").stringValue()).isEqualTo("error");
        assertThat(ready.json().at("/checks/root_key_secondary").stringValue()).isEqualTo("ok");
        assertThat(owner.get("/v1/health/detailed")
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("degraded");
        // What only one root key wrapped could be lost with it, so no key is made.
        ApiClient stranger = server.client(
                server.token("twofold-new", "newcomer").user("first@new.test").sign());
        stranger.allow("user:first@new.test", "**", "admin");
        assertUnavailable(stranger.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))));

        token.putBack();
        awaitWhole(owner);
        stranger.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
    }

    @Test
    void serviceThatStartsWithoutTheFirstOfTwo_serves_andFindsItLater() {
        token = TOKENS.get(2);
        Map<String, String> both = withASecond(inTheHsm());
        server = RunningServer.start(database, both);
        server.owner("restart")
                .put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE)))
                .expect(201);
        server.close();

        token.takeOut();
        server = RunningServer.start(database, both);
        ApiClient owner = server.owner("restart");
        assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
        assertThat(owner.get("/v1/health/ready")
                        .expect(200)
                        .json()
                        .at("/checks/root_key_primary")
                        .stringValue())
                .isEqualTo("error");

        token.putBack();
        awaitWhole(owner);
    }

    @Test
    void rootKeyThatWrappedNothingOfWhatIsStored_isNotReady_andSaysWhy() {
        server = RunningServer.start(database, Map.of());
        ApiClient owner = server.owner("stranger");
        // Nothing is stored yet, so any root key is the right one.
        owner.get("/v1/health/ready").expect(200);
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
        owner.get("/v1/health/ready").expect(200);
        server.close();

        server = RunningServer.start(database, Map.of("KMS_LOCAL_KEY_FILE", newKey().toString()));
        ApiClient.Reply ready = server.owner("stranger").get("/v1/health/ready").expect(503);
        assertThat(ready.json().at("/checks/encryption").stringValue()).isEqualTo("error");
        assertThat(ready.json().at("/errors/encryption").stringValue())
                .isEqualTo("another root key wrapped what is stored: nothing of it opens");
        assertThat(ready.json().at("/checks/database").stringValue()).isEqualTo("ok");
    }

    @Test
    void secondRootKeyAlone_opensWhatBothWrapped() {
        token = TOKENS.get(3);
        server = RunningServer.start(database, withASecond(inTheHsm()));
        server.owner("alone")
                .put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE)))
                .expect(201);
        server.close();

        token.takeOut();
        server = RunningServer.start(
                database, Map.of("KMS_LOCAL_KEY_FILE", secondKey().toString()));
        ApiClient owner = server.owner("alone");
        assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
    }

    private Map<String, String> inTheHsm() {
        Map<String, String> settings = new HashMap<>();
        settings.put("KMS_PROVIDER", "pkcs11");
        settings.put("KMS_TIMEOUT_MILLIS", String.valueOf(PATIENCE.toMillis()));
        settings.put("KMS_PKCS11_LIBRARY", TestSoftHsm.library().toString());
        settings.put("KMS_PKCS11_TOKEN_LABEL", token.label());
        settings.put("KMS_PKCS11_KEY_LABEL", "root");
        settings.put("KMS_PKCS11_PIN_FILE", TestSoftHsm.pinFile(folder).toString());
        return settings;
    }

    private Map<String, String> withASecond(Map<String, String> settings) {
        settings.put("KMS_SECONDARY_PROVIDER", "local");
        settings.put("KMS_SECONDARY_LOCAL_KEY_FILE", newKey().toString());
        return settings;
    }

    private Path newKey() {
        LocalFileRootKey.openOrCreate(secondKey(), new SecureRandom());
        return secondKey();
    }

    private Path secondKey() {
        return folder.resolve("second.key");
    }

    private static void assertUnavailable(ApiClient.Reply reply) {
        reply.expect(503);
        assertThat(reply.json().at("/error/code").stringValue()).isEqualTo("kms_unavailable");
        Leaks.assertNone("refusal", reply.body(), VALUE);
    }

    private static void awaitReady(ApiClient client) {
        await(() -> client.get("/v1/health/ready").status() == 200);
    }

    private static void awaitWhole(ApiClient client) {
        await(() -> client.get("/v1/health/ready")
                .json()
                .at("/checks/root_key_primary")
                .stringValue()
                .equals("ok"));
    }

    /** The class has a time limit, so this ends. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }
}
