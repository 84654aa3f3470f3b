package ai.scailabs.vault.credentials.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.AskingServer;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetContract;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestRedis;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTargetTest extends TargetContract {
    private final TestRedis server = TestRedis.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    protected TargetType type() {
        return TargetType.REDIS;
    }

    @Override
    protected int port() {
        return server.port();
    }

    @Override
    protected TargetConfig config(String host, int port) {
        return TargetConfig.parse(TargetType.REDIS, "redis://" + host + ":" + port, "disabled", null, null, false);
    }

    @Override
    protected String root() {
        return "default";
    }

    @Override
    protected String rootPassword() {
        return TestRedis.PASSWORD;
    }

    @Override
    protected Statements role() {
        return parse("~app:*", "+get", "+set");
    }

    private static Statements parse(String... rules) {
        return Statements.parse(TargetType.REDIS, List.of(rules), List.of(), List.of(), List.of());
    }

    /** Rules are set by one command, of which there is no half. */
    @Override
    protected Statements halfWay() {
        return parse("~app:*", "+no-such-command");
    }

    @Override
    protected Session connect(String user, String password) {
        return new RedisSession(server.port(), user, password);
    }

    @Override
    protected byte[] beginning() {
        return "+".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    protected List<String> strangeNames() {
        return List.of("a'b\";--", "a\\b\\", "%", "${x}{{name}}", "😀é", ">x", "n".repeat(64));
    }

    @Test
    void password_isKnownToTheServerByItsHashOnly() throws Exception {
        try (Target target = open()) {
            Account account = created(target, parse("+acl", "+ping"));
            try (RedisSession session = new RedisSession(server.port(), account.name(), PASSWORD)) {
                assertThat(session.connection()
                                .sync()
                                .aclGetuser(account.name())
                                .toString())
                        .doesNotContain(PASSWORD)
                        .contains("+acl")
                        .contains("+ping");
            }
            target.revoke(account, role());
        }
    }

    @Test
    void selectors_areUnderstood() throws Exception {
        try (Target target = open()) {
            Account account = created(target, parse("+get", "~app:*", "(+set ~other:*)", "&news:*"));
            try (RedisSession session = new RedisSession(server.port(), account.name(), PASSWORD)) {
                session.connection().sync().set("other:1", "x");
            }
            target.revoke(account, role());
        }
    }

    @Test
    void usersOfAServerThatKeepsThem_outliveIt_andTheirEndToo() throws Exception {
        try (TestRedis keeping = TestRedis.startWithUsersFile();
                Target target = targets.open(config("127.0.0.1", keeping.port()), login("default", TestRedis.ADMIN))) {
            Account account = created(target, role());
            Account other = created(target, role());
            target.revoke(other, role());
            keeping.restart();
            target.verify(login(account.name(), PASSWORD));
            assertThat(target.exists(other)).isFalse();
        }
    }

    @Test
    void serverThatAnnouncesMoreThanThereIsRoomFor_isCutOff() throws Exception {
        for (String kind : List.of("*", ">", "%", "~")) {
            byte[] announced = ("+OK\r\n+OK\r\n+OK\r\n" + kind + "2147483647\r\n").getBytes(StandardCharsets.US_ASCII);
            try (AskingServer server = new AskingServer(true, announced);
                    Target target = open(targets, config("127.0.0.1", server.port()))) {
                assertThatThrownBy(() -> target.exists(new Account("a"))).isInstanceOf(TargetException.class);
                assertThat(server.heard()).isNotEmpty();
            }
        }
    }

    /** The driver forgets why, when the connection is closed before the thread that connected has looked. */
    @Test
    void refusedLogin_isToldAsThat_howeverBusyTheThreadsAre() throws Exception {
        int threads = 8 * Runtime.getRuntime().availableProcessors();
        try (Target target = open();
                ExecutorService busy = Executors.newFixedThreadPool(threads)) {
            List<Future<TargetFailure>> told = new ArrayList<>();
            for (int i = 0; i < 100 * threads; i++) {
                told.add(busy.submit(() -> failure(() -> target.verify(login("nobody", PASSWORD)))));
            }
            for (Future<TargetFailure> failure : told) {
                assertThat(failure.get()).isEqualTo(TargetFailure.LOGIN_REFUSED);
            }
        }
    }

    @Test
    void certificate_isHeldAgainstTheName(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.create(folder, "dns:localhost");
        try (TestRedis secure = TestRedis.start(certificate)) {
            tlsIsVerified(secure.port(), certificate.certificateFile());
        }
    }

    private static final class RedisSession implements Session {
        private final RedisClient client = RedisClient.create();
        private final StatefulRedisConnection<String, String> connection;

        RedisSession(int port, String user, String password) {
            client.setOptions(ClientOptions.builder()
                    .autoReconnect(false)
                    .pingBeforeActivateConnection(false)
                    .build());
            this.connection = client.connect(RedisURI.builder()
                    .withHost("127.0.0.1")
                    .withPort(port)
                    .withTimeout(Duration.ofSeconds(5))
                    .withAuthentication(user, password.toCharArray())
                    .build());
        }

        StatefulRedisConnection<String, String> connection() {
            return connection;
        }

        @Override
        public void allowed() {
            connection.sync().set("app:1", "x");
        }

        @Override
        public void forbidden() {
            connection.sync().set("other:1", "x");
        }

        @Override
        public void close() {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }
}
