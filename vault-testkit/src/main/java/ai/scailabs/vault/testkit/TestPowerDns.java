package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A PowerDNS authoritative server on loopback, whose zones lie in SQLite and are made by its HTTP API. It answers questions on no port that anybody is told. */
public final class TestPowerDns implements AutoCloseable {
    public static final String API_KEY = "not-a-secret-outside-tests";

    private static final Path SCHEMA = Path.of("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql");

    private final PeerProcess process;

    private TestPowerDns(PeerProcess process) {
        this.process = process;
    }

    public static TestPowerDns start() {
        Path folder = PeerProcess.folder("pdns");
        int port = PeerProcess.freePort();
        Path database = folder.resolve("zones.db");
        try {
            Process schema = new ProcessBuilder("sqlite3", database.toString())
                    .redirectInput(SCHEMA.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (schema.waitFor() != 0) {
                throw new IllegalStateException("sqlite3 did not make the tables of PowerDNS");
            }
            Files.writeString(folder.resolve("pdns.conf"), """
                    launch=gsqlite3
                    gsqlite3-database=%1$s
                    socket-dir=%2$s
                    local-address=127.0.0.1
                    local-port=%3$d
                    webserver-address=127.0.0.1
                    webserver-port=%4$d
                    webserver-allow-from=127.0.0.1
                    api=yes
                    api-key=%5$s
                    security-poll-suffix=
                    """.formatted(
                            database, folder, PeerProcess.freePort(), port, API_KEY));
        } catch (IOException missing) {
            throw new UncheckedIOException("PowerDNS is missing: bin/peers installs it", missing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new TestPowerDns(PeerProcess.start(
                "pdns",
                port,
                List.of(
                        "/usr/sbin/pdns_server",
                        "--config-dir=" + folder,
                        "--daemon=no",
                        "--guardian=no",
                        "--disable-syslog"),
                Map.of(),
                folder));
    }

    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    @Override
    public void close() {
        process.close();
    }
}
