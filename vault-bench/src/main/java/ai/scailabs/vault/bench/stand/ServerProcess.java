package ai.scailabs.vault.bench.stand;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The packaged server as a process of its own, started as {@code bin/run} starts it. */
final class ServerProcess implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(40);
    private static final long POLL_MILLIS = 10;

    private final Process process;
    private final Duration startTime;

    private ServerProcess(Process process, Duration startTime) {
        this.process = process;
        this.startTime = startTime;
    }

    /**
     * Returns when it is ready.
     *
     * @param jar of the server, unpacked beside its libraries
     * @param heapMebibytes at most and from the start
     * @param port that its settings name
     */
    static ServerProcess start(Path jar, int heapMebibytes, int port, Map<String, String> settings, Path log)
            throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command(jar, heapMebibytes))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(settings);
        long begin = System.nanoTime();
        try {
            Process process = builder.start();
            awaitReady(process, port, log);
            return new ServerProcess(process, Duration.ofNanos(System.nanoTime() - begin));
        } catch (IOException e) {
            throw new UncheckedIOException("the server did not start", e);
        }
    }

    private static List<String> command(Path jar, int heapMebibytes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xms" + heapMebibytes + "m",
                "-Xmx" + heapMebibytes + "m",
                "-XX:NewRatio=1",
                "-XX:-SegmentedCodeCache",
                "-XX:TrimNativeHeapInterval=30000",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + jar.resolveSibling("vault-server.jsa"),
                "-Xlog:cds*=off,aot*=off"));
        String more = System.getenv().getOrDefault("SCAIVAULT_JAVA_OPTIONS", "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private static void awaitReady(Process process, int port, Path log) throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long patience = System.nanoTime() + LONGEST_START.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!isReady(http, ready)) {
                if (!process.isAlive() || System.nanoTime() > patience) {
                    process.destroyForcibly();
                    throw new IllegalStateException("the server did not become ready:\n" + Files.readString(log));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private static boolean isReady(HttpClient http, HttpRequest ready) throws InterruptedException {
        try {
            return http.send(ready, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notListening) {
            return false;
        }
    }

    long pid() {
        return process.pid();
    }

    /** From the start of the process to the first {@code 200} of {@code /v1/health/ready}. */
    Duration startTime() {
        return startTime;
    }

    /** Lets it finish what it does; kills it when that takes more than 40 seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
