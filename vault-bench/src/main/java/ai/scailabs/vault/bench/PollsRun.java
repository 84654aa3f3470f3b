package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.stand.LongPolls;
import ai.scailabs.vault.bench.stand.Stand;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;

/** What it costs reads that many wait for events: the same server, with and without long polls of a subscription that nothing happens in. */
final class PollsRun {
    private static final double LEFT = 0.9;
    /** What a connection that waits may take, in MiB for ten. */
    private static final int HEAP_OF_TEN = 1;

    private final BenchOptions options;
    private final PrintStream out;

    PollsRun(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    void run() throws IOException, InterruptedException, SQLException {
        try (Stand stand = Stand.prepare(options.folder())) {
            stand.addHeap(options.polls() * HEAP_OF_TEN / 10);
            stand.startServer(options.serverJar());
            stand.seed();
            stand.age();
            new ReadTurns(options, out, stand)
                    .compare(
                            "nobody waits",
                            () -> () -> {},
                            options.polls() + " long polls",
                            () -> {
                                LongPolls waiting = stand.poll(options.polls(), options.seconds());
                                return waiting::close;
                            },
                            LEFT);
        }
    }
}
