package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import ai.scailabs.vault.dev.folder.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** vault-server as a child process, with nothing but environment variables to tell it that it is at home. */
final class ServerProcess {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(40);
    private static final String OWNED_BY = "-Dscaivault.dev.data=";

    private static final String PID = "server.pid";
    private static final String LOG = "server.log";

    private final DataFolder folder;
    private final Path jar;

    ServerProcess(DataFolder folder, Path jar) {
        this.folder = folder;
        this.jar = jar;
    }

    Path log() {
        return folder.file(LOG);
    }

    /** Keeps the last life's log as {@code server.log.1}. */
    Path newLog() throws IOException {
        if (Files.exists(log())) {
            Files.move(log(), folder.file(LOG + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        return log();
    }

    /** @param settings environment variables for it; those that the caller of {@code bin/run} has set win */
    Process start(Map<String, String> settings, Map<String, String> callersEnvironment) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xms224m",
                "-Xmx224m",
                "-XX:NewRatio=1",
                "-XX:-SegmentedCodeCache",
                "--enable-native-access=ALL-UNNAMED"));
        // The JVM keeps the parsed classes beside the jar, renewed by itself: a start from the second on costs a
        // quarter less.
        command.addAll(List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + jar.resolveSibling("vault-server.jsa"),
                "-Xlog:cds*=off,aot*=off"));
        String more =
                callersEnvironment.getOrDefault("SCAIVAULT_JAVA_OPTIONS", "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        command.addAll(List.of(OWNED_BY + folder.path(), "-jar", jar.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        settings.forEach(builder.environment()::put);
        Process process = builder.start();
        PrivateFile.write(folder.file(PID), process.pid() + "\n");
        return process;
    }

    /** Asks it to finish what it does; kills it when that takes more than 40 seconds. */
    static void stop(ProcessHandle server) throws InterruptedException {
        server.destroy();
        try {
            server.onExit().get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            server.destroyForcibly();
        }
    }

    /** The server of this folder that still runs although its launcher was killed. */
    static Optional<ProcessHandle> runningOn(Path folder) throws IOException {
        Path file = folder.resolve(PID);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                // The number may belong to another process by now.
                .filter(process -> process.info().commandLine().orElse("").contains(OWNED_BY + folder + " "));
    }
}
