package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the service and PostgreSQL in turn, at random moments under load, with SIGKILL, and looks whether every promise was kept. {@code -Dkill.rounds} and {@code
 * -Dkill.seed} change what is tried; both are printed.
 */
@Tag("slow")
class KillLoopTest {
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 50);
    private static final long SEED = Long.getLong("kill.seed", 20_261_122L);
    private static final int FEWEST = 10;
    private static final int SHORTEST_LOAD_MILLIS = 200;
    private static final int LONGEST_LOAD_MILLIS = 1_500;

    private final Random random = new Random(SEED);
    private final List<Promises> kept = new ArrayList<>();
    private long leaves;

    @Test
    void killedAtRandomMoments_keepsEveryPromise(@TempDir Path folder) throws Exception {
        System.out.println("seed " + SEED + ", " + ROUNDS + " rounds");
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start()) {
            TestDatabase database = postgres.database();
            String token = issuer.token()
                    .tenant("tnt_kill")
                    .partner("ptn_kill")
                    .user("owner@kill.test")
                    .scope(RunningServer.ALL_SCOPES)
                    .ttl(Duration.ofHours(12))
                    .sign();
            try (KillableServer server = new KillableServer(folder, database, issuer)) {
                server.start();
                server.awaitReady();
                ApiClient api = new ApiClient(server.port(), token);
                api.allow("user:owner@kill.test", "**", "admin");
                Aftermath aftermath = new Aftermath(database, api);
                TreeCheck trees = new TreeCheck(database, new TenantId("tnt_kill"));
                for (int round = 1; round <= ROUNDS; round++) {
                    run(round, server, postgres, token, aftermath);
                    leaves = trees.check();
                }
                for (Promises promises : kept) {
                    aftermath.checkRecords(promises);
                }
            }
        }
        summarise();
    }

    private void run(int round, KillableServer server, TestPostgres postgres, String token, Aftermath aftermath)
            throws Exception {
        boolean killServer = round % 2 == 1;
        String folder = "round-" + round;
        Promises promises = new Promises();
        kept.add(promises);
        long millis = SHORTEST_LOAD_MILLIS + random.nextInt(LONGEST_LOAD_MILLIS - SHORTEST_LOAD_MILLIS);
        int requests;
        try (Load load = new Load("http://127.0.0.1:" + server.port(), token, folder, random.nextLong(), promises)) {
            long begin = System.nanoTime();
            while (isIdle(promises) || System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(millis)) {
                assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.MINUTES.toNanos(1));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            if (killServer) {
                server.kill9();
                server.start();
            } else {
                postgres.kill9All();
                postgres.restart();
            }
            load.stop();
            requests = load.requests();
        }
        server.awaitReady();
        int versions = aftermath.check(folder, promises);
        System.out.printf(
                "round %2d: killed the %s under %4d requests; %d writes, %d other changes, %d revealing reads kept; %d versions stored%n",
                round,
                killServer ? "server  " : "database",
                requests,
                promises.writes().size(),
                promises.changes().size(),
                promises.revealingRequests().size(),
                versions);
    }

    /** A kill that interrupts nothing proves nothing. */
    private static boolean isIdle(Promises promises) {
        return promises.writes().size() < FEWEST || promises.revealingRequests().size() < FEWEST;
    }

    private void summarise() {
        long writes = kept.stream().mapToLong(each -> each.writes().size()).sum();
        long changes = kept.stream().mapToLong(each -> each.changes().size()).sum();
        long reads =
                kept.stream().mapToLong(each -> each.revealingRequests().size()).sum();
        System.out.printf(
                "%d kills: %d acknowledged writes, %d other changes and %d revealing reads, all kept and recorded; a tree of %d leaves, which are the log%n",
                ROUNDS, writes, changes, reads, leaves);
    }
}
