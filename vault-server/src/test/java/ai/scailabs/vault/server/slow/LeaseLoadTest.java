package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Very many leases of one engine expire at once, and its target is down for half of that minute. All end, each is told once, and reads go on. The accounts are made by the target itself: by as many calls it would
 * take a quarter of an hour. {@code -Dscaivault.leases} says how many.
 */
@Tag("alone")
class LeaseLoadTest {
    private static final int LEASES = Integer.getInteger("scaivault.leases", 10_000);
    private static final Duration READING = Duration.ofSeconds(5);
    private static final int READERS = 4;

    private TestDatabase database;
    private TestDatabase target;
    private ApiClient owner;

    @Test
    void manyThatExpireAtOnce_allEnd_eachOnce_andReadsGoOn(@TempDir Path folder) throws Exception {
        try (TestPostgres own = TestPostgres.privateInstance(folder.resolve("own"), true);
                TestPostgres other = TestPostgres.privateInstance(folder.resolve("other"), false);
                TestIssuer issuer = TestIssuer.start()) {
            database = own.database();
            target = other.database();
            try (KillableServer server = new KillableServer(folder, database, issuer)) {
                owner = new ApiClient(server.port(), DatabaseEngine.token(issuer, "lease-load"));
                server.start();
                server.awaitReady();
                prepare(other.port());
                // What the runtime has not compiled yet would be counted against the calm.
                reads();
                expireAll();
                other.stop();
                Kept away = kept(3);
                assertThat(live()).isEqualTo(LEASES);
                other.restart();
                Thread elsewhere = Thread.ofPlatform().daemon().start(() -> holdBack(other));
                Kept ending = kept(4);
                long beside = LEASES - live();
                long back = System.nanoTime();
                awaitEnd();
                elsewhere.interrupt();
                System.out.printf(
                        "%d leases: reads/s while the target is away %s, while %d of them end %s; the rest ended in %.0f s%n",
                        LEASES, away, beside, ending, (System.nanoTime() - back) / 1e9);
                assertThat(DatabaseEngine.count(target, "select count(*) from pg_roles where rolname like 'v\\_%'"))
                        .isZero();
                assertThat(DatabaseEngine.count(
                                database, "select count(*) from audit_log where action = 'dynamic_revoke' and success"))
                        .isEqualTo(LEASES);
                assertThat(away.share()).isGreaterThanOrEqualTo(0.9);
                assertThat(ending.share()).isGreaterThanOrEqualTo(0.9);
                assertThat(server.log()).doesNotContain("OutOfMemoryError");
            }
        }
    }

    private void prepare(int port) throws SQLException {
        DatabaseEngine.run(target, "create role lease_root superuser login password 'not-a-secret-outside-tests'");
        DatabaseEngine.prepare(owner, "lease_root", "not-a-secret-outside-tests", port, target.name());
        owner.post(DatabaseEngine.ENGINES + "/db/creds/r", null).expect(201);
        DatabaseEngine.run(
                target,
                "do $$ begin for i in 2.." + LEASES
                        + " loop execute 'create role v_load_' || i || ' login'; end loop; end $$");
        DatabaseEngine.run(
                database,
                "insert into lease (tenant_id, lease_id, engine_id, engine_name, role_id, role_name, account, recipe, identity, state, renewable, issued_at, expires_at, latest_at, next_at)"
                        + " select tenant_id, gen_random_uuid(), engine_id, engine_name, role_id, role_name, 'v_load_' || i, recipe, identity, state, renewable, issued_at, expires_at, latest_at, next_at"
                        + " from lease, generate_series(2, " + LEASES + ") i");
    }

    /**
     * A target is on another machine: what it works is not to be taken from the service. Each of its sessions is a scheduling group of its own where the kernel makes such groups, and among these a
     * niceness does not count but the group's.
     */
    private static void holdBack(TestPostgres other) {
        while (!Thread.currentThread().isInterrupted()) {
            ProcessHandle.of(other.pid()).stream()
                    .flatMap(ProcessHandle::children)
                    .forEach(LeaseLoadTest::holdBack);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
    }

    private static void holdBack(ProcessHandle session) {
        try {
            Files.writeString(Path.of("/proc/" + session.pid() + "/autogroup"), "19");
        } catch (IOException over) {
            assertThat(session.isAlive()).isFalse();
        }
    }

    /** Reads a second with nothing to end, and with all that is left. */
    private record Kept(double calm, double beside) {
        double share() {
            return beside / calm;
        }

        @Override
        public String toString() {
            return "%.0f of %.0f (%.2f)".formatted(beside, calm, share());
        }
    }

    /** With and without in turn: a machine is not as fast in this minute as it was in the last. */
    private Kept kept(int rounds) throws InterruptedException, SQLException {
        double calm = 0;
        double beside = 0;
        for (int i = 0; i < rounds; i++) {
            due("now() + interval '1 hour'");
            TimeUnit.SECONDS.sleep(1);
            calm += reads() / rounds;
            due("now()");
            beside += reads() / rounds;
        }
        return new Kept(calm, beside);
    }

    private void expireAll() throws SQLException {
        DatabaseEngine.run(database, "update lease set expires_at = now()");
    }

    private void due(String at) throws SQLException {
        DatabaseEngine.run(
                database, "update lease set next_at = " + at + " where ended_at is null and taken_by is null");
    }

    private double reads() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        LongAdder done = new LongAdder();
        Thread[] readers = new Thread[READERS];
        for (int i = 0; i < READERS; i++) {
            readers[i] = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    owner.get("/v1/secrets/ops/root").expect(200);
                    done.increment();
                }
            });
        }
        TimeUnit.NANOSECONDS.sleep(READING.toNanos());
        over.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        return done.sum() / (double) READING.toSeconds();
    }

    private long live() throws SQLException {
        return DatabaseEngine.count(database, "select count(*) from lease where ended_at is null");
    }

    private void awaitEnd() throws SQLException {
        long patience = System.nanoTime() + Duration.ofMinutes(30).toNanos();
        while (live() > 0) {
            assertThat(System.nanoTime()).as("in time").isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
    }
}
