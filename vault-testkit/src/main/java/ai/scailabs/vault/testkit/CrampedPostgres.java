package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL on two small disks of its own, one for tables and one for its log of changes (WAL), which the test fills to the last byte and frees again. The disks are
 * file systems in memory, mounted where only this server sees them; all of it ends with the JVM.
 *
 * <p>Works as root and as any user, where user namespaces are allowed. Not thread-safe.
 */
public final class CrampedPostgres implements AutoCloseable {
    /** One of the two. */
    public enum Disk {
        TABLES("tables", 112),
        WAL("wal", 12);

        private final String folder;
        private final int megabytes;

        Disk(String folder, int megabytes) {
            this.folder = folder;
            this.megabytes = megabytes;
        }
    }

    /** PostgreSQL does not run as root: whoever starts it is somebody else in there. */
    private static final List<String> ROOM = List.of(
            "unshare",
            "--user",
            "--map-user=1000",
            "--map-group=1000",
            "--keep-caps",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child");

    private final Path folder;
    private final int port = TestPostgres.freePort();
    private final Path programs = TestPostgres.programs();
    private final Process room;
    private final long inside;

    private CrampedPostgres(Path folder) throws IOException {
        this.folder = folder;
        StringBuilder script = new StringBuilder();
        for (Disk disk : Disk.values()) {
            Files.createDirectories(path(disk));
            script.append("mount -t tmpfs -o mode=0700,size=")
                    .append(disk.megabytes)
                    .append("m tmpfs '")
                    .append(path(disk))
                    .append("' && ");
        }
        // It ends when this JVM does, which closes its input; and with the first process of the room all others.
        script.append("echo ready && exec cat");
        List<String> command = new ArrayList<>(ROOM);
        command.addAll(List.of("sh", "-c", script.toString()));
        this.room = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] ready = room.getInputStream().readNBytes("ready\n".length());
        if (ready.length == 0) {
            throw new IllegalStateException("no room could be made for PostgreSQL");
        }
        this.inside = room.children()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the room is empty"))
                .pid();
    }

    /** @param folder empty, of a file system that the test can write to; the disks are mounted in it, unseen from outside */
    public static CrampedPostgres start(Path folder) {
        try {
            CrampedPostgres made = new CrampedPostgres(folder);
            try {
                made.prepare();
            } catch (RuntimeException failure) {
                made.close();
                throw failure;
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare() {
        program(
                "initdb",
                "-D",
                data(),
                "--waldir",
                path(Disk.WAL) + "/pg_wal",
                "--wal-segsize=1",
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync");
        startAgain();
        TestPostgres.execute(port, "postgres", RepositoryFiles.read("db/roles.sql"));
    }

    /** After it ended by itself. */
    public void startAgain() {
        String settings = "-p " + port
                + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60 -c shared_buffers=8MB"
                // More than there is room for: a checkpoint does not come before the disk is full.
                + " -c min_wal_size=2MB -c max_wal_size=64MB -c checkpoint_timeout=1h";
        program(
                "pg_ctl",
                "-D",
                data(),
                "-w",
                "-t",
                "60",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                settings,
                "start");
    }

    /** Whether there is a server, be it one that lets nobody in yet. */
    public boolean runs() {
        return ended(List.of(programs.resolve("pg_ctl").toString(), "-D", data(), "status")) == 0;
    }

    /** What the server has told of itself. */
    public String log() {
        return text("log");
    }

    /** A new empty database. */
    public TestDatabase database() {
        return TestPostgres.createDatabase(port, null);
    }

    public int port() {
        return port;
    }

    /** Until not one byte more goes into it. */
    public void fill(Disk disk) {
        String ballast = ballast(disk);
        // Again, for what was given back meanwhile.
        for (int i = 0; i < 3; i++) {
            int code = ended(
                    List.of("sh", "-c", "cat /dev/zero 2>&1 >>'" + ballast + "' | grep -q 'No space left on device'"));
            if (code != 0) {
                throw new IllegalStateException("the disk could not be filled");
            }
        }
    }

    public void free(Disk disk) {
        run(List.of("rm", "-f", ballast(disk)));
    }

    private String ballast(Disk disk) {
        return path(disk) + "/ballast";
    }

    private Path path(Disk disk) {
        return folder.resolve(disk.folder);
    }

    private String data() {
        return path(Disk.TABLES) + "/data";
    }

    private void program(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(programs.resolve(name).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private void run(List<String> command) {
        int code = ended(command);
        if (code != 0) {
            throw new IllegalStateException(command.getFirst() + " ended with code " + code + ": " + text("said"));
        }
    }

    private String text(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command's code, run where the disks are. */
    private int ended(List<String> command) {
        List<String> there = new ArrayList<>(List.of(
                "nsenter", "--target", Long.toString(inside), "--user", "--mount", "--pid", "--preserve-credentials"));
        there.addAll(command);
        try {
            Process process = new ProcessBuilder(there)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("said").toFile())
                    .start();
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command.getFirst() + " does not end");
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the server, and the disks with all that is on them. */
    @Override
    public void close() {
        room.destroyForcibly();
        try {
            room.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
