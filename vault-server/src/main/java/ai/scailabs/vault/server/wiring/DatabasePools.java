package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseRole;
import ai.scailabs.vault.server.settings.ServerSettings;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

/**
 * The logins of a running server.
 *
 * @param audit may append audit rows and nothing else
 * @param worker absent: no background jobs across tenants here
 */
public record DatabasePools(
        HikariDataSource app,
        HikariDataSource audit,
        @Nullable HikariDataSource worker) implements AutoCloseable {
    /** Of all jobs, which are more threads than these: most are between two runs, and one that finds none free fails and runs again. */
    private static final int WORKER_CONNECTIONS = 9;

    public static DatabasePools open(ServerSettings.Database settings) {
        return new DatabasePools(
                // One more than requests can take, for whoever looks whether the database is there.
                ConnectionPools.open(settings.app(), "scaivault-app", settings.poolSize() + 1),
                ConnectionPools.openAs(settings.app(), DatabaseRole.AUDIT, "scaivault-audit", 1),
                settings.worker() == null
                        ? null
                        : ConnectionPools.open(settings.worker(), "scaivault-worker", WORKER_CONNECTIONS));
    }

    @Override
    public void close() {
        app.close();
        audit.close();
        if (worker != null) {
            worker.close();
        }
    }
}
