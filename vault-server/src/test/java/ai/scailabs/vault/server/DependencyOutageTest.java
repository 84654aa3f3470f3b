package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.audit.trail.Obstacle;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the service answers while what it needs is away: nothing is revealed, nothing is waited for without end, and it passes. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DependencyOutageTest {
    private static final String VALUE = "outage-canary-93f0";
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);

    @TempDir
    static Path folder;

    private static TestPostgres postgres;
    private static TestDatabase database;
    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void start() {
        postgres = TestPostgres.privateInstance(folder.resolve("postgres"), false);
        database = postgres.database();
        Schema.migrate(database.owner().dataSource());
        server = RunningServer.start(database, Map.of());
        owner = server.owner("outage");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    @Test
    void stoppedDatabase_isServiceUnavailable_untilItIsBack() {
        postgres.stop();
        for (ApiCall call : List.of(
                new ApiCall("GET", "/v1/secrets/app/db", null),
                new ApiCall("PUT", "/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))),
                new ApiCall("GET", "/v1/secrets", null),
                new ApiCall("POST", "/v1/secrets/batch", Map.of("paths", List.of("app/db"))),
                new ApiCall("GET", "/v1/auth/whoami", null),
                new ApiCall("GET", "/v1/policies", null))) {
            long before = System.nanoTime();
            assertUnavailable(call.by(owner));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LONGEST_ANSWER);
        }
        assertUnavailable(server.client(null).get("/v1/secrets/app/db"));
        owner.get("/v1/health").expect(200);
        owner.get("/v1/version").expect(200);
        ApiClient.Reply ready = owner.get("/v1/health/ready").expect(503);
        assertThat(ready.json().at("/checks/database").stringValue()).isEqualTo("error");
        assertThat(ready.json().at("/checks/encryption").stringValue()).isEqualTo("ok");
        Leaks.assertNone("ready", ready.body(), VALUE, String.valueOf(postgres.port()));

        postgres.restart();
        awaitWell();
        assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(200);
        owner.get("/v1/health/ready").expect(200);
    }

    @Test
    void unwritableAuditLog_letsNoValueOut() {
        Sql superuser = new Sql(database.superuser());
        superuser.update("revoke insert on audit_log from scaivault_audit");
        try {
            assertUnavailable(owner.get("/v1/secrets/app/db"));
            assertUnavailable(owner.post("/v1/secrets/batch", Map.of("paths", List.of("app/db"))));
            assertUnavailable(owner.get("/v1/secrets"));
            assertUnavailable(owner.get("/v1/auth/whoami"));
            // A refusal that cannot be recorded is not told either.
            assertUnavailable(server.client(null).get("/v1/secrets/app/db"));
        } finally {
            superuser.update("grant insert on audit_log to scaivault_audit");
        }
        awaitWell();
        owner.get("/v1/secrets/app/db").expect(200);
    }

    /** As many entries wait as may: the next request is refused at once, and the first that comes after is served. */
    @Test
    void fullQueueOfTheAuditLog_refusesAtOnce_sayingWhy_andPassesByItself() throws SQLException {
        AuditTrail trail = server.trail();
        AuditEntries entries = new AuditEntries(Clock.systemUTC(), new Ids(Clock.systemUTC(), new SecureRandom()));
        List<AuditReceipt> waiting = new ArrayList<>();
        try (Connection lock = database.superuser().dataSource().getConnection();
                Statement statement = lock.createStatement()) {
            lock.setAutoCommit(false);
            statement.execute("lock table audit_log in exclusive mode");
            while (trail.queueDepth() < AuditTrail.QUEUE_CAPACITY) {
                waiting.add(trail.append(entries.succeeded(new Attempt(
                        new TenantId("tnt_outage"),
                        AuditAction.WHOAMI,
                        null,
                        null,
                        null,
                        null,
                        null,
                        AuditRow.newRequestId(),
                        System.nanoTime()))));
            }
            for (ApiCall call : List.of(
                    new ApiCall("GET", "/v1/secrets/app/db", null),
                    new ApiCall("POST", "/v1/secrets/batch", Map.of("paths", List.of("app/db"))),
                    new ApiCall("GET", "/v1/secrets/app/none", null),
                    new ApiCall("GET", "/v1/auth/whoami", null))) {
                long before = System.nanoTime();
                ApiClient.Reply reply = call.by(owner);
                assertUnavailable(reply);
                assertThat(reply.json().at("/error/details/reason").stringValue())
                        .isEqualTo("queue_full");
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
            }
            assertThat(trail.failureCount(Obstacle.QUEUE_FULL)).isPositive();
        }
        waiting.forEach(AuditReceipt::await);
        assertThat(owner.get("/v1/secrets/app/db").expect(200).body()).contains(VALUE);
    }

    @Test
    void unwritableAuditRowOfAChange_undoesTheChange() {
        Sql superuser = new Sql(database.superuser());
        int before = owner.get("/v1/secrets/app/db")
                .expect(200)
                .json()
                .get("version")
                .intValue();
        superuser.update("revoke insert on audit_log from scaivault_app");
        try {
            ApiClient.Reply reply = owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE)));
            assertThat(reply.status()).isIn(500, 503);
            Leaks.assertNone("write", reply.body(), VALUE);
        } finally {
            superuser.update("grant insert on audit_log to scaivault_app");
        }
        assertThat(owner.get("/v1/secrets/app/db")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(before);
    }

    @Test
    void silentIssuer_letsKnownKeysServe() {
        server.issuer().down();
        try {
            owner.get("/v1/secrets/app/db").expect(200);
            server.client(server.token("outage").user("owner@outage.test").sign())
                    .get("/v1/secrets/app/db")
                    .expect(200);
        } finally {
            server.issuer().up();
        }
    }

    private static void assertUnavailable(ApiClient.Reply reply) {
        reply.expect(503, "service_unavailable");
        assertThat(reply.header("Retry-After")).isNotEmpty();
        Leaks.assertNone("unavailable", reply.body(), VALUE);
    }

    /** The pool finds out by itself that its connections are new ones. */
    private static void awaitWell() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        int status = 0;
        while (System.nanoTime() < deadline && status != 200) {
            status = owner.get("/v1/secrets/app/db").status();
        }
        assertThat(status).isEqualTo(200);
    }
}
