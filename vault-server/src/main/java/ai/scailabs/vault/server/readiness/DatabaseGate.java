package ai.scailabs.vault.server.readiness;

import ai.scailabs.vault.audit.trail.AppendOnlyTables;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantBoundary;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the server start only on a database whose schema is the program's, whose row-level security binds the program, and whose audit log can only be added to. */
public final class DatabaseGate {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseGate.class);

    /** The schema's history takes one beside the one that migrates, and a lock another. */
    private static final int MIGRATION_CONNECTIONS = 4;

    private DatabaseGate() {}

    /**
     * @param owner brings the schema up to date first, when given
     * @param worker of background jobs, where they run here
     * @throws StartupRefusal when it may not start
     */
    public static void pass(DataSource app, @Nullable DatabaseLogin owner, @Nullable DatabaseLogin worker) {
        try {
            // Who is not let in is told so once, and does not wait for each question anew.
            app.getConnection().close();
            // Most starts find nothing to do, and need no second login to see it.
            if (!isCurrent(app)) {
                bringUpToDate(app, owner);
            }
            List<String> problems = new ArrayList<>(TenantBoundary.problems(app));
            problems.addAll(AppendOnlyTables.problems(app, worker == null ? List.of() : List.of(worker.user())));
            if (!problems.isEmpty()) {
                throw new StartupRefusal(problems);
            }
        } catch (SQLException | FlywayException failure) {
            LOG.debug("the database gate", failure);
            throw new StartupRefusal(List.of("the database cannot be used: " + rootMessage(failure)));
        }
    }

    private static boolean isCurrent(DataSource app) {
        try {
            return Schema.isCurrent(app);
        } catch (FlywayException unreadable) {
            LOG.debug("the history of the schema", unreadable);
            return false;
        }
    }

    private static void bringUpToDate(DataSource app, @Nullable DatabaseLogin owner) {
        if (owner != null) {
            migrate(owner);
        }
        List<String> pending = Schema.pending(app);
        if (!pending.isEmpty()) {
            throw new StartupRefusal(List.of("the database lacks the migrations " + pending
                    + "; start one instance with DATABASE_OWNER_URL to bring it up to date"));
        }
    }

    private static void migrate(DatabaseLogin owner) {
        try (HikariDataSource pool = ConnectionPools.openPatient(owner, "scaivault-owner", MIGRATION_CONNECTIONS)) {
            Schema.migrate(pool);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
