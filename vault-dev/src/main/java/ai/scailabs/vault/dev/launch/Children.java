package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.database.PostgresServer;
import ai.scailabs.vault.dev.issuer.DevIssuer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What runs and must be ended, in the order in which each needs the other. Thread-safe: a signal may come at any moment. */
final class Children {
    private @Nullable Process postgres;
    private @Nullable Process server;
    private @Nullable DevIssuer issuer;
    private boolean ended;

    /** Starts and remembers the database; the signal to end waits until it is remembered. */
    synchronized Process startPostgres(PostgresServer wanted) throws IOException, InterruptedException {
        requireOpen();
        postgres = wanted.start();
        return postgres;
    }

    synchronized Process startServer(ServerStart start) throws IOException {
        requireOpen();
        server = start.start();
        return server;
    }

    synchronized void adopt(DevIssuer started) {
        issuer = started;
        if (ended) {
            started.close();
        }
    }

    synchronized boolean isEnded() {
        return ended;
    }

    /** Completes when the database ends; never when there is none of ours. */
    synchronized CompletableFuture<?> databaseEnd() {
        return postgres == null ? new CompletableFuture<>() : postgres.onExit();
    }

    /** By name: what a script may want to watch or kill. */
    synchronized Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        if (server != null) {
            pids.put("server", server.pid());
        }
        if (postgres != null) {
            pids.put("postgres", postgres.pid());
        }
        pids.put("launcher", ProcessHandle.current().pid());
        return pids;
    }

    /** The server first, so that it finishes its requests; then what it needs. Does nothing the second time. */
    synchronized void end() throws IOException, InterruptedException {
        if (ended) {
            return;
        }
        ended = true;
        if (server != null && server.isAlive()) {
            ServerProcess.stop(server.toHandle());
        }
        if (postgres != null && postgres.isAlive()) {
            PostgresServer.stop(postgres.toHandle());
        }
        if (issuer != null) {
            issuer.close();
        }
    }

    private void requireOpen() {
        if (ended) {
            throw new LaunchFailure("asked to stop while starting");
        }
    }

    @FunctionalInterface
    interface ServerStart {
        Process start() throws IOException;
    }
}
