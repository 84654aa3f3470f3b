package ai.scailabs.vault.dev.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Repeats what is appended to a file. The server writes to the file itself, so its log does not depend on anybody reading it. */
final class LogFollower implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private final Path file;
    private final PrintStream console;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private long position;

    LogFollower(Path file, PrintStream console) throws IOException {
        this.file = file;
        this.console = console;
        this.position = Files.exists(file) ? Files.size(file) : 0;
        this.thread = Thread.ofPlatform().daemon().name("log-follower").start(this::follow);
    }

    /** Returns when all that is in the file by now has been repeated. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try {
            boolean last = false;
            while (!last) {
                last = closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                repeatNew();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            console.println("scaivault: cannot follow " + file + ": " + e.getMessage());
        }
    }

    private void repeatNew() throws IOException {
        if (!Files.exists(file) || Files.size(file) <= position) {
            return;
        }
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(position);
            byte[] fresh = new byte[(int) Math.min(log.length() - position, 1 << 20)];
            log.readFully(fresh);
            console.write(fresh, 0, fresh.length);
            console.flush();
            position += fresh.length;
        }
    }
}
