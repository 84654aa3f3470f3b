package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestFerretDb;
import ai.scailabs.vault.testkit.TestMariaDb;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TestRedis;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Secrets that are the logins of accounts, changed there and here. */
class TargetRotationTest {
    private static final String TENANT = "tnt_targeted";
    private static final String ROOT = "targeted/root";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ApiClient owner;
    private static Sql sql;
    private static TestPostgres postgres;
    private static TestDatabase target;
    private static String policy;

    private int number;
    private String user;
    private String path;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("targeted", "targeted");
        sql = Sql.superuser(server);
        postgres = TestPostgres.privateInstance(folder.resolve("target"), false);
        target = postgres.database();
        asRoot("grant connect on database " + target.name() + " to public");
        policy = policy(true);
        write(ROOT, target.superuser().user(), target.superuser().password());
    }

    @AfterAll
    static void close() {
        postgres.close();
    }

    @BeforeEach
    void account() throws SQLException {
        number = COUNT.incrementAndGet();
        user = "app_" + number;
        path = "targeted/s" + number;
        createAccount(user);
        write(path, user, "first-" + user);
    }

    private static String policy(boolean auto) {
        return owner.post(
                        "/v1/rotation/policies",
                        Map.of("name", "p" + COUNT.incrementAndGet(), "interval", "90d", "auto_generate", auto))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static void write(String path, String username, String password) {
        ApiClient.Reply reply = owner.put(
                "/v1/secrets/" + path,
                Map.of("data", Map.of("username", username, "password", password, "port", 5432)));
        assertThat(reply.status()).as(reply.body()).isIn(200, 201);
    }

    private static void createAccount(String user) {
        asRoot("create role " + user + " login password 'first-" + user + "'");
    }

    private static void asRoot(String statement) {
        try (Connection root = target.superuser().dataSource().getConnection();
                Statement running = root.createStatement()) {
            running.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String url() {
        return "postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/" + target.name();
    }

    private static Map<String, Object> connector() {
        return new LinkedHashMap<>(Map.of("type", "postgresql", "connection_url", url(), "login_path", ROOT));
    }

    private ApiClient.Reply attach(Map<String, Object> connector) {
        return attach(policy, connector);
    }

    private ApiClient.Reply attach(String policy, Map<String, Object> connector) {
        return owner.post(
                "/v1/rotation/policies/" + policy + "/secrets", Map.of("secret_path", path, "connector", connector));
    }

    private JsonNode secret() {
        return owner.get("/v1/secrets/" + path).expect(200).json();
    }

    private String field(String name) {
        return secret().at("/data/" + name).stringValue();
    }

    private static boolean isLetIn(String user, String password) {
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + target.name(), user, password)) {
            return connection.isValid(5);
        } catch (SQLException refused) {
            assertThat(refused.getSQLState()).isEqualTo("28P01");
            return false;
        }
    }

    private void assertBothSidesAgree(String user) {
        assertThat(field("username")).isEqualTo(user);
        assertThat(isLetIn(user, field("password"))).isTrue();
        assertThat(secret().at("/data/port").intValue()).isEqualTo(5432);
        assertThat(pending()).isZero();
    }

    private int pending() {
        return sql.rows("select from rotation_pending where tenant_id = ? and path = ?", TENANT, path)
                .size();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** A value is kept for it, and the account does not have it, as the target was away. */
    private void leaveOnItsWay() {
        attach(connector()).expect(201);
        postgres.stop();
        assertThat(owner.post("/v1/secrets/" + path + ":rotate", null)
                        .expect(502, "backend_unavailable")
                        .json()
                        .at("/error/details/reason")
                        .stringValue())
                .isEqualTo("unreachable");
        assertThat(pending()).isOne();
        assertThat(secret().get("version").intValue()).isEqualTo(1);
        // Until the test says so, nobody goes on with it.
        sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);
    }

    private void goOn() {
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        await(() -> pending() == 0);
    }

    @Test
    void rotation_changesTheAccountAndTheSecret_andTheOldPasswordIsRefused() {
        JsonNode attached = attach(connector()).expect(201).json();
        assertThat(attached.at("/connector/login_path").stringValue()).isEqualTo(ROOT);
        JsonNode item =
                owner.post("/v1/secrets/" + path + ":rotate", null).expect(200).json();
        assertThat(item.get("status").stringValue()).isEqualTo("success");
        assertThat(item.get("new_version").intValue()).isEqualTo(2);
        assertBothSidesAgree(user);
        assertThat(isLetIn(user, "first-" + user)).isFalse();

        String second = field("password");
        sql.update(
                "update rotation_assignment set due_at = now(), next_at = now() where tenant_id = ? and path = ?",
                TENANT,
                path);
        await(() -> secret().get("version").intValue() == 3);
        await(() -> pending() == 0);
        assertBothSidesAgree(user);
        assertThat(isLetIn(user, second)).isFalse();
        assertThat(sql.rows(
                        "select from audit_log where tenant_id = ? and secret_path = ? and action = 'read' and identity_id = 'system:rotation-scheduler'",
                        TENANT,
                        ROOT))
                .hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void accountOfPostgres_mayChangeItsOwnPassword() {
        Map<String, Object> connector = connector();
        connector.remove("login_path");
        attach(connector).expect(201);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertBothSidesAgree(user);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertBothSidesAgree(user);
    }

    @Test
    void accountsThatTakeTurns_areBothLetInDuringTheGrace_andTheOldOneNotAfterIt() throws SQLException {
        String other = user + "_b";
        createAccount(other);
        Map<String, Object> connector = connector();
        connector.put("alternate_users", List.of(user, other));
        attach(connector).expect(201);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertBothSidesAgree(other);
        assertThat(isLetIn(user, "first-" + user)).isTrue();

        String second = field("password");
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertBothSidesAgree(user);

        endGrace(1);
        assertThat(isLetIn(other, second)).as("its own grace goes on").isTrue();
        endGrace(2);
        assertThat(isLetIn(other, second)).isFalse();
        assertBothSidesAgree(user);
    }

    private void endGrace(int version) {
        sql.update(
                "update secret_version set readable_until = now() where tenant_id = ? and path = ? and version = ?",
                TENANT,
                path,
                version);
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        await(() -> !sql.rows(
                        "select from secret_version where tenant_id = ? and path = ? and version = ? and wrapped_data_key is null",
                        TENANT,
                        path,
                        version)
                .isEmpty());
    }

    @Test
    void targetThatIsAway_changesNothing_andWhatWasKeptIsSetWhenItIsBack() {
        leaveOnItsWay();
        String kept = String.valueOf(
                sql.rows("select n::text from rotation_pending n where tenant_id = ? and path = ?", TENANT, path));
        owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path).expect(409, "conflict");
        postgres.restart();
        assertThat(isLetIn(user, "first-" + user)).isTrue();
        goOn();
        assertThat(secret().get("version").intValue()).isEqualTo(2);
        assertBothSidesAgree(user);
        assertThat(kept).doesNotContain(field("password"));
        assertThat(isLetIn(user, "first-" + user)).isFalse();
    }

    /** Killed between the account and the secret: who goes on finds out that the account has it, sets it once more, as a login does not tell that it was saved, and publishes just that. */
    @Test
    void valueThatTheAccountHasAlready_isPublished() throws SQLException {
        leaveOnItsWay();
        String password = keptPassword();
        postgres.restart();
        asRoot("alter role " + user + " password '" + password + "'");
        String setByTheOther = stored();
        goOn();
        assertThat(stored()).as("under another salt").isNotEqualTo(setByTheOther);
        assertThat(field("password")).isEqualTo(password);
        assertBothSidesAgree(user);
    }

    private String keptPassword() {
        Map<String, Object> row = sql.rows(
                        "select key_id, private_key from rotation_pending where tenant_id = ? and path = ?",
                        TENANT,
                        path)
                .getFirst();
        try (SensitiveBytes value =
                server.opened(TENANT, "ptn_targeted", "rotation-value", String.valueOf(row.get("key_id")), (byte[])
                        row.get("private_key"))) {
            return JsonMapper.shared()
                    .readTree(new String(value.expose(), StandardCharsets.UTF_8))
                    .get("password")
                    .stringValue();
        }
    }

    private String stored() throws SQLException {
        try (Connection there = target.superuser().dataSource().getConnection();
                Statement asked = there.createStatement();
                ResultSet found =
                        asked.executeQuery("select rolpassword from pg_authid where rolname = '" + user + "'")) {
            assertThat(found.next()).isTrue();
            return String.valueOf(found.getString(1));
        }
    }

    /** Nothing of what was replaced is let in any more. */
    @Test
    void accountThatIsAlone_keepsNothingUnderItsPolicy() {
        attach(connector()).expect(201);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        owner.delete("/v1/secrets/" + path + "?version=1").expect(200);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path).expect(204);
        assertBothSidesAgree(user);
    }

    @Test
    void deletedAccountThatIsAlone_losesItsOldVersionAllTheSame() {
        attach(connector()).expect(201);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        owner.delete("/v1/secrets/" + path).expect(200);
        endGrace(1);
        owner.post("/v1/secrets/" + path + ":restore", null).expect(200);
        assertBothSidesAgree(user);
    }

    /** There its target would be forgotten. */
    @Test
    void accountOfATarget_isNotTakenFromUnderItsPolicyByAWrite() {
        attach(connector()).expect(201);
        String other = policy(true);
        JsonNode before = secret();
        Map<String, Object> options = new HashMap<>();
        for (String wanted : new String[] {other, null}) {
            options.put("rotation_policy_id", wanted);
            ApiClient.Reply refused = owner.put(
                    "/v1/secrets/" + path,
                    Map.of("data", Map.of("username", user, "password", "written"), "options", options));
            assertThat(refused.expect(409, "conflict")
                            .json()
                            .at("/error/details/state")
                            .stringValue())
                    .isEqualTo("connected");
        }
        assertThat(secret()).isEqualTo(before);
        assertThat(secret().get("rotation_policy_id").stringValue()).isEqualTo(policy);
    }

    /** What is on its way is the next one's then, and the account too. */
    @Test
    void whoeverLostTheSecret_neitherSetsNorDropsAnything() throws Exception {
        attach(connector()).expect(201);
        try (Connection other = target.superuser().dataSource().getConnection();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            Future<ApiClient.Reply> late = threads.submit(() -> rotateWhile(other, "lock table pg_authid"));
            await(() -> pending() == 1);
            taken("'00000000-0000-0000-0000-000000000001'");
            other.rollback();
            late.get().expect(409, "version_conflict");
        }
        assertThat(isLetIn(user, "first-" + user)).isTrue();
        assertThat(pending()).isOne();
        taken("null");

        try (Connection other = target.superuser().dataSource().getConnection();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            Future<ApiClient.Reply> late =
                    threads.submit(() -> rotateWhile(other, "alter role " + user + " connection limit 9"));
            await(() -> isSetting());
            taken("'00000000-0000-0000-0000-000000000002'");
            other.rollback();
            late.get().expect(409, "conflict");
        }
        assertThat(pending()).isOne();
        taken("null");
        goOn();
        assertThat(secret().get("version").intValue()).isEqualTo(2);
        assertBothSidesAgree(user);
    }

    private ApiClient.Reply rotateWhile(Connection other, String lock) throws SQLException {
        try (Statement running = other.createStatement()) {
            running.execute(lock);
        }
        return owner.post("/v1/secrets/" + path + ":rotate", null);
    }

    private void taken(String by) {
        sql.update(
                "update rotation_assignment set next_at = null, taken_until = case when " + by
                        + " is null then null else now() + interval '1 minute' end, taken_by = " + by
                        + "::uuid where tenant_id = ? and path = ?",
                TENANT,
                path);
    }

    private static boolean isSetting() {
        try (Connection there = target.superuser().dataSource().getConnection();
                Statement asked = there.createStatement();
                ResultSet found = asked.executeQuery(
                        "select from pg_stat_activity where wait_event_type = 'Lock' and query ilike 'alter user%'")) {
            return found.next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The target says which counts: what somebody wrote if it is the account's, else what was on its way. */
    @Test
    void valueThatSomebodyWroteMeanwhile_isHeldAgainstTheTarget() throws SQLException {
        leaveOnItsWay();
        write(path, user, "by-hand");
        sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);
        postgres.restart();
        asRoot("alter role " + user + " password 'by-hand'");
        goOn();
        assertThat(secret().get("version").intValue()).isEqualTo(2);
        assertBothSidesAgree(user);
        assertThat(field("password")).isEqualTo("by-hand");
    }

    @Test
    void valueThatSomebodyWrote_andTheAccountNeverHad_givesWayToOneThatItHas() {
        leaveOnItsWay();
        owner.put(
                        "/v1/secrets/" + path,
                        Map.of(
                                "data",
                                Map.of("username", user, "password", "never-set", "port", 5432, "note", "theirs")))
                .expect(200);
        sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);
        postgres.restart();
        goOn();
        assertThat(secret().get("version").intValue()).isEqualTo(3);
        assertBothSidesAgree(user);
        assertThat(field("note")).isEqualTo("theirs");
    }

    @Test
    void connectorThatCannotBeMeant_orLeadsWhereItMayNot_isRefusedByItsField() {
        refused("connector.type", Map.of("type", "oracle"));
        refused("connector.connection_url", Map.of("type", "postgresql"));
        refused("connector", Map.of("type", "postgresql", "connection_url", url(), "driver", "x"));
        refused("connector.login_path", Map.of("type", "mysql", "connection_url", "mysql://127.0.0.1/"));
        Map<String, Object> alternating = connector();
        alternating.put("alternate_users", List.of("somebody", "else"));
        refused("connector.alternate_users", alternating);
        Map<String, Object> another = connector();
        another.put("username", "somebody");
        refused("connector.username", another);
        Map<String, Object> metadata = connector();
        metadata.put("connection_url", "postgresql://{{username}}:{{password}}@169.254.169.254/postgres");
        assertThat(refused("connector", metadata).at("/error/details/reason").stringValue())
                .isEqualTo("address_refused");
        write(path, user, "not-its-password");
        JsonNode wrong = refused("connector", connector());
        assertThat(wrong.at("/error/details/reason").stringValue()).isEqualTo("login_refused");
        assertThat(wrong.toString()).doesNotContain("not-its-password");
        attach(policy(false), connector()).expect(422, "validation_error");
        assertThat(secret().get("rotation_policy_id").isNull()).isTrue();
    }

    private JsonNode refused(String field, Map<String, Object> connector) {
        JsonNode refusal = attach(connector).expect(400, "invalid_config").json();
        assertThat(refusal.at("/error/details/field").stringValue()).isEqualTo(field);
        return refusal;
    }

    /** Who may not read the login that changes accounts changes none by it. */
    @Test
    void loginThatTheyMayNotRead_isOfNoUseToThem() {
        ApiClient rotator = server.member(owner, "targeted", "targeted", "target-rotator", path, "rotate");
        rotator.post(
                        "/v1/rotation/policies/" + policy + "/secrets",
                        Map.of("secret_path", path, "connector", connector()))
                .expect(403, "access_denied");
    }

    /** Nor does who may write the secret, by the name of an account that is not theirs. */
    @Test
    void accountThatTheSecretDidNotNameWhenItWasConnected_isNotTouched() {
        String victim = user + "_v";
        createAccount(victim);
        assertThat(attach(connector())
                        .expect(201)
                        .json()
                        .at("/connector/username")
                        .stringValue())
                .isEqualTo(user);
        for (String password : List.of("guessed", "first-" + user)) {
            write(path, victim, password);
            assertThat(owner.post("/v1/secrets/" + path + ":rotate", null)
                            .expect(400, "invalid_config")
                            .json()
                            .at("/error/details/field")
                            .stringValue())
                    .isEqualTo("connector.username");
            assertThat(isLetIn(victim, "first-" + victim)).isTrue();
            assertThat(field("password")).isEqualTo(password);
            assertThat(pending()).isZero();
        }
        write(path, user, "first-" + user);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertBothSidesAgree(user);
    }

    @Test
    void accountOfMariaDb_isChanged() throws SQLException {
        try (TestMariaDb maria = TestMariaDb.start();
                Connection root = connected(maria, TestMariaDb.ROOT, TestMariaDb.PASSWORD)) {
            attachAccountOf(maria, root);
            owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
            assertLetInByTheSecret(maria);
        }
    }

    /** Then the account has what was set before, and setting it once more is refused. */
    @Test
    void targetThatTakesNoPasswordTwice_isGoneOnWith() throws SQLException {
        try (TestMariaDb maria = TestMariaDb.start();
                Connection root = connected(maria, TestMariaDb.ROOT, TestMariaDb.PASSWORD);
                Statement statement = root.createStatement()) {
            attachAccountOf(maria, root);
            statement.execute("create user 'keeper'@'%' identified by 'keeper-of-" + user + "'");
            statement.execute("grant all on *.* to 'keeper'@'%'");
            write("targeted/maria-root", "keeper", "not-the-keepers");
            owner.post("/v1/secrets/" + path + ":rotate", null).expect(502, "backend_unavailable");
            sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);

            statement.execute("install soname 'password_reuse_check'");
            statement.execute("alter user '" + user + "'@'%' identified by '" + keptPassword() + "'");
            write("targeted/maria-root", "keeper", "keeper-of-" + user);
            goOn();
            assertThat(secret().get("version").intValue()).isEqualTo(2);
            assertLetInByTheSecret(maria);
        }
    }

    private static Connection connected(TestMariaDb maria, String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + maria.port() + "/", user, password);
    }

    private void attachAccountOf(TestMariaDb maria, Connection root) throws SQLException {
        try (Statement statement = root.createStatement()) {
            statement.execute("create user '" + user + "'@'%' identified by 'first-" + user + "'");
        }
        write("targeted/maria-root", TestMariaDb.ROOT, TestMariaDb.PASSWORD);
        attach(Map.of(
                        "type",
                        "mysql",
                        "connection_url",
                        "mysql://{{username}}:{{password}}@127.0.0.1:" + maria.port() + "/",
                        "login_path",
                        "targeted/maria-root"))
                .expect(201);
    }

    private void assertLetInByTheSecret(TestMariaDb maria) throws SQLException {
        try (Connection connection = connected(maria, user, field("password"))) {
            assertThat(connection.isValid(5)).isTrue();
        }
        assertThatThrownBy(() -> connected(maria, user, "first-" + user)).isInstanceOf(SQLException.class);
    }

    @Test
    void accountOfRedis_isChanged() throws IOException {
        try (TestRedis redis = TestRedis.start()) {
            String admin = "AUTH default \"" + TestRedis.PASSWORD + "\"";
            assertThat(said(redis, admin, "ACL SETUSER " + user + " on >first-" + user + " ~* +@all"))
                    .isEqualTo("+OK");
            write("targeted/redis-root", "default", TestRedis.PASSWORD);
            attach(Map.of(
                            "type",
                            "redis",
                            "connection_url",
                            "redis://{{username}}:{{password}}@127.0.0.1:" + redis.port() + "/",
                            "login_path",
                            "targeted/redis-root"))
                    .expect(201);
            owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
            assertThat(said(redis, "AUTH " + user + " " + field("password"))).isEqualTo("+OK");
            assertThat(said(redis, "AUTH " + user + " first-" + user)).startsWith("-WRONGPASS");
        }
    }

    /** As FerretDB keeps users; MongoDB itself is not here. */
    @Test
    void accountOfMongoDb_isChanged() {
        try (TestFerretDb mongo = TestFerretDb.start()) {
            try (MongoClient root = mongo(mongo, TestFerretDb.ROOT, TestFerretDb.PASSWORD)) {
                root.getDatabase("admin")
                        .runCommand(new BsonDocument("createUser", new BsonString(user))
                                .append("pwd", new BsonString("first-" + user))
                                .append("roles", new BsonArray()));
            }
            write("targeted/mongo-root", TestFerretDb.ROOT, TestFerretDb.PASSWORD);
            attach(Map.of(
                            "type",
                            "mongodb",
                            "connection_url",
                            "mongodb://{{username}}:{{password}}@127.0.0.1:" + mongo.port() + "/",
                            "login_path",
                            "targeted/mongo-root"))
                    .expect(201);
            owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
            try (MongoClient rotated = mongo(mongo, user, field("password"))) {
                assertThat(rotated.getDatabase("admin")
                                .runCommand(new BsonDocument("ping", new BsonInt32(1)))
                                .get("ok"))
                        .isEqualTo(1.0);
            }
            try (MongoClient old = mongo(mongo, user, "first-" + user)) {
                assertThatThrownBy(
                                () -> old.getDatabase("admin").runCommand(new BsonDocument("ping", new BsonInt32(1))))
                        .isInstanceOf(MongoSecurityException.class);
            }
        }
    }

    private static MongoClient mongo(TestFerretDb server, String user, String password) {
        return MongoClients.create(MongoClientSettings.builder()
                .credential(MongoCredential.createScramSha256Credential(user, "admin", password.toCharArray()))
                .applyToClusterSettings(
                        cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", server.port()))))
                .build());
    }

    /** What it answers to the last of the commands. */
    private static String said(TestRedis redis, String... commands) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", redis.port());
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String answer = "";
            for (String command : commands) {
                socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
                answer = answers.readLine();
            }
            return answer;
        }
    }
}
