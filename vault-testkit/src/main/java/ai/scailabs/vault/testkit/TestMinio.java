package ai.scailabs.vault.testkit;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** MinIO, a server that speaks like S3, on loopback over HTTP; keeps nothing. Only with its own credentials; for the slow set. */
public final class TestMinio implements AutoCloseable {
    public static final String ACCESS_KEY_ID = "scaivault-tests";
    public static final String SECRET_ACCESS_KEY = "not-a-secret-outside-tests";

    private final PeerProcess process;

    private TestMinio(PeerProcess process) {
        this.process = process;
    }

    public static TestMinio start() {
        Path server = PeerProcess.installed("MinIO", "minio/bin/minio", " --stores");
        int port = PeerProcess.freePort();
        Path folder = PeerProcess.folder("minio");
        return new TestMinio(PeerProcess.start(
                "minio",
                port,
                List.of(
                        server.toString(),
                        "server",
                        "--quiet",
                        "--address",
                        "127.0.0.1:" + port,
                        "--console-address",
                        "127.0.0.1:" + PeerProcess.freePort(),
                        folder.toString()),
                Map.of(
                        "MINIO_ROOT_USER",
                        ACCESS_KEY_ID,
                        "MINIO_ROOT_PASSWORD",
                        SECRET_ACCESS_KEY,
                        "MINIO_UPDATE",
                        "off",
                        "MINIO_BROWSER",
                        "off"),
                folder));
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    @Override
    public void close() {
        process.close();
    }
}
