package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.stand.SlowVault;
import ai.scailabs.vault.bench.stand.Stand;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/** What it costs reads of our own secrets that others wait for another vault: the same server, with and without callers of a backend that takes long. */
final class SlowBackendRun {
    private static final double LEFT = 0.95;
    /** Of what a call may take by default, most. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private final BenchOptions options;
    private final PrintStream out;

    SlowBackendRun(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    void run() throws IOException, InterruptedException, SQLException {
        int callers = options.slowBackend();
        try (Stand stand = Stand.prepare(options.folder())) {
            stand.startServer(options.serverJar());
            stand.seed();
            stand.age();
            try (SlowVault vault = stand.slowVault(LATE)) {
                new ReadTurns(options, out, stand)
                        .compare(
                                "nobody waits",
                                () -> () -> {},
                                callers + " wait for a slow backend",
                                () -> waiting(vault.ask(callers)),
                                LEFT);
            }
        }
    }

    private static ReadTurns.Ended waiting(SlowVault.Asking asking) {
        return new ReadTurns.Ended() {
            @Override
            public String whatItSaw() {
                return String.format(Locale.ROOT, ", %,d answers of the backend", asking.answers());
            }

            @Override
            public void close() {
                asking.close();
            }
        };
    }
}
