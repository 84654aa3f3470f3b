package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code bin/stop}: ends the launcher of a folder in an orderly way, or what a killed one left behind. */
public final class Stopper {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(90);

    private final Path path;
    private final PrintStream console;

    public Stopper(Path path, PrintStream console) {
        this.path = path.toAbsolutePath().normalize();
        this.console = console;
    }

    /** Returns 0 when nothing runs any more. */
    public int stop() throws IOException, InterruptedException {
        if (!Files.isDirectory(path)) {
            console.println("Nothing runs on " + path + ".");
            return 0;
        }
        Optional<DataFolder> held = DataFolder.hold(path);
        if (held.isPresent()) {
            try (DataFolder folder = held.get()) {
                boolean found = new Orphans(folder.path(), console).end();
                new DevFile(folder).remove();
                console.println(found ? "Stopped." : "Nothing runs on " + path + ".");
                return 0;
            }
        }
        ProcessHandle launcher = DataFolder.holder(path)
                .orElseThrow(
                        () -> new LaunchFailure("something holds " + path + ", but did not write down its process"));
        launcher.destroy();
        try {
            launcher.onExit().get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new LaunchFailure("process " + launcher.pid() + " did not end: see " + path.resolve("server.log"), e);
        }
        console.println("Stopped.");
        return 0;
    }
}
