package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.stand.Stand;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/** What it costs reads when the root key is far away: the same server, with a root key that answers at once and one that takes longer. */
final class RootDelayRun {
    private static final double LEFT = 0.7;

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
            new ReadTurns(options, out, stand)
                    .compare(
                            "root key at once",
                            () -> away(stand, Duration.ZERO),
                            "root key +" + delay.toMillis() + " ms",
                            () -> away(stand, delay),
                            LEFT);
        }
    }

    private static ReadTurns.Ended away(Stand stand, Duration delay) {
        stand.moveKms(delay);
        return new ReadTurns.Ended() {
            @Override
            public String whatItSaw() {
                return String.format(
                        Locale.ROOT,
                        ", %,d calls of the root key, at most %d at once",
                        stand.kmsCalls(),
                        stand.mostKmsCallsAtOnce());
            }

            @Override
            public void close() {
                // Whoever measures next moves it.
            }
        };
    }
}
