package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.aws.AwsAccounts;
import ai.scailabs.vault.credentials.connector.aws.AwsKeys;
import ai.scailabs.vault.credentials.connector.aws.AwsRights;
import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.credentials.connector.aws.UserKey;
import ai.scailabs.vault.credentials.rotation.RotationStep;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestMoto;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The service is killed after each step that a rotation at a target comes to, one after the other. Another goes on: the secret is what the target lets in, and what it replaced is not let in for longer than it should. */
@Tag("slow")
class TargetRotationKillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AwsRights NONE = new AwsRights(List.of(), null, List.of(), null);

    private TestPostgres postgres;
    private TestDatabase database;
    private KillableServer server;
    private ApiClient owner;
    private String policy;

    /** What is killed, at a target of one kind. */
    private interface Scene {
        /** Puts a secret under the policy that is like no other. */
        void prepare(String path) throws Exception;

        /** Both sides agree, after one rotation. */
        void assertAgreed(String path, RotationStep step) throws Exception;

        /** And what was replaced is over. */
        void assertRetired(String path) throws Exception;
    }

    @Test
    void killedAfterEachStep_anAccountAndItsSecretAgree(@TempDir Path folder) throws Exception {
        killing(folder, new Accounts());
    }

    @Test
    void killedAfterEachStep_aKeyOfAwsAndItsSecretAgree_andNoKeyIsLeft(@TempDir Path folder) throws Exception {
        try (TestMoto.Strict aws = TestMoto.strict("admin");
                GuardedTransfers transfers =
                        new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true)) {
            killing(folder, new Keys(aws, transfers));
        }
    }

    private void killing(Path folder, Scene scene) throws Exception {
        try (TestPostgres started = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start()) {
            postgres = started;
            database = postgres.database();
            try (KillableServer killed = new KillableServer(folder, database, issuer)) {
                server = killed;
                owner = new ApiClient(server.port(), DatabaseEngine.token(issuer, "killed-rotations"));
                server.start();
                server.awaitReady();
                owner.allow("user:" + DatabaseEngine.OWNER, "**", "admin");
                policy = owner.post(
                                "/v1/rotation/policies",
                                Map.of("name", "p", "interval", "90d", "grace_period", "1h", "auto_generate", true))
                        .expect(201)
                        .json()
                        .get("id")
                        .stringValue();
                for (RotationStep step : RotationStep.values()) {
                    killAt(step, scene);
                }
            }
        }
    }

    private void killAt(RotationStep step, Scene scene) throws Exception {
        String path = "killed/" + step.name().toLowerCase(Locale.ROOT);
        scene.prepare(path);
        if (step == RotationStep.RETIRED_THERE) {
            owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        }
        server.kill9();
        server.start(step);
        server.awaitReady();
        if (step == RotationStep.RETIRED_THERE) {
            endGrace(path);
        } else {
            unanswered(path);
        }
        server.awaitEnd();
        server.start();
        server.awaitReady();
        // What is held by the dead is waited for a minute otherwise.
        DatabaseEngine.run(
                database,
                "update rotation_assignment set next_at = now(), taken_until = now() where taken_by is not null");
        awaitNone("select count(*) from rotation_pending", step);
        awaitNone("select count(*) from rotation_assignment where version <> told_version", step);
        assertThat(secret(path).get("version").intValue()).as("after %s", step).isEqualTo(2);
        if (step != RotationStep.RETIRED_THERE) {
            scene.assertAgreed(path, step);
            endGrace(path);
        }
        awaitNone(
                "select count(*) from secret_version where path = '" + path
                        + "' and version = 1 and wrapped_data_key is not null",
                step);
        scene.assertRetired(path);
        assertThat(DatabaseEngine.count(
                        database,
                        "select count(*) from audit_log where action = 'rotation_completed' and secret_path = '" + path
                                + "'"))
                .as("told after %s", step)
                .isEqualTo(1);
    }

    private void unanswered(String path) {
        ApiClient.Reply reply;
        try {
            reply = owner.post("/v1/secrets/" + path + ":rotate", null);
        } catch (RuntimeException died) {
            return;
        }
        throw new AssertionError("it was answered: " + reply.status());
    }

    private void endGrace(String path) throws SQLException {
        DatabaseEngine.run(
                database,
                "update secret_version set readable_until = now() where version = 1 and path = '" + path + "'");
        DatabaseEngine.run(database, "update rotation_assignment set next_at = now() where path = '" + path + "'");
    }

    private void awaitNone(String counting, RotationStep step) throws SQLException {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (DatabaseEngine.count(database, counting) > 0) {
            assertThat(System.nanoTime())
                    .as("in time, after %s: %s", step, counting)
                    .isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private JsonNode secret(String path) {
        return owner.get("/v1/secrets/" + path).expect(200).json();
    }

    private void put(String path, Map<String, Object> data) {
        owner.put("/v1/secrets/" + path, Map.of("data", data)).expect(201);
    }

    private void attach(String path, Map<String, Object> connector) {
        owner.post("/v1/rotation/policies/" + policy + "/secrets", Map.of("secret_path", path, "connector", connector))
                .expect(201);
    }

    /** One account of PostgreSQL that changes its own password; the last takes turns with another. */
    private final class Accounts implements Scene {
        private String user(String path) {
            return path.replace('/', '_');
        }

        @Override
        public void prepare(String path) throws SQLException {
            String user = user(path);
            DatabaseEngine.run(database, "grant connect on database " + database.name() + " to public");
            DatabaseEngine.run(database, "create role " + user + " login password 'first'");
            DatabaseEngine.run(database, "create role " + user + "_b login password 'first'");
            put(path, Map.of("username", user, "password", "first"));
            if (path.endsWith("retired_there")) {
                put(
                        "killed/root",
                        Map.of(
                                "username",
                                database.superuser().user(),
                                "password",
                                database.superuser().password()));
                attach(
                        path,
                        Map.of(
                                "type",
                                "postgresql",
                                "connection_url",
                                url(),
                                "login_path",
                                "killed/root",
                                "alternate_users",
                                List.of(user, user + "_b")));
            } else {
                attach(path, Map.of("type", "postgresql", "connection_url", url()));
            }
        }

        private String url() {
            return "postgresql://127.0.0.1:" + postgres.port() + "/" + database.name();
        }

        private boolean isLetIn(String user, String password) throws SQLException {
            try (Connection connection = DriverManager.getConnection("jdbc:" + url(), user, password)) {
                return connection.isValid(5);
            } catch (SQLException refused) {
                if ("28P01".equals(refused.getSQLState())) {
                    return false;
                }
                throw refused;
            }
        }

        @Override
        public void assertAgreed(String path, RotationStep step) throws SQLException {
            String password = secret(path).at("/data/password").stringValue();
            assertThat(isLetIn(user(path), password)).as("after %s", step).isTrue();
            assertThat(isLetIn(user(path), "first")).as("after %s", step).isFalse();
        }

        @Override
        public void assertRetired(String path) throws SQLException {
            JsonNode data = secret(path).get("data");
            assertThat(isLetIn(
                            data.get("username").stringValue(),
                            data.get("password").stringValue()))
                    .isTrue();
            assertThat(isLetIn(user(path), "first")).isFalse();
        }
    }

    /** One user of AWS each. */
    private final class Keys implements Scene {
        private final TestMoto.Strict aws;
        private final GuardedTransfers transfers;

        Keys(TestMoto.Strict aws, GuardedTransfers transfers) {
            this.aws = aws;
            this.transfers = transfers;
        }

        private AwsAccounts open(String id, String secret) {
            return AwsAccounts.open(
                    new AwsSite("eu-central-1", aws.moto().endpoint()),
                    new Login(id, SensitiveBytes.owning(secret.getBytes(StandardCharsets.UTF_8))),
                    transfers);
        }

        private AwsAccounts admin() {
            TestMoto.Key key = aws.keys().get("admin");
            return open(key.id(), key.secret());
        }

        private String user(String path) {
            return path.replace('/', '.');
        }

        @Override
        public void prepare(String path) throws TargetException {
            TestMoto.Key key = aws.keys().get("admin");
            String root = path + "-root";
            put(root, Map.of("access_key_id", key.id(), "secret_access_key", key.secret()));
            try (AwsAccounts admin = admin();
                    AwsKeys first = admin.createUser(user(path), "/", NONE, "t")) {
                put(
                        path,
                        Map.of(
                                "access_key_id",
                                first.accessKeyId(),
                                "secret_access_key",
                                new String(first.secretAccessKey().expose(), StandardCharsets.UTF_8)));
            }
            attach(
                    path,
                    Map.of(
                            "type",
                            "aws_iam",
                            "region",
                            "eu-central-1",
                            "endpoint",
                            aws.moto().endpoint().toString(),
                            "login_path",
                            root));
        }

        private List<String> let(String path) throws TargetException {
            JsonNode data = secret(path).get("data");
            String id = data.get("access_key_id").stringValue();
            try (AwsAccounts own = open(id, data.get("secret_access_key").stringValue());
                    AwsAccounts admin = admin()) {
                own.verify();
                List<String> all = admin.keysOf(user(path)).accessKeys().stream()
                        .map(UserKey::id)
                        .toList();
                assertThat(all).contains(id);
                return all;
            }
        }

        @Override
        public void assertAgreed(String path, RotationStep step) throws TargetException {
            assertThat(let(path))
                    .as("the next and the one before, after %s", step)
                    .hasSize(2);
        }

        @Override
        public void assertRetired(String path) throws TargetException {
            assertThat(let(path)).hasSize(1);
        }
    }
}
