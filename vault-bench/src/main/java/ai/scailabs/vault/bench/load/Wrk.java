package ai.scailabs.vault.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs wrk with one of our scripts. It keeps its connections and sends the next request when the last was answered. */
public final class Wrk {
    private static final int THREADS = 2;

    private final Path scripts;
    private final Path targets;
    private final int port;

    /**
     * @param scripts the folder of the scripts
     * @param targets the file of tokens and paths
     * @param port of the server on loopback
     */
    public Wrk(Path scripts, Path targets, int port) {
        this.scripts = scripts;
        this.targets = targets;
        this.port = port;
    }

    public WrkResult run(Scenario scenario, int connections, int seconds) throws InterruptedException {
        ProcessBuilder wrk = new ProcessBuilder(List.of(
                        "wrk",
                        "--threads=" + THREADS,
                        "--connections=" + connections,
                        "--duration=" + seconds + "s",
                        "--timeout=10s",
                        "--script=" + scenario.script(),
                        "http://127.0.0.1:" + port + "/v1/health",
                        "--",
                        targets.toString()))
                .directory(scripts.toFile())
                .redirectErrorStream(true);
        try {
            Process process = wrk.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return WrkResult.parse(output);
        } catch (IOException e) {
            throw new UncheckedIOException("wrk did not run (Debian package: wrk)", e);
        }
    }
}
