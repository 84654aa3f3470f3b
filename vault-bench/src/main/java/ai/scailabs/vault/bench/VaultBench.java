package ai.scailabs.vault.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/** What {@code bin/bench} starts. Exit code 2 when it was called wrongly, 1 when the run failed; targets that are not met are no failure. */
public final class VaultBench {
    private static final int EX_USAGE = 2;

    private VaultBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BenchOptions options;
        try {
            options = BenchOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException wrong) {
            out.println("bin/bench: " + wrong.getMessage());
            System.exit(EX_USAGE);
            return;
        }
        if (options.million()) {
            new MillionRun(options, out).run();
        } else if (options.polls() > 0) {
            new PollsRun(options, out).run();
        } else if (options.slowBackend() > 0) {
            new SlowBackendRun(options, out).run();
        } else if (!options.rootDelay().isZero()) {
            new RootDelayRun(options, out).run();
        } else {
            new BenchRun(options, out).run();
        }
    }
}
