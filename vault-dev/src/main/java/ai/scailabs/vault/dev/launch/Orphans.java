package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.database.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** What a launcher left running when it was killed. */
final class Orphans {
    /** The database's folder within the data folder. */
    static final String POSTGRES = "postgres";

    private final Path folder;
    private final PrintStream console;

    /** @param folder the data folder, which the caller must hold */
    Orphans(Path folder, PrintStream console) {
        this.folder = folder;
        this.console = console;
    }

    /** Ends the server before its database. Says whether there were any. */
    boolean end() throws IOException, InterruptedException {
        Optional<ProcessHandle> server = ServerProcess.runningOn(folder);
        if (server.isPresent()) {
            console.println("Ending the server that a killed launcher left behind.");
            ServerProcess.stop(server.get());
        }
        Optional<ProcessHandle> postgres = PostgresServer.runningOn(folder.resolve(POSTGRES));
        if (postgres.isPresent()) {
            console.println("Ending the PostgreSQL that a killed launcher left behind.");
            PostgresServer.stop(postgres.get());
        }
        return server.isPresent() || postgres.isPresent();
    }
}
