package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.MongoRelay;
import ai.scailabs.vault.testkit.TestFerretDb;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Users of MongoDB as FerretDB keeps them, with the roles that a relay plays: MongoDB itself is not here. */
class MongoEnginesTest {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String LEASES = "/v1/dynamic/leases";
    private static final String ENGINE = "things";
    private static final String READER = "{\"db\": \"admin\", \"roles\": [{\"role\": \"read\", \"db\": \"app\"}]}";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static ApiClient owner;
    private static TestFerretDb server;
    private static MongoRelay relay;

    @BeforeAll
    static void prepare() {
        server = TestFerretDb.start();
        relay = MongoRelay.before(server);
        owner = RunningServer.shared().owner("mongo-engines");
        write("mongo/root", TestFerretDb.ROOT, TestFerretDb.PASSWORD);
        write("mongo/wrong", TestFerretDb.ROOT, "hunter2");
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "mongo engines",
                                "rules",
                                List.of(Map.of("path_pattern", "mongo/*", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "system:dynamic-engines"))
                .expect(201);
        owner.post(ENGINES, body(ENGINE, url(), "mongo/root")).expect(201);
        role("reader", READER);
    }

    @AfterAll
    static void close() {
        relay.close();
        server.close();
    }

    private static void write(String path, String username, String password) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("username", username, "password", password)))
                .expect(201);
    }

    private static String url() {
        return "mongodb://{{username}}:{{password}}@127.0.0.1:" + relay.port() + "/?authSource=admin";
    }

    private static Map<String, Object> body(String name, String url, String root) {
        return new HashMap<>(Map.of(
                "name",
                name,
                "type",
                "database",
                "config",
                Map.of("plugin", "mongodb", "connection_url", url, "root_credentials_path", root, "tls", "disabled"),
                "max_ttl",
                "8h"));
    }

    private static ApiClient.Reply roleReply(String name, String creation) {
        return owner.post(
                ENGINES + "/" + ENGINE + "/roles", Map.of("name", name, "creation_statements", List.of(creation)));
    }

    private static void role(String name, String creation) {
        roleReply(name, creation).expect(201);
    }

    private static JsonNode minted(String role, String ttl) {
        return owner.post(ENGINES + "/" + ENGINE + "/creds/" + role, Map.of("ttl", ttl))
                .expect(201)
                .json();
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).stringValue();
    }

    private static JsonNode lease(JsonNode granted) {
        return owner.get(LEASES + "/" + text(granted, "lease_id")).expect(200).json();
    }

    private static void revoke(JsonNode lease) {
        owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null).expect(200);
    }

    private static void await(BooleanSupplier condition) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static MongoClient client(JsonNode lease) {
        JsonNode data = lease.get("data");
        return MongoClients.create(MongoClientSettings.builder()
                .credential(MongoCredential.createScramSha256Credential(
                        text(data, "username"), "admin", text(data, "password").toCharArray()))
                .applyToClusterSettings(cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", relay.port()))))
                .build());
    }

    private static void find(MongoClient client, String database) {
        client.getDatabase(database).getCollection("things").find().first();
    }

    private static void assertNotLetIn(JsonNode lease) {
        try (MongoClient refused = client(lease)) {
            assertThatThrownBy(
                            () -> refused.getDatabase("admin").runCommand(new BsonDocument("ping", new BsonInt32(1))))
                    .isInstanceOf(MongoSecurityException.class);
        }
    }

    @Test
    void credential_works_isLimited_andDiesWithItsConnectionsWhenItIsRevoked() {
        JsonNode lease = minted("reader", "1h");

        assertThat(text(lease.get("data"), "username")).startsWith("v_reader_");
        try (MongoClient open = client(lease)) {
            find(open, "app");
            assertThatThrownBy(() -> find(open, "other")).isInstanceOf(MongoCommandException.class);
            owner.post(LEASES + "/" + text(lease, "lease_id") + "/renew", Map.of("increment", "2h"))
                    .expect(200);
            revoke(lease);
            assertThatThrownBy(() -> find(open, "app")).isInstanceOf(MongoCommandException.class);
        }
        assertNotLetIn(lease);
        assertThat(relay.commands("killAllSessions").toString()).contains(text(lease.get("data"), "username"));
        revoke(lease);
    }

    @Test
    void credential_diesWithinFiveSecondsOfItsTime() {
        JsonNode lease = minted("reader", "5s");
        Instant due = Instant.parse(text(lease, "expires_at"));
        client(lease).close();

        await(() -> text(lease(lease), "state").equals("expired"));

        Instant ended = Instant.parse(text(lease(lease), "ended_at"));
        assertThat(Duration.between(due, ended)).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        assertNotLetIn(lease);
    }

    @Test
    void rolesOfStrangeNames_arriveAsTheyAre() {
        String strange = "a'b\"; $ne %s {{name}} \uD83D\uDE00".repeat(4);
        relay.addRole(strange);
        role("strange", "{\"roles\": [" + new BsonDocument("role", new BsonString(strange)).toJson() + "]}");
        JsonNode lease = minted("strange", "1h");
        assertThat(relay.commands("createUser").getLast().getArray("roles"))
                .containsExactly(
                        new BsonDocument("role", new BsonString(strange)).append("db", new BsonString("admin")));
        revoke(lease);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create user",
                "{\"db\": \"admin\", \"roles\": [\"root\"]}",
                "{\"db\": \"admin\", \"customData\": {}}",
                "{\"db\": \"$external\"}",
                "{\"roles\": [{\"role\": \"read\", \"db\": \"a b\"}]}"
            })
    void roleThatIsNone_isRefusedWhenItIsWritten(String creation) {
        String fields = roleReply("r" + COUNT.incrementAndGet(), creation)
                .expect(422, "validation_error")
                .json()
                .at("/error/details/fields")
                .toString();
        assertThat(fields).contains("creation_statements[0]");
    }

    @Test
    void roleThatTheServerDoesNotKnow_isTold_andLeavesNothing() {
        role("broken", "{\"roles\": [{\"role\": \"noSuchRole\"}]}");
        JsonNode details = owner.post(ENGINES + "/" + ENGINE + "/creds/broken", null)
                .expect(502, "backend_unavailable")
                .json()
                .at("/error/details");
        assertThat(text(details, "statement")).isEqualTo("creation_statements[0]");
        await(() -> owner.get(LEASES + "?engine=" + ENGINE + "&role=broken&state=rolled_back")
                        .expect(200)
                        .json()
                        .get("leases")
                        .size()
                == 1);
    }

    @ParameterizedTest
    @CsvSource({
        "mongodb+srv://{{username}}:{{password}}@db.example.com/,config.connection_url",
        "'mongodb://127.0.0.1:1,127.0.0.1:2/',config.connection_url",
        "mongodb://127.0.0.1/?proxyHost=other,config.connection_url",
        "mongodb://127.0.0.1/?tls=true,config.tls",
        "mongodb://127.0.0.1:1/,config"
    })
    void engineThatIsNone_isRefusedByItsField(String url, String field) {
        JsonNode details = owner.post(ENGINES, body("none", url, "mongo/root"))
                .expect(400, "invalid_config")
                .json()
                .at("/error/details");
        assertThat(text(details, "field")).isEqualTo(field);
        owner.get(ENGINES + "/none").expect(404, "engine_not_found");
    }

    @Test
    void engineAtAnAddressThatIsNotPermitted_orWithAWrongLogin_isNone() {
        assertThat(reason(body("none", "mongodb://169.254.169.254/", "mongo/root")))
                .isEqualTo("address_refused");
        assertThat(reason(body("none", url(), "mongo/wrong"))).isEqualTo("login_refused");
    }

    private static String reason(Map<String, Object> body) {
        JsonNode refusal =
                owner.post(ENGINES, body).expect(400, "invalid_config").json();
        assertThat(refusal.toString()).doesNotContain("hunter2");
        return text(refusal.at("/error/details"), "reason");
    }

    /** Also where the driver tells all that it does. */
    @Test
    void passwords_areInNoLog() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        List<Logger> told =
                List.of((Logger) LoggerFactory.getLogger("org.mongodb"), (Logger) LoggerFactory.getLogger("io.netty"));
        Lines lines = new Lines();
        lines.setContext(root.getLoggerContext());
        lines.start();
        root.addAppender(lines);
        told.forEach(logger -> logger.setLevel(Level.TRACE));
        String password;
        try {
            JsonNode lease = minted("reader", "1h");
            password = text(lease.get("data"), "password");
            revoke(lease);
            owner.post(ENGINES, body("none", url(), "mongo/wrong")).expect(400, "invalid_config");
        } finally {
            told.forEach(logger -> logger.setLevel(Level.WARN));
            root.detachAppender(lines);
        }
        assertThat(lines.lines).anyMatch(line -> line.contains("createUser"));
        for (String secret : List.of(password, TestFerretDb.PASSWORD, "not-a-secret", "hunter2")) {
            assertThat(lines.lines).noneMatch(line -> line.contains(secret));
        }
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getLoggerName() + " " + event.getFormattedMessage() + " "
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    }
}
