package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.server.ShelfVault;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** 10,000 secrets of another vault are copied twice, and then once more when some have changed, are gone, or lie where there is another here: each time exactly those are written, though the server is killed in the middle. */
@Tag("slow")
class SyncKillTest {
    private static final int SECRETS = 10_000;
    private static final int CHANGED = 100;
    private static final int DELETED = 50;
    private static final int CONFLICTS = 10;

    private TestDatabase database;
    private KillableServer server;
    private ApiClient owner;
    private String uri;

    @Test
    void killedInTheMiddle_writesExactlyWhatHasChanged(@TempDir Path folder) throws Exception {
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start();
                ShelfVault vault = new ShelfVault()) {
            database = postgres.database();
            String token = issuer.token()
                    .tenant("tnt_sync-kill")
                    .partner("ptn_sync-kill")
                    .user("owner@sync-kill.test")
                    .scope(RunningServer.ALL_SCOPES)
                    .ttl(Duration.ofHours(12))
                    .sign();
            try (KillableServer killed = new KillableServer(folder, database, issuer)) {
                server = killed;
                server.start();
                server.awaitReady();
                owner = new ApiClient(server.port(), token);
                run(vault);
            }
        }
    }

    private void run(ShelfVault vault) throws Exception {
        owner.allow("user:owner@sync-kill.test", "**", "admin");
        owner.put(
                        "/v1/secrets/ops/aws",
                        Map.of("data", Map.of("access_key_id", "AKIDEXAMPLE", "secret_access_key", "not-a-real-one")))
                .expect(201);
        for (int i = 0; i < CONFLICTS; i++) {
            owner.put("/v1/secrets/copied/ours/s" + i, Map.of("data", Map.of("value", "ours")))
                    .expect(201);
        }
        for (int i = 0; i < SECRETS; i++) {
            vault.put(name(i), "value of " + i);
        }
        uri = "/v1/federation/backends/"
                + owner.post(
                                "/v1/federation/backends",
                                Map.of(
                                        "name",
                                        "shelf",
                                        "type",
                                        "aws-secrets-manager",
                                        "config",
                                        vault.config(),
                                        "path_mapping",
                                        Map.of("copied/**", "shelf/**"),
                                        "mode",
                                        "sync",
                                        "sync_interval",
                                        "1h",
                                        "sync_calls_per_second",
                                        1_000))
                        .expect(201)
                        .json()
                        .get("id")
                        .stringValue();

        killWhen(vault, SECRETS / 2);
        JsonNode first = settled(null);
        assertThat(counts(first)).isEqualTo(Map.of("remote", (long) SECRETS, "created", (long) SECRETS));
        assertThat(count("select count(*) from secret_version where tenant_id = 'tnt_sync-kill'"))
                .isEqualTo(SECRETS + CONFLICTS + 1);
        System.out.printf(
                "%d secrets copied in %d ms, killed in the middle%n",
                SECRETS, first.get("last_sync_duration_ms").longValue());

        // Once by what lists tell, and once by every value.
        for (boolean marks : new boolean[] {true, false}) {
            vault.tells(marks);
            int reads = vault.reads();
            long entries = writes();
            JsonNode again = settled(sync());
            assertThat(counts(again)).isEqualTo(Map.of("remote", (long) SECRETS, "unchanged", (long) SECRETS));
            assertThat(writes()).as("the second run writes nothing").isEqualTo(entries);
            System.out.printf(
                    "%d secrets found unchanged in %d ms, by %d values%n",
                    SECRETS, again.get("last_sync_duration_ms").longValue(), vault.reads() - reads);
        }
        vault.tells(true);
        settled(sync());

        for (int i = 0; i < CHANGED; i++) {
            vault.put(name(i * 97), "another value of " + i);
        }
        for (int i = 0; i < DELETED; i++) {
            vault.remove(name(i * 97 + 1));
        }
        for (int i = 0; i < CONFLICTS; i++) {
            vault.put("shelf/ours/s" + i, "theirs");
        }
        vault.troubles((operation, secret, exchange) -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(operation.equals("GetSecretValue") ? 100 : 0));
            return false;
        });
        String run = sync();
        killWhen(vault, vault.reads() + (CHANGED + CONFLICTS) / 2);
        JsonNode last = settled(run);
        long remote = SECRETS - DELETED + CONFLICTS;
        assertThat(counts(last))
                .isEqualTo(Map.of(
                        "remote",
                        remote,
                        "updated",
                        (long) CHANGED,
                        "deleted",
                        (long) DELETED,
                        "conflicts",
                        (long) CONFLICTS,
                        "unchanged",
                        remote - CHANGED - CONFLICTS));
        assertThat(count("select count(*) from secret_version where tenant_id = 'tnt_sync-kill' and version = 2"))
                .isEqualTo(CHANGED);
        assertThat(count("select count(*) from secret_version where tenant_id = 'tnt_sync-kill' and version > 2"))
                .isZero();
        assertThat(count("select count(*) from secret where tenant_id = 'tnt_sync-kill' and deleted_at is not null"))
                .isEqualTo(DELETED);
        assertThat(owner.get(uri + "/conflicts?limit=100").expect(200).json().get("conflicts"))
                .hasSize(CONFLICTS);
        System.out.printf(
                "%d updated, %d deleted, %d conflicts of %d in %d ms, killed in the middle%n",
                CHANGED,
                DELETED,
                CONFLICTS,
                remote,
                last.get("last_sync_duration_ms").longValue());
    }

    private static String name(int i) {
        return "shelf/f" + i / 500 + "/s" + i;
    }

    private void killWhen(ShelfVault vault, int reads) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (vault.reads() < reads) {
            assertThat(System.nanoTime()).as("%s of %s", vault.reads(), reads).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        server.kill9();
        assertThat(count("select count(*) from federation_sync where taken_by is not null"))
                .as("a kill that interrupts nothing proves nothing")
                .isOne();
        server.start();
        server.awaitReady();
    }

    private String sync() {
        return owner.post(uri + "/sync", null).expect(202).json().get("sync_id").stringValue();
    }

    private JsonNode settled(String run) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (true) {
            JsonNode status = owner.get(uri + "/status").expect(200).json();
            if (status.at("/sync/status").stringValue().equals("idle")) {
                if (run != null) {
                    assertThat(status.at("/sync/last_sync_id").stringValue()).isEqualTo(run);
                }
                return status;
            }
            assertThat(System.nanoTime()).as(status.toString()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private static Map<String, Long> counts(JsonNode status) {
        Map<String, Long> counts = new LinkedHashMap<>();
        status.at("/sync/counts").properties().forEach(count -> {
            if (count.getValue().longValue() != 0) {
                counts.put(count.getKey(), count.getValue().longValue());
            }
        });
        return counts;
    }

    private long writes() throws SQLException {
        return count(
                "select count(*) from audit_log where tenant_id = 'tnt_sync-kill' and action in ('write', 'delete', 'metadata_update', 'restore')");
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
