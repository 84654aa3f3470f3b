package ai.scailabs.vault.bench;

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

/** What it costs reads when the root key is far away: the same server, with a root key that answers at once and one that takes longer, in turns. */
final class RootDelayRun {
    private static final int CONNECTIONS = 64;

    private final BenchOptions options;
    private final PrintStream out;

    RootDelayRun(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    void run() throws IOException, InterruptedException, SQLException {
        Duration delay = options.rootDelay();
        try (Stand stand = Stand.prepare(options.folder())) {
            stand.useDistantKms();
            stand.startServer(options.serverJar());
            stand.seed();
            stand.age();
            Wrk wrk = new Wrk(options.scripts(), stand.targets(), stand.port());
            say("Warming up");
            wrk.run(Scenario.READ, CONNECTIONS, options.warmUpSeconds());
            List<Measurement> near = new ArrayList<>();
            List<Measurement> far = new ArrayList<>();
            for (int round = 1; round <= options.rounds(); round++) {
                near.add(measure(stand, wrk, Duration.ZERO));
                far.add(measure(stand, wrk, delay));
            }
            Results results = new Results();
            near.forEach(each -> results.add("read, root key at once", CONNECTIONS, each));
            far.forEach(each -> results.add("read, root key +" + delay.toMillis() + " ms", CONNECTIONS, each));
            out.println();
            out.print(results.table());
            out.println();
            double ratio = Measurement.median(far).perSecond()
                    / Measurement.median(near).perSecond();
            out.println(Target.atLeast("reads that are left", ratio, 0.7, "of req/s")
                    .line());
            out.println(Target.atMost("errors", results.errors(), 0, "").line());
        }
    }

    private Measurement measure(Stand stand, Wrk wrk, Duration away) throws InterruptedException, SQLException {
        stand.checkpoint();
        stand.moveKms(away);
        CpuUse before = stand.cpu();
        WrkResult seen = wrk.run(Scenario.READ, CONNECTIONS, options.seconds());
        CpuUse span = stand.cpu().since(before);
        say(
                "root key +%d ms: %,.0f reads/s, %,d calls of the root key, at most %d at once",
                away.toMillis(), seen.requests() / seen.seconds(), stand.kmsCalls(), stand.mostKmsCallsAtOnce());
        return Measurement.of(seen.requests(), seen.seconds(), seen.p50Millis(), seen.p99Millis(), seen.errors(), span);
    }

    private void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }
}
