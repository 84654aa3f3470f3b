package ai.scailabs.vault.audit.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** An upload in a JVM of its own, with a small heap, which may be killed. */
public final class UploadProcess implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;

    private final Process process;
    private final BufferedReader says;

    private UploadProcess(Process process) {
        this.process = process;
        this.says = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @param completes whether it completes the object; else it waits, to be killed */
    static UploadProcess start(
            String type,
            String bucket,
            URI endpoint,
            String credentials,
            String name,
            int megabytes,
            boolean completes) {
        try {
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            UploadProcess.class.getName(),
                            type,
                            bucket,
                            endpoint.toString(),
                            name,
                            Integer.toString(megabytes),
                            Boolean.toString(completes)))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().write((credentials + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            return new UploadProcess(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it says next; empty when it ended. */
    String line() {
        try {
            String line = says.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** What it writes, for others to compare. */
    static byte[] block(int number) {
        return StoreSetup.bytes(BLOCK, number);
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int blocks = Integer.parseInt(arguments[4]) * (1024 * 1024 / BLOCK);
        Destination destination = StoreSetup.destination(arguments[0], arguments[1], "", URI.create(arguments[2]));
        try (ObjectStore store = StoreSetup.open(destination, in.readLine(), StoreTimes.USUAL);
                ObjectUpload upload = store.create(new ObjectName(arguments[3]), "application/octet-stream", null)) {
            for (int i = 0; i < blocks; i++) {
                upload.write(block(i));
            }
            if (Boolean.parseBoolean(arguments[5])) {
                StoredObject stored = upload.complete();
                System.out.println(stored.bytes() + " " + stored.sha256().orElseThrow());
            } else {
                System.out.println("sent");
                in.readLine();
            }
        }
    }
}
