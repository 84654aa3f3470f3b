package ai.scailabs.vault.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A FerretDB on loopback, which speaks MongoDB's protocol over an SQLite of its own: it keeps users and their SCRAM credentials, and lets them in by these alone. It knows no roles (whoever is let in may do everything) and ends no sessions; {@link MongoRelay}
 * plays both. MongoDB itself it is not.
 */
public final class TestFerretDb implements AutoCloseable {
    public static final String ROOT = "root";

    /** For escapes to matter. */
    public static final String PASSWORD = "not-a-secret/outside \"tests\"";

    private final PeerProcess process;

    private TestFerretDb(PeerProcess process) {
        this.process = process;
    }

    /** Without TLS. */
    public static TestFerretDb start() {
        return start(null);
    }

    /** @param certificate what it shows to callers, over TLS only; absent: without TLS */
    public static TestFerretDb start(@Nullable TestCertificate certificate) {
        Path server = PeerProcess.installed("FerretDB", "ferretdb/bin/ferretdb", "");
        int port = PeerProcess.freePort();
        Path folder = PeerProcess.folder("ferretdb");
        List<String> command = new ArrayList<>(List.of(
                server.toString(),
                "--handler=sqlite",
                "--sqlite-url=file:" + folder + "/",
                "--state-dir=" + folder,
                "--debug-addr=-",
                "--telemetry=disable",
                "--log-level=error",
                "--test-enable-new-auth",
                "--setup-database=admin",
                "--setup-username=" + ROOT,
                "--setup-password=" + PASSWORD));
        String address = "127.0.0.1:" + port;
        if (certificate == null) {
            command.add("--listen-addr=" + address);
        } else {
            command.add("--listen-addr=");
            command.add("--listen-tls=" + address);
            command.add("--listen-tls-cert-file=" + certificate.certificateFile());
            command.add("--listen-tls-key-file=" + certificate.keyFile());
        }
        return new TestFerretDb(PeerProcess.start("ferretdb", port, command, Map.of("DO_NOT_TRACK", "1"), folder));
    }

    public int port() {
        return process.port();
    }

    @Override
    public void close() {
        process.close();
    }
}
