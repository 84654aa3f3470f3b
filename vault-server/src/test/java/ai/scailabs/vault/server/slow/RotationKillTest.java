package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.ApiClient.Reply;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rotates the keys of a tenant, of its partner and the root key at once, again and again, and kills the instance that does so with SIGKILL in the middle, while another serves reads and writes. {@code
 * -Drotation.rounds} and {@code -Drotation.seed} change what is tried; both are printed.
 */
@Tag("slow")
class RotationKillTest {
    private static final int ROUNDS = Integer.getInteger("rotation.rounds", 10);
    private static final long SEED = Long.getLong("rotation.seed", 20_261_126L);
    private static final int SECRETS = 6_000;
    private static final int SIBLINGS = 40;
    private static final int READERS = 4;
    private static final List<String> LEVELS = List.of("tenant", "partner", "root");

    private final Random random = new Random(SEED);
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private TestDatabase database;
    private TestIssuer issuer;
    private volatile boolean stopping;

    @Test
    void killedInTheMiddle_leavesNothingBehind_andNobodyNotices(@TempDir Path folder) throws Exception {
        System.out.println("seed " + SEED + ", " + ROUNDS + " rounds");
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer started = TestIssuer.start()) {
            database = postgres.database();
            issuer = started;
            try (KillableServer killed = new KillableServer(folder, database, issuer)) {
                killed.start();
                killed.awaitReady();
                try (KillableServer serving = new KillableServer(folder, database, issuer, 256, false)) {
                    serving.start();
                    serving.awaitReady();
                    rotateUnderLoad(killed, serving);
                }
            }
        }
    }

    private void rotateUnderLoad(KillableServer killed, KillableServer serving) throws Exception {
        ApiClient api = client(serving, "rotation");
        prepare(serving, api);
        Map<String, String> before = ciphertexts();
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
            List<Future<?>> load = new ArrayList<>();
            try {
                for (int reader = 0; reader < READERS; reader++) {
                    Random choices = new Random(random.nextLong());
                    load.add(threads.submit(() -> readUntilStopped(api, choices)));
                }
                load.add(threads.submit(() -> writeUntilStopped(api)));
                for (int round = 1; round <= ROUNDS; round++) {
                    round(round, killed, api);
                    assertThat(ciphertexts()).isEqualTo(before);
                    assertThat(load).noneMatch(Future::isDone);
                }
            } finally {
                stopping = true;
            }
            for (Future<?> each : load) {
                each.get();
            }
        }
        System.out.printf(
                "%d kills: %d reads and %d writes, none of which failed; %d ciphertexts unchanged%n",
                ROUNDS, reads.get(), writes.get(), before.size());
    }

    private ApiClient client(KillableServer server, String tenant) {
        return new ApiClient(
                server.port(),
                issuer.token()
                        .tenant("tnt_" + tenant)
                        .partner("ptn_rotation")
                        .user("owner@rotation.test")
                        .role("super_admin")
                        .scope(RunningServer.ALL_SCOPES)
                        .ttl(Duration.ofHours(12))
                        .sign());
    }

    private void prepare(KillableServer serving, ApiClient api) throws Exception {
        api.allow("user:owner@rotation.test", "**", "admin");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> pending = new ArrayList<>();
            for (int i = 0; i < SECRETS; i++) {
                String path = "/v1/secrets/kept/secret-" + i;
                Map<String, Object> body = Map.of("data", Map.of("n", i));
                pending.add(threads.submit(() -> api.put(path, body).expect(201)));
            }
            for (int i = 0; i < SIBLINGS; i++) {
                ApiClient sibling = client(serving, "sibling-" + i);
                pending.add(threads.submit(() -> {
                    sibling.allow("user:owner@rotation.test", "**", "admin");
                    return sibling.put("/v1/secrets/app/db", Map.of("data", Map.of("n", 1)))
                            .expect(201);
                }));
            }
            for (Future<?> each : pending) {
                each.get();
            }
        }
    }

    private void round(int round, KillableServer killed, ApiClient api) throws Exception {
        Map<String, String> jobs = new LinkedHashMap<>();
        for (String level : LEVELS) {
            Reply reply = api.post("/v1/keys/" + level + "/rotate", null).expect(202);
            jobs.put(level, reply.json().get("job_id").stringValue());
        }
        // Somewhere in the first steps of all three, or in the middle of the longest.
        if (round % 3 == 0) {
            awaitProgress(jobs.get("tenant"), 0);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
        } else {
            awaitProgress(jobs.get("tenant"), random.nextInt(SECRETS));
        }
        killed.kill9();
        String open = text("select string_agg(kind || ' ' || step || ' ' || succeeded, ', ' order by kind) from key_job"
                + " where status in ('PENDING', 'RUNNING')");
        killed.start();
        killed.awaitReady();
        for (Map.Entry<String, String> job : jobs.entrySet()) {
            var ended = ended(api, job.getValue());
            assertThat(ended.get("status").stringValue()).as(ended.toString()).isEqualTo("completed");
            assertThat(ended.get("failed").longValue()).as(ended.toString()).isZero();
            assertThat(ended.get("processed").longValue())
                    .isPositive()
                    .isEqualTo(ended.get("succeeded").longValue());
        }
        assertThat(text("select count(*) from secret_version v where not exists ("
                        + "select from tenant_key k where k.tenant_id = v.tenant_id and k.key_id = v.tenant_key_id and k.state = 'active')"
                        + " and v.tenant_id = 'tnt_rotation'"))
                .as("versions under an old generation")
                .isEqualTo("0");
        assertThat(text("select count(*) from tenant_key k where not exists ("
                        + "select from partner_key p where p.key_id = k.partner_key_id and p.state = 'active')"))
                .as("keys of tenants under an old generation")
                .isEqualTo("0");
        System.out.printf(
                "round %2d: killed at [%s]; %d reads, %d writes so far%n",
                round, open == null ? "the end" : open, reads.get(), writes.get());
    }

    private static tools.jackson.databind.JsonNode ended(ApiClient api, String job) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (true) {
            var seen = api.get("/v1/keys/jobs/" + job).expect(200).json();
            assertThat(seen.get("processed").longValue())
                    .isEqualTo(seen.get("succeeded").longValue()
                            + seen.get("failed").longValue());
            if (!seen.get("finished_at").isNull()) {
                return seen;
            }
            assertThat(System.nanoTime()).as("the job does not end: " + seen).isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** @param keys that are wrapped anew, at least; 0: when the job has begun */
    private void awaitProgress(String job, int keys) throws SQLException {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        String reached = "select count(*) from key_job where job_id = '" + job
                + "' and status <> 'PENDING' and succeeded >= " + keys;
        while (text(reached).equals("0")) {
            assertThat(System.nanoTime()).as("the job does not come on").isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void readUntilStopped(ApiClient api, Random choices) {
        while (!stopping) {
            int secret = choices.nextInt(SECRETS);
            Reply reply = api.get("/v1/secrets/kept/secret-" + secret).expect(200);
            assertThat(reply.json().at("/data/n").intValue()).isEqualTo(secret);
            reads.incrementAndGet();
        }
    }

    /** Each on the one before: a rotation changes no version. */
    private void writeUntilStopped(ApiClient api) {
        Map<Integer, Integer> versions = new LinkedHashMap<>();
        for (int n = 0; !stopping; n++) {
            int secret = n % 50;
            int before = versions.getOrDefault(secret, 0);
            String path = "/v1/secrets/written/secret-" + secret;
            String[] precondition = before == 0 ? new String[0] : new String[] {"If-Match", "\"" + before + "\""};
            Reply reply = api.put(path, Map.of("data", Map.of("n", n)), precondition);
            assertThat(reply.status()).as(reply.body()).isEqualTo(before == 0 ? 201 : 200);
            versions.put(secret, reply.json().get("version").intValue());
            assertThat(api.get(path).expect(200).json().at("/data/n").intValue())
                    .isEqualTo(n);
            writes.incrementAndGet();
        }
    }

    private Map<String, String> ciphertexts() throws SQLException {
        Map<String, String> found = new LinkedHashMap<>();
        query(
                "select path, md5(ciphertext) from secret_version where path like 'kept/%' order by path",
                row -> found.put(row.getString(1), row.getString(2)));
        return found;
    }

    private String text(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        query(sql, row -> found.add(row.getString(1)));
        return found.getFirst();
    }

    private void query(String sql, RowReader reader) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
