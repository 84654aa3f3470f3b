package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Very many secrets of one tenant are due at once, and one of another; the service has little heap, and is killed twice while it renews them. Each is renewed once and told once, and the other tenant's does not wait for them.
 */
@Tag("alone")
class RotationDueTest {
    private static final int SECRETS = Integer.getInteger("scaivault.secrets", 100_000);
    private static final int WRITERS = 16;
    private static final int HEAP_MEBIBYTES = 256;
    private static final int KILLS = 2;

    private TestDatabase database;
    private KillableServer server;

    @Test
    void manyThatAreDue_areRenewedOnce_andOthersDoNotWait(@TempDir Path folder) throws Exception {
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start()) {
            database = postgres.database();
            try (KillableServer killed = new KillableServer(folder, database, issuer, HEAP_MEBIBYTES)) {
                server = killed;
                server.start();
                server.awaitReady();
                String many = token(issuer, "many");
                String few = token(issuer, "few");
                attach(many, "many/s", SECRETS);
                attach(few, "few/s", 1);
                run();
                assertThat(server.log()).doesNotContain("OutOfMemoryError");
            }
        }
    }

    private static String token(TestIssuer issuer, String tenant) {
        return issuer.token()
                .tenant("tnt_due-" + tenant)
                .partner("ptn_due")
                .user("owner@" + tenant + ".test")
                .role("partner_admin")
                .scope(RunningServer.ALL_SCOPES)
                .ttl(Duration.ofHours(12))
                .sign();
    }

    private void attach(String token, String prefix, int count) throws Exception {
        ApiClient owner = new ApiClient(server.port(), token);
        owner.allow("user:owner@" + prefix.substring(0, prefix.indexOf('/')) + ".test", "**", "admin");
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 0; i < count; i++) {
                String path = prefix + i;
                writers.execute(() -> owner.put(
                                "/v1/secrets/" + path, Map.of("data", Map.of("user", "app", "password", "first")))
                        .expect(201));
            }
        }
        String recipe = id(owner.post(
                "/v1/secret-policies",
                Map.of("name", "passwords", "fields", List.of(Map.of("name", "password", "generator", "random")))));
        String policy = id(owner.post(
                "/v1/rotation/policies",
                Map.of("name", "yearly", "interval", "365d", "auto_generate", true, "secret_policy_id", recipe)));
        owner.post("/v1/rotation/policies/" + policy + "/secrets", Map.of("secret_path", prefix + "0"))
                .expect(201);
        // The others as the first: by hundreds of thousands of calls it would take an hour.
        update(
                "insert into rotation_assignment (tenant_id, path, assignment_id, policy_id, standing_right, attached_at, attached_by, rotated_at, due_at, version, told_version, next_at)"
                        + " select s.tenant_id, s.path, gen_random_uuid(), a.policy_id, a.standing_right, a.attached_at, a.attached_by, a.rotated_at, a.due_at, 1, 1, a.due_at"
                        + " from rotation_assignment a join secret s on s.tenant_id = a.tenant_id and s.path <> a.path where a.path = '"
                        + prefix + "0'");
        update("update secret set rotation_policy_id = '" + policy + "' where path like '" + prefix + "%'");
    }

    private static String id(ApiClient.Reply created) {
        return created.expect(201).json().get("id").stringValue();
    }

    private void run() throws Exception {
        long begun = System.nanoTime();
        update(
                "update rotation_assignment set due_at = now() - interval '1 second', next_at = now() - interval '1 second' where tenant_id = 'tnt_due-many'");
        await(() -> renewed("many") > 0);
        update("update rotation_assignment set due_at = now(), next_at = now() where tenant_id = 'tnt_due-few'");
        long asked = System.nanoTime();
        await(() -> renewed("few") == 1);
        long waited = System.nanoTime() - asked;
        assertThat(renewed("many")).as("others were still due").isLessThan(SECRETS);
        for (int kill = 1; kill <= KILLS; kill++) {
            long some = (long) SECRETS * kill / (KILLS + 1);
            await(() -> renewed("many") >= some);
            server.kill9();
            server.start();
            server.awaitReady();
        }
        await(() -> count(
                        "select count(*) from rotation_assignment where version <> 2 or told_version <> 2 or taken_by is not null")
                == 0);
        long took = System.nanoTime() - begun;
        assertThat(count("select count(*) from secret where path like 'many/%' and current_version = 2"))
                .isEqualTo(SECRETS);
        assertThat(count("select count(*) from secret where current_version > 2"))
                .isZero();
        for (String action : List.of("rotation_completed", "secret_rotated")) {
            assertThat(count("select count(*) from audit_log where tenant_id = 'tnt_due-many' and action = '" + action
                            + "'"))
                    .as(action)
                    .isEqualTo(SECRETS);
        }
        System.out.printf(
                "%d secrets due at once were renewed in %d s with %d MiB of heap, killed %d times; the one of another tenant in %d ms%n",
                SECRETS,
                TimeUnit.NANOSECONDS.toSeconds(took),
                HEAP_MEBIBYTES,
                KILLS,
                TimeUnit.NANOSECONDS.toMillis(waited));
    }

    private long renewed(String tenant) throws SQLException {
        return count("select count(*) from rotation_assignment where tenant_id = 'tnt_due-" + tenant
                + "' and told_version = 2");
    }

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private static void await(Condition condition) throws SQLException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(60);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getLong(1);
        }
    }
}
