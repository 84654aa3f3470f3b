package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.RefusedStatement;
import ai.scailabs.vault.credentials.connector.RootAccess;
import ai.scailabs.vault.credentials.connector.SqlFailures;
import ai.scailabs.vault.credentials.connector.SqlStatements;
import ai.scailabs.vault.credentials.connector.SqlTemplate;
import ai.scailabs.vault.credentials.connector.SqlWork;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Roles that may log in. The statements of one call are one transaction, so that what fails leaves nothing. What a role owns is given to {@link Leftovers} before it is dropped, in every database
 * of the server in which it owns something.
 */
public final class PostgresTarget implements Target {
    private static final List<String> CREATE =
            List.of("create role {{name}} login password {{password}} valid until {{expiration}}");
    private static final List<String> RENEW = List.of("alter role {{name}} valid until {{expiration}}");
    private static final SqlStatements OWN =
            (SqlStatements) Statements.parse(TargetType.POSTGRESQL, CREATE, RENEW, List.of(), List.of());

    private static final String DATABASES_OF = """
            select distinct d.datname
            from pg_catalog.pg_shdepend s join pg_catalog.pg_database d on d.oid = s.dbid
            where s.refclassid = 'pg_catalog.pg_authid'::regclass and s.refobjid = ?::oid
                and d.datallowconn and d.datname <> current_database()
            """;

    /** "Tuple concurrently updated" has no code of its own; the others are for serialization and for deadlocks. */
    private static final Set<String> COLLISIONS = Set.of("XX000", "40001", "40P01");

    private static final int MOST_ATTEMPTS = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

    private final ReentrantLock changing = new ReentrantLock();
    private final PostgresConnections connections;
    private final RootAccess root;
    private final Duration patience;

    /** @param root becomes the target's */
    public PostgresTarget(TargetConfig config, Login root, TargetNetwork network) {
        this.connections = new PostgresConnections(config, network);
        this.root = new RootAccess(root, network.limits());
        this.patience = network.limits().read();
    }

    @Override
    public void verify(Login login) throws TargetException {
        root.use(_ -> {
            connections.login(login);
            return null;
        });
    }

    @Override
    public void create(Account account, SensitiveBytes password, Instant expires, Statements statements)
            throws TargetException {
        List<SqlTemplate> creation = said(sql(statements).creation(), OWN.creation());
        work(connection -> {
            PostgresQuoting quoting = PostgresQuoting.of(connection, account.name(), password, expires);
            return together(connection, () -> run(connection, creation, quoting));
        });
    }

    @Override
    public void renew(Account account, Instant expires, Statements statements) throws TargetException {
        List<SqlTemplate> renew = said(sql(statements).renew(), OWN.renew());
        work(connection -> {
            PostgresQuoting quoting = PostgresQuoting.of(connection, account.name(), null, expires);
            return together(connection, () -> run(connection, renew, quoting));
        });
    }

    @Override
    public void revoke(Account account, Statements statements) throws TargetException {
        remove(account, sql(statements).revocation());
    }

    /** Its making is one transaction: either there is all of it or nothing. */
    @Override
    public void rollback(Account account, Statements statements) throws TargetException {
        remove(account, sql(statements).rollback());
    }

    private void remove(Account account, List<SqlTemplate> first) throws TargetException {
        if (root.isRoot(account.name())) {
            throw new TargetException(TargetFailure.NOT_PERMITTED);
        }
        root.use(login -> connections.with(login, connection -> {
            OptionalLong found = new Catalog(connection).find(account.name());
            if (found.isPresent()) {
                remove(connection, login, account.name(), found.getAsLong(), first);
            }
            return null;
        }));
    }

    private void remove(Connection connection, Login login, String name, long role, List<SqlTemplate> first)
            throws SQLException, TargetException {
        Catalog catalog = new Catalog(connection);
        // 1. Nobody logs in any more, however the rest goes.
        catalog.execute("alter role " + catalog.identifier(name) + " nologin");
        catalog.join(name);
        catalog.endSessions(role);
        // 2. What the role's own statements take away.
        if (!first.isEmpty()) {
            PostgresQuoting quoting = PostgresQuoting.of(connection, name, null, null);
            together(connection, () -> run(connection, first, quoting));
            if (catalog.find(name).isEmpty()) {
                return;
            }
        }
        // 3. What is left of it, in other databases and here. Somebody may have been about to log in.
        catalog.endSessions(role);
        Leftovers leftovers = Leftovers.of(catalog, role);
        for (String database : catalog.list(DATABASES_OF, role)) {
            connections.with(
                    login, database, other -> together(other, () -> leftovers.takeOver(new Catalog(other), name)));
        }
        together(connection, () -> {
            leftovers.takeOver(catalog, name);
            catalog.execute("drop role " + catalog.identifier(name));
        });
    }

    @Override
    public boolean exists(Account account) throws TargetException {
        return work(connection -> new Catalog(connection).find(account.name())).isPresent();
    }

    @Override
    public void setPassword(String user, SensitiveBytes password) throws TargetException {
        work(connection -> {
            // A name that is too long would be cut, and then be another's.
            if (new Catalog(connection).find(user).isEmpty()) {
                throw new TargetException(TargetFailure.STATEMENT_REFUSED, "42704");
            }
            char[] text = new String(password.expose(), StandardCharsets.UTF_8).toCharArray();
            connection.unwrap(PGConnection.class).alterUserPassword(user, text, null);
            return null;
        });
        root.changed(user, password);
    }

    @Override
    public void close() {
        connections.close();
        root.close();
    }

    private <T extends @Nullable Object> T work(SqlWork<T> work) throws TargetException {
        return root.use(login -> connections.with(login, work));
    }

    private static List<SqlTemplate> said(List<SqlTemplate> byRole, List<SqlTemplate> own) {
        return byRole.isEmpty() ? own : byRole;
    }

    private static SqlStatements sql(Statements statements) {
        if (statements instanceof SqlStatements sql) {
            return sql;
        }
        throw new IllegalArgumentException("these are no statements of SQL");
    }

    private static void run(Connection connection, List<SqlTemplate> templates, PostgresQuoting quoting)
            throws SQLException, TargetException {
        for (SqlTemplate template : templates) {
            try {
                new Catalog(connection).execute(template.filled(quoting));
            } catch (SQLException refused) {
                throw new RefusedStatement(template.field(), refused);
            }
        }
    }

    /**
     * All or nothing, and once more if somebody else changed the same row of a catalog: PostgreSQL does not wait there, as for the rights on a table that two accounts are granted
     * at once.
     */
    private @Nullable Void together(Connection connection, Steps steps) throws SQLException, TargetException {
        connection.setAutoCommit(false);
        for (int attempt = 1; !done(connection, steps, attempt == MOST_ATTEMPTS); attempt++) {
            LockSupport.parkNanos(
                    FIRST_PAUSE.multipliedBy((long) attempt * attempt).toNanos());
        }
        connection.setAutoCommit(true);
        return null;
    }

    /** False when it is to be tried again; nothing of it is there then. */
    private boolean done(Connection connection, Steps steps, boolean last) throws SQLException, TargetException {
        // Of one instance nobody is in another's way.
        lockChanging();
        try {
            steps.run();
            connection.commit();
            return true;
        } catch (SQLException refused) {
            if (last || !COLLISIONS.contains(SqlFailures.state(refused))) {
                throw refused;
            }
            connection.rollback();
            return false;
        } finally {
            changing.unlock();
        }
    }

    private void lockChanging() throws TargetException {
        try {
            if (!changing.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TargetException(TargetFailure.TIMED_OUT);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
    }

    private interface Steps {
        void run() throws SQLException, TargetException;
    }
}
