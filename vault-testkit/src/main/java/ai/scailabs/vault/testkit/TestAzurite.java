package ai.scailabs.vault.testkit;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Azure Blob Storage as Azurite plays it, on loopback over HTTP; keeps nothing. It verifies credentials, and knows no immutability; for the slow set. */
public final class TestAzurite implements AutoCloseable {
    public static final String ACCOUNT = "acmeaudit";
    /** Of nothing but this. */
    public static final String ACCOUNT_KEY = "bm90LWEtc2VjcmV0LW91dHNpZGUtdGVzdHM=";

    private final PeerProcess process;

    private TestAzurite(PeerProcess process) {
        this.process = process;
    }

    public static TestAzurite start() {
        Path program =
                PeerProcess.installed("Azurite", "azurite/node_modules/azurite/dist/src/blob/main.js", " --stores");
        int port = PeerProcess.freePort();
        Path folder = PeerProcess.folder("azurite");
        return new TestAzurite(PeerProcess.start(
                "azurite",
                port,
                List.of(
                        "node",
                        program.toString(),
                        "--blobHost",
                        "127.0.0.1",
                        "--blobPort",
                        Integer.toString(port),
                        "--location",
                        folder.toString(),
                        "--skipApiVersionCheck",
                        "--disableTelemetry",
                        "--silent"),
                Map.of("AZURITE_ACCOUNTS", ACCOUNT + ":" + ACCOUNT_KEY),
                folder));
    }

    /** With the account in the path, as emulators have it. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + process.port() + "/" + ACCOUNT);
    }

    @Override
    public void close() {
        process.close();
    }
}
