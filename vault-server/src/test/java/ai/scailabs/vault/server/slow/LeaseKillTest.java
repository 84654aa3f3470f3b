package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.lease.LeaseStep;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service is killed after each step that a lease comes to, one after the other. Another goes on: no account is left without a lease, no lease without an end, and each end is told once. */
@Tag("slow")
class LeaseKillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ENGINES = "/v1/dynamic/engines";

    private TestPostgres postgres;
    private TestDatabase database;
    private KillableServer server;
    private ApiClient owner;

    @Test
    void killedAfterEachStep_leavesNothingBehind(@TempDir Path folder) throws Exception {
        try (TestPostgres started = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start()) {
            postgres = started;
            database = postgres.database();
            try (KillableServer killed = new KillableServer(folder, database, issuer)) {
                server = killed;
                owner = new ApiClient(server.port(), token(issuer));
                server.start();
                server.awaitReady();
                prepare();
                for (LeaseStep step : LeaseStep.values()) {
                    server.kill9();
                    server.start(step);
                    server.awaitReady();
                    comeTo(step);
                    server.awaitEnd();
                    server.start();
                    server.awaitReady();
                    assertNothingIsLeft(step);
                }
            }
        }
    }

    private static String token(TestIssuer issuer) {
        return issuer.token()
                .tenant("tnt_killed-leases")
                .partner("ptn_killed")
                .user("owner@killed.test")
                .role("partner_admin")
                .scope(RunningServer.ALL_SCOPES)
                .ttl(Duration.ofHours(1))
                .sign();
    }

    private void prepare() {
        owner.allow("user:owner@killed.test", "**", "admin");
        owner.put(
                        "/v1/secrets/ops/root",
                        Map.of(
                                "data",
                                Map.of(
                                        "username",
                                        database.superuser().user(),
                                        "password",
                                        database.superuser().password())))
                .expect(201);
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "engines",
                                "rules",
                                List.of(Map.of("path_pattern", "ops/root", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "dynamic:db"))
                .expect(201);
        owner.post(
                        ENGINES,
                        Map.of(
                                "name",
                                "db",
                                "type",
                                "database.postgresql",
                                "config",
                                Map.of(
                                        "connection_url",
                                        "postgresql://127.0.0.1:" + postgres.port() + "/" + database.name(),
                                        "root_credentials_path",
                                        "ops/root",
                                        "tls",
                                        "disabled")))
                .expect(201);
        owner.post(ENGINES + "/db/roles", Map.of("name", "r")).expect(201);
    }

    private void comeTo(LeaseStep step) throws Exception {
        switch (step) {
            case WRITTEN, MADE, ACTIVATED -> unanswered(() -> owner.post(ENGINES + "/db/creds/r", Map.of("ttl", "5s")));
            case RENEWED_THERE -> {
                String lease = granted("10s");
                unanswered(() -> owner.post("/v1/dynamic/leases/" + lease + "/renew", Map.of("increment", "1h")));
            }
            case TAKEN -> granted("5s");
            case REVOKED_THERE -> {
                String lease = granted("1h");
                unanswered(() -> owner.post("/v1/dynamic/leases/" + lease + "/revoke", null));
            }
        }
    }

    private String granted(String ttl) {
        return owner.post(ENGINES + "/db/creds/r", Map.of("ttl", ttl))
                .expect(201)
                .json()
                .get("lease_id")
                .stringValue();
    }

    private static void unanswered(Callable<ApiClient.Reply> call) throws Exception {
        ApiClient.Reply reply;
        try {
            reply = call.call();
        } catch (RuntimeException died) {
            return;
        }
        throw new AssertionError("it was answered: " + reply.status());
    }

    private void assertNothingIsLeft(LeaseStep step) throws Exception {
        // What is held by the dead is waited for a minute or two otherwise.
        update("update lease set next_at = now() where state = 'pending'");
        update("update lease set next_at = now(), taken_until = now() where taken_by is not null");
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (count("select count(*) from lease where ended_at is null") > 0) {
            assertThat(System.nanoTime()).as("in time, after %s", step).isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        assertThat(count("select count(*) from pg_roles where rolname like 'v\\_%'"))
                .as("accounts that are left after %s", step)
                .isZero();
        assertThat(count("select count(*) from lease")).isEqualTo(step.ordinal() + 1L);
        assertThat(count("select count(*) from audit_log where action = 'dynamic_revoke' and error_code is null"))
                .as("ends that were told after %s", step)
                .isEqualTo(step.ordinal() + 1L);
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getLong(1);
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
