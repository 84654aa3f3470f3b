package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.lease.LeaseStep;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
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
                owner = new ApiClient(server.port(), DatabaseEngine.token(issuer, "killed-leases"));
                server.start();
                server.awaitReady();
                DatabaseEngine.prepare(
                        owner,
                        database.superuser().user(),
                        database.superuser().password(),
                        postgres.port(),
                        database.name());
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

    private void comeTo(LeaseStep step) throws Exception {
        switch (step) {
            case WRITTEN, MADE, ACTIVATED ->
                unanswered(() -> owner.post(DatabaseEngine.ENGINES + "/db/creds/r", Map.of("ttl", "5s")));
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
        return owner.post(DatabaseEngine.ENGINES + "/db/creds/r", Map.of("ttl", ttl))
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
        DatabaseEngine.run(database, "update lease set next_at = now() where state = 'pending'");
        DatabaseEngine.run(
                database, "update lease set next_at = now(), taken_until = now() where taken_by is not null");
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (DatabaseEngine.count(database, "select count(*) from lease where ended_at is null") > 0) {
            assertThat(System.nanoTime()).as("in time, after %s", step).isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        assertThat(DatabaseEngine.count(database, "select count(*) from pg_roles where rolname like 'v\\_%'"))
                .as("accounts that are left after %s", step)
                .isZero();
        assertThat(DatabaseEngine.count(database, "select count(*) from lease")).isEqualTo(step.ordinal() + 1L);
        assertThat(DatabaseEngine.count(
                        database,
                        "select count(*) from audit_log where action = 'dynamic_revoke' and error_code is null"))
                .as("ends that were told after %s", step)
                .isEqualTo(step.ordinal() + 1L);
    }
}
