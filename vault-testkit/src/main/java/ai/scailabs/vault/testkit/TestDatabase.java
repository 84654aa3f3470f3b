package ai.scailabs.vault.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A database of its own for one test class, owned by {@code scaivault_owner}.
 *
 * @param owner migrates; owns the schema
 * @param app serves requests; the role that row-level security must hold against
 * @param worker runs jobs across tenants
 * @param superuser for looking behind the curtain, never for the code under test
 */
public record TestDatabase(
        String name, DatabaseLogin owner, DatabaseLogin app, DatabaseLogin worker, DatabaseLogin superuser) {

    static TestDatabase on(int port, String name) {
        return new TestDatabase(
                name,
                new DatabaseLogin(port, name, "scaivault_owner", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "scaivault_app", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "scaivault_worker", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "postgres", TestPostgres.PASSWORD));
    }

    /** Begins what another does meanwhile, and returns when somebody waits for a lock in this database, or when it is done without. */
    public <T> CompletableFuture<T> meanwhile(Supplier<T> other) {
        CompletableFuture<T> done = CompletableFuture.supplyAsync(other);
        while (!done.isDone() && !somebodyWaits()) {
            Thread.onSpinWait();
        }
        return done;
    }

    private boolean somebodyWaits() {
        try (Connection connection = superuser.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet waiting = statement.executeQuery(
                        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")) {
            return waiting.next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
