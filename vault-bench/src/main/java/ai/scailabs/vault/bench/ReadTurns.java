package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.load.Scenario;
import ai.scailabs.vault.bench.load.Wrk;
import ai.scailabs.vault.bench.load.WrkResult;
import ai.scailabs.vault.bench.measure.CpuUse;
import ai.scailabs.vault.bench.measure.Measurement;
import ai.scailabs.vault.bench.stand.Stand;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads of one server in two states, in turns: what the hour does to one it does to the other. */
final class ReadTurns {
    private static final int CONNECTIONS = 64;

    private final BenchOptions options;
    private final PrintStream out;
    private final Stand stand;
    private final Wrk wrk;

    /** @param stand seeded, with a server that runs */
    ReadTurns(BenchOptions options, PrintStream out, Stand stand) {
        this.options = options;
        this.out = out;
        this.stand = stand;
        this.wrk = new Wrk(options.scripts(), stand.targets(), stand.port());
    }

    /**
     * @param usual begins the usual state
     * @param other begins the state that is asked about
     * @param left the part of the reads a second that must be left in it
     */
    void compare(String usualName, State usual, String otherName, State other, double left)
            throws InterruptedException, SQLException {
        say("Warming up");
        wrk.run(Scenario.READ, CONNECTIONS, options.warmUpSeconds());
        List<Measurement> without = new ArrayList<>();
        List<Measurement> with = new ArrayList<>();
        for (int round = 1; round <= options.rounds(); round++) {
            without.add(measure(usualName, usual));
            with.add(measure(otherName, other));
        }
        Results results = new Results();
        without.forEach(each -> results.add("read, " + usualName, CONNECTIONS, each));
        with.forEach(each -> results.add("read, " + otherName, CONNECTIONS, each));
        out.println();
        out.print(results.table());
        out.println();
        double ratio = Measurement.median(with).perSecond()
                / Measurement.median(without).perSecond();
        out.println(
                Target.atLeast("reads that are left", ratio, left, "of req/s").line());
        out.println(Target.atMost("errors", results.errors(), 0, "").line());
    }

    private Measurement measure(String name, State state) throws InterruptedException, SQLException {
        stand.checkpoint();
        try (Ended end = state.begin()) {
            CpuUse before = stand.cpu();
            WrkResult seen = wrk.run(Scenario.READ, CONNECTIONS, options.seconds());
            CpuUse span = stand.cpu().since(before);
            say("%s: %,.0f reads/s%s", name, seen.requests() / seen.seconds(), end.whatItSaw());
            return Measurement.of(
                    seen.requests(), seen.seconds(), seen.p50Millis(), seen.p99Millis(), seen.errors(), span);
        }
    }

    private void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }

    /** Brings the server into a state. */
    interface State {
        Ended begin() throws InterruptedException;
    }

    /** Ends the state. */
    interface Ended extends AutoCloseable {
        /** What else is worth telling of the round, with a comma before it; empty for nothing. */
        default String whatItSaw() {
            return "";
        }

        @Override
        void close();
    }
}
