package ai.scailabs.vault.credentials.connector.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetContract;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.testkit.MongoRelay;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestFerretDb;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, passwords and logins are FerretDB's, what roles allow is played; MongoDB itself is not here. */
class MongoTargetTest extends TargetContract {
    private static final String STRANGE_ROLE = "a'b\"; $ne %s {{name}} 😀é".repeat(5);

    private final TestFerretDb server = TestFerretDb.start();
    private final MongoRelay relay = MongoRelay.before(server);

    @AfterAll
    void stop() {
        relay.close();
        server.close();
    }

    @Override
    protected TargetType type() {
        return TargetType.MONGODB;
    }

    @Override
    protected int port() {
        return relay.port();
    }

    @Override
    protected TargetConfig config(String host, int port) {
        return TargetConfig.parse(TargetType.MONGODB, "mongodb://" + host + ":" + port, "disabled", null, null, false);
    }

    @Override
    protected String root() {
        return TestFerretDb.ROOT;
    }

    @Override
    protected String rootPassword() {
        return TestFerretDb.PASSWORD;
    }

    @Override
    protected Statements role() {
        return parse("{\"db\": \"admin\", \"roles\": [{\"role\": \"read\", \"db\": \"app\"}]}");
    }

    private static Statements parse(String creation) {
        return Statements.parse(TargetType.MONGODB, List.of(creation), List.of(), List.of(), List.of());
    }

    /** One command makes a user with all its roles, of which there is no half. */
    @Override
    protected Statements halfWay() {
        return parse("{\"roles\": [{\"role\": \"noSuchRole\"}]}");
    }

    @Override
    protected Session connect(String user, String password) {
        return new MongoSession(relay.port(), "admin", user, password);
    }

    /** The head of an answer of 60,000 bytes. */
    @Override
    protected byte[] beginning() {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(60_000)
                .array();
    }

    @Override
    protected List<String> strangeNames() {
        return List.of("a'b\";--", "a\\b\\", "%", "${x}{{name}}", "😀é", "$ne", "a:b@c/d?e", "a.b", "n".repeat(100));
    }

    @Test
    void commands_areTheseAndNoOthers() throws Exception {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "reader");
            Statements statements = parse(
                    "{\"db\": \"app\", \"roles\": [{\"role\": \"read\"}, {\"role\": \"readWrite\", \"db\": \"other\"}]}");
            target.create(account, bytes(PASSWORD), inAnHour(), statements);
            target.revoke(account, statements);

            BsonDocument made = bare(of(account, "createUser").getLast());
            assertThat(made)
                    .isEqualTo(BsonDocument.parse(
                                    "{mechanisms: ['SCRAM-SHA-256'], roles: [{role: 'read', db: 'app'}, {role: 'readWrite', db: 'other'}]}")
                            .append("createUser", new BsonString(account.name()))
                            .append("pwd", new BsonString(PASSWORD))
                            .append("writeConcern", majority())
                            .append("$db", new BsonString("app")));
            BsonDocument locked = bare(of(account, "updateUser").getLast());
            String nobodys = locked.remove("pwd").asString().getValue();
            assertThat(nobodys).hasSize(64).isNotEqualTo(PASSWORD);
            assertThat(locked)
                    .isEqualTo(BsonDocument.parse("{mechanisms: ['SCRAM-SHA-256'], roles: []}")
                            .append("updateUser", new BsonString(account.name()))
                            .append("writeConcern", majority())
                            .append("$db", new BsonString("app")));
            assertThat(relay.commands("killAllSessions"))
                    .filteredOn(command -> command.toString().contains(account.name()))
                    .singleElement()
                    .satisfies(command -> assertThat(bare(command))
                            .isEqualTo(BsonDocument.parse(
                                    "{killAllSessions: [{user: '" + account.name() + "', db: 'app'}], $db: 'admin'}")));
            assertThat(bare(of(account, "dropUser").getLast()))
                    .isEqualTo(new BsonDocument("dropUser", new BsonString(account.name()))
                            .append("writeConcern", majority())
                            .append("$db", new BsonString("app")));
        }
    }

    private List<BsonDocument> of(Account account, String command) {
        return relay.commands(command).stream()
                .filter(sent -> sent.getString(command).getValue().equals(account.name()))
                .toList();
    }

    private static BsonDocument majority() {
        return new BsonDocument("w", new BsonString("majority")).append("wtimeout", new BsonInt64(5_000));
    }

    /** Without what the driver adds by itself. */
    private static BsonDocument bare(BsonDocument command) {
        BsonDocument bare = command.clone();
        bare.remove("lsid");
        bare.remove("$readPreference");
        return bare;
    }

    @Test
    void strangeRoles_areNamesAndNothingElse() throws Exception {
        relay.addRole(STRANGE_ROLE);
        String json = new BsonDocument("role", new BsonString(STRANGE_ROLE)).toJson();
        try (Target target = open()) {
            Account account = created(target, parse("{\"roles\": [" + json + "]}"));
            assertThat(of(account, "createUser").getLast().getArray("roles"))
                    .containsExactly(new BsonDocument("role", new BsonString(STRANGE_ROLE))
                            .append("db", new BsonString("admin")));
            target.revoke(account, role());
        }
    }

    @Test
    void roleThatIsNotThere_isToldByItsStatement() throws Exception {
        try (Target target = open()) {
            TargetException refused = catchThrowableOfType(TargetException.class, () -> created(target, halfWay()));
            assertThat(refused.statement()).isEqualTo("creation_statements[0]");
            assertThat(refused.code()).isEqualTo("31");
        }
    }

    @Test
    void accountThatIsThere_isNotMadeAgain() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            assertThatThrownBy(() -> target.create(account, bytes("other"), inAnHour(), role()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("51003");
            target.verify(login(account.name(), PASSWORD));
            target.revoke(account, role());
        }
    }

    /** FerretDB by itself, with no roles: what it answers to commands that it does not know is its own. */
    @Test
    void serverThatEndsNoSessions_losesTheUserNevertheless() throws Exception {
        try (Target target = open(targets, config("127.0.0.1", server.port()))) {
            Account account = created(target, nothingSaid());
            target.verify(login(account.name(), PASSWORD));
            target.setPassword(account.name(), bytes("other"));
            target.verify(login(account.name(), "other"));
            target.revoke(account, nothingSaid());
            assertThat(target.exists(account)).isFalse();
            assertThatThrownBy(() -> target.verify(login(account.name(), "other")))
                    .isInstanceOfSatisfying(
                            TargetException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(TargetFailure.LOGIN_REFUSED));
        }
    }

    @Test
    void rootThatMayNeitherTakeRolesNorEndSessions_losesTheUserNevertheless() throws Exception {
        try (Target target = open()) {
            Account keeper = created(target, parse("{\"roles\": [{\"role\": \"userAdmin\"}]}"));
            try (Target limited = targets.open(config("127.0.0.1", port()), login(keeper.name(), PASSWORD))) {
                Account account = created(limited, role());
                limited.revoke(account, role());
                assertThat(target.exists(account)).isFalse();
                assertThat(of(account, "updateUser")).hasSize(1);
            }
            target.revoke(keeper, role());
        }
    }

    @Test
    void changeThatMostMembersDoNotHave_isNoSuccess() throws Exception {
        BsonDocument alone = new BsonDocument("ok", new BsonDouble(1))
                .append("writeConcernError", new BsonDocument("code", new BsonInt32(64)));
        failsWith("dropUser", alone, TargetFailure.TIMED_OUT);
    }

    @Test
    void memberThatIsNotThePrimary_isTriedAgain() throws Exception {
        failsWith("dropUser", MongoRelay.error(10107, "NotWritablePrimary"), TargetFailure.UNREACHABLE);
        failsWith("killAllSessions", MongoRelay.error(11600, "InterruptedAtShutdown"), TargetFailure.UNREACHABLE);
    }

    @Test
    void dropThatIsRefused_isNoSuccess() throws Exception {
        failsWith("dropUser", MongoRelay.error(13, "Unauthorized"), TargetFailure.NOT_PERMITTED);
    }

    private void failsWith(String command, BsonDocument answer, TargetFailure failure) throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            relay.answer(command, answer);
            try {
                assertThatThrownBy(() -> target.revoke(account, role()))
                        .isInstanceOfSatisfying(
                                TargetException.class,
                                refused -> assertThat(refused.failure()).isEqualTo(failure));
            } finally {
                relay.answer(command, null);
            }
            // It is locked all the same.
            assertThatThrownBy(() -> target.verify(login(account.name(), PASSWORD)))
                    .isInstanceOf(TargetException.class);
            target.revoke(account, role());
        }
    }

    @Test
    void replicaSetOfAnotherName_isRefusedAtOnce() throws Exception {
        TargetConfig other = TargetConfig.parse(
                TargetType.MONGODB,
                "mongodb://127.0.0.1:" + port() + "/?replicaSet=rs0",
                "disabled",
                null,
                null,
                false);
        try (Target target = open(targets, other)) {
            assertThatThrownBy(() -> target.exists(new Account("a")))
                    .isInstanceOfSatisfying(
                            TargetException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(TargetFailure.NOT_SUPPORTED));
        }
    }

    @Test
    void threads_endWithTheCall() throws Exception {
        try (Target target = open()) {
            target.exists(new Account("nobody"));
        }
        long begin = System.nanoTime();
        while (threads().findAny().isPresent()) {
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(10));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static Stream<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cluster-")
                        || thread.getName().startsWith("multiThreadIoEventLoopGroup"));
    }

    @Test
    void certificate_isHeldAgainstTheName(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.create(folder, "dns:localhost");
        try (TestFerretDb secure = TestFerretDb.start(certificate)) {
            tlsIsVerified(secure.port(), certificate.certificateFile());
        }
    }

    private static final class MongoSession implements Session {
        private static final int PATIENCE_SECONDS = 5;

        private final MongoClient client;

        MongoSession(int port, String database, String user, String password) {
            this.client = MongoClients.create(MongoClientSettings.builder()
                    .credential(MongoCredential.createScramSha256Credential(user, database, password.toCharArray()))
                    .applyToClusterSettings(cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", port)))
                            .serverSelectionTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .build());
            client.getDatabase("admin").runCommand(new BsonDocument("ping", new BsonInt32(1)));
        }

        @Override
        public void allowed() {
            client.getDatabase("app").getCollection("things").find().first();
        }

        @Override
        public void forbidden() {
            client.getDatabase("other").getCollection("things").find().first();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
