package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.floor.DatabaseFloor;
import ai.scailabs.vault.bench.load.Scenario;
import ai.scailabs.vault.bench.load.Wrk;
import ai.scailabs.vault.bench.load.WrkResult;
import ai.scailabs.vault.bench.measure.CpuUse;
import ai.scailabs.vault.bench.measure.Measurement;
import ai.scailabs.vault.bench.stand.Stand;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** One run from nothing to the table. */
final class BenchRun {
    private static final List<Integer> CONNECTIONS = List.of(16, 64);
    private static final int FEW = 16;
    private static final int MOST = 64;
    private static final Set<Scenario> OF_PKI = Set.of(Scenario.OCSP, Scenario.OCSP_NONCE, Scenario.ISSUE);
    private static final int DEFAULT_POOL_SIZE = 8;

    private final BenchOptions options;
    private final PrintStream out;
    private final Results results = new Results();

    BenchRun(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    void run() throws IOException, InterruptedException, SQLException {
        try (Stand stand = Stand.prepare(options.folder())) {
            Duration firstStart = stand.startServer(options.serverJar());
            say("First start, with an empty database to migrate: %.1f s", seconds(firstStart));
            long begin = System.nanoTime();
            stand.seed();
            say(
                    "Seeded %,d secrets of %d tenants through the API in %.1f s",
                    stand.secretCount(), stand.tenantCount(), (System.nanoTime() - begin) / 1e9);
            if (options.scenarios().stream().anyMatch(OF_PKI::contains)) {
                stand.seedPki();
            }
            stand.age();
            Duration start = stand.startServer(options.serverJar());
            long residentAtReady = stand.serverResidentMiB();
            measure(stand);
            long residentAfter = stand.serverResidentMiB();
            out.println();
            out.print(results.table());
            out.println();
            say(
                    "Server: start %.1f s, memory %d MiB when ready, %d MiB after the run",
                    seconds(start), residentAtReady, residentAfter);
            targets(start, residentAfter).forEach(target -> out.println(target.line()));
            if (options.hold()) {
                say(
                        "%nHeld until Enter: server %d at %s, database %s",
                        stand.serverPid(), stand.baseUrl(), stand.superuserUrl());
                System.in.read();
            }
        }
    }

    private void measure(Stand stand) throws InterruptedException, SQLException {
        Wrk wrk = new Wrk(options.scripts(), stand.targets(), stand.port());
        try (DatabaseFloor floor = new DatabaseFloor(stand.emptyDatabase(), poolSize(), stand::cpu)) {
            warmUp(wrk, floor);
            for (int round = 1; round <= options.rounds(); round++) {
                say("Round %d of %d", round, options.rounds());
                stand.checkpoint();
                for (Scenario scenario : options.scenarios()) {
                    for (int connections : CONNECTIONS) {
                        results.add(
                                scenario.title(),
                                connections,
                                measure(stand, wrk, scenario, connections, options.seconds()));
                    }
                }
                for (int callers : CONNECTIONS) {
                    int length = Math.ceilDiv(options.seconds(), 2);
                    results.add("floor: select by primary key", callers, floor.select(callers, length));
                    results.add("floor: durable insert", callers, floor.insert(callers, length));
                }
            }
        }
    }

    /** What runs first is compiled longest. Reading goes through most of what the others go through. */
    private void warmUp(Wrk wrk, DatabaseFloor floor) throws InterruptedException {
        say("Warming up");
        Scenario first = options.scenarios().contains(Scenario.READ)
                ? Scenario.READ
                : options.scenarios().iterator().next();
        wrk.run(first, MOST, options.warmUpSeconds());
        for (Scenario scenario : options.scenarios()) {
            if (scenario != first) {
                // Little of what signs certificates runs in the others.
                int part = scenario == Scenario.ISSUE ? 1 : 6;
                wrk.run(scenario, MOST, Math.ceilDiv(options.warmUpSeconds(), part));
            }
        }
        floor.select(MOST, 1);
        floor.insert(MOST, 1);
    }

    private static Measurement measure(Stand stand, Wrk wrk, Scenario scenario, int connections, int seconds)
            throws InterruptedException {
        CpuUse before = stand.cpu();
        WrkResult seen = wrk.run(scenario, connections, seconds);
        CpuUse span = stand.cpu().since(before);
        return Measurement.of(seen.requests(), seen.seconds(), seen.p50Millis(), seen.p99Millis(), seen.errors(), span);
    }

    private List<Target> targets(Duration start, long residentMiB) {
        List<Target> targets = new ArrayList<>();
        Optional<Measurement> health = results.median(Scenario.HEALTH, MOST);
        Optional<Measurement> read = results.median(Scenario.READ, MOST);
        read.ifPresent(it -> {
            targets.add(Target.atLeast("read, 64 connections", it.perSecond(), 10_000, "req/s"));
            targets.add(Target.atMost("read, 64 connections, p99", it.p99Millis(), 20, "ms"));
            targets.add(Target.atMost("read, CPU of the server", it.serverMicros(), 100, "us/request"));
            targets.add(Target.atMost("read, CPU of PostgreSQL", it.postgresMicros(), 55, "us/request"));
            health.ifPresent(floor ->
                    targets.add(Target.atLeast("read / health", it.perSecond() / floor.perSecond(), 0.2, "of req/s")));
        });
        results.median(Scenario.WRITE, MOST)
                .ifPresent(it -> targets.add(Target.atLeast("write, 64 connections", it.perSecond(), 3_000, "req/s")));
        results.median(Scenario.OCSP, MOST)
                .ifPresent(it -> targets.add(Target.atLeast("ocsp, 64 connections", it.perSecond(), 5_000, "req/s")));
        results.median(Scenario.OCSP_NONCE, MOST)
                .ifPresent(
                        it -> targets.add(Target.atLeast("ocsp with nonce, 64 conns", it.perSecond(), 1_000, "req/s")));
        results.median(Scenario.ISSUE, FEW).ifPresent(it -> {
            targets.add(Target.atLeast("issue, 16 connections", it.perSecond(), 2_500, "req/s"));
            targets.add(Target.atMost("issue, 16 connections, p99", it.p99Millis(), 40, "ms"));
        });
        targets.add(Target.atMost("start of the server", seconds(start), 6, "s"));
        targets.add(Target.atMost("memory after the run", residentMiB, 450, "MiB"));
        targets.add(Target.atMost("errors", results.errors(), 0, ""));
        return targets;
    }

    private static int poolSize() {
        String size = System.getenv("DATABASE_POOL_SIZE");
        return size == null || size.isBlank() ? DEFAULT_POOL_SIZE : Integer.parseInt(size.strip());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }
}
