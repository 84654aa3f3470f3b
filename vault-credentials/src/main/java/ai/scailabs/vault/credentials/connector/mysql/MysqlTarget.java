package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.RefusedStatement;
import ai.scailabs.vault.credentials.connector.RootAccess;
import ai.scailabs.vault.credentials.connector.SqlStatements;
import ai.scailabs.vault.credentials.connector.SqlTemplate;
import ai.scailabs.vault.credentials.connector.SqlWork;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Users, of whatever host they are. Each statement commits by itself, so that a failure leaves what came before it, for {@link #rollback} to take away. There is no end that the server would
 * keep, and nothing that a user owns.
 */
public final class MysqlTarget implements Target {
    private static final String HOSTS = "select host from mysql.user where user = ?";
    private static final String SESSIONS = "select id from information_schema.processlist where user = ?";

    private final TargetConfig config;
    private final MysqlConnections connections;
    private final RootAccess root;

    /** @param root becomes the target's */
    public MysqlTarget(TargetConfig config, Login root, TargetNetwork network) {
        this.config = config;
        this.connections = new MysqlConnections(config, network);
        this.root = new RootAccess(root, network.limits());
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
        List<SqlTemplate> creation = sql(statements).creation();
        work(connection -> {
            if (creation.isEmpty()) {
                String user = user(connection, account.name(), config.accountHost());
                execute(connection, "create user " + user + " identified by " + literal(connection, text(password)));
            }
            run(connection, creation, account, password, expires, false);
            return null;
        });
    }

    @Override
    public void renew(Account account, Instant expires, Statements statements) throws TargetException {
        List<SqlTemplate> renew = sql(statements).renew();
        if (!renew.isEmpty()) {
            work(connection -> run(connection, renew, account, null, expires, false));
        }
    }

    @Override
    public void revoke(Account account, Statements statements) throws TargetException {
        requireNotRoot(account);
        work(connection -> {
            List<String> hosts = hosts(connection, account.name());
            if (!hosts.isEmpty()) {
                remove(connection, account, hosts, sql(statements).revocation());
            }
            return null;
        });
    }

    @Override
    public void rollback(Account account, Statements statements) throws TargetException {
        requireNotRoot(account);
        work(connection -> {
            List<String> hosts = hosts(connection, account.name());
            remove(connection, account, hosts, sql(statements).rollback());
            return null;
        });
    }

    private void requireNotRoot(Account account) throws TargetException {
        if (root.isRoot(account.name())) {
            throw new TargetException(TargetFailure.NOT_PERMITTED);
        }
    }

    private static void remove(Connection connection, Account account, List<String> hosts, List<SqlTemplate> first)
            throws SQLException {
        // 1. Nobody logs in any more, however the rest goes.
        for (String host : hosts) {
            lock(connection, user(connection, account.name(), host));
        }
        endSessions(connection, account.name());
        // 2. What the role's own statements take away; a part of it may be gone already.
        run(connection, first, account, null, null, true);
        // 3. What is left of it.
        for (String host : hosts) {
            execute(connection, "drop user if exists " + user(connection, account.name(), host));
        }
        // The server drops nobody's connection with the user, and somebody may have been about to log in.
        endSessions(connection, account.name());
    }

    /** Servers before MySQL 5.7 and MariaDB 10.4 have no locks, and do without. */
    private static void lock(Connection connection, String user) throws SQLException {
        try {
            execute(connection, "alter user " + user + " account lock");
        } catch (SQLException refused) {
            if (refused.getErrorCode() != 1064 && !MysqlErrors.isNothingThere(refused)) {
                throw refused;
            }
        }
    }

    private static void endSessions(Connection connection, String name) throws SQLException {
        // Without the right to see those of others there would be nothing to end, and nobody would know.
        if (connection.getMetaData().getDatabaseProductName().contains("MariaDB")) {
            execute(connection, "kill hard connection user " + literal(connection, name));
            return;
        }
        for (long session : sessions(connection, name)) {
            try {
                execute(connection, "kill connection " + session);
            } catch (SQLException refused) {
                if (!MysqlErrors.isNothingThere(refused)) {
                    throw refused;
                }
            }
        }
    }

    private static List<Long> sessions(Connection connection, String name) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SESSIONS)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
        }
        return found;
    }

    @Override
    public boolean exists(Account account) throws TargetException {
        return work(connection -> !hosts(connection, account.name()).isEmpty());
    }

    @Override
    public void setPassword(String user, SensitiveBytes password) throws TargetException {
        work(connection -> {
            List<String> hosts = hosts(connection, user);
            if (hosts.isEmpty()) {
                throw new TargetException(TargetFailure.STATEMENT_REFUSED, "1396");
            }
            StringJoiner all = new StringJoiner(", ", "alter user ", "");
            for (String host : hosts) {
                all.add(user(connection, user, host) + " identified by " + literal(connection, text(password)));
            }
            execute(connection, all.toString());
            return null;
        });
        root.changed(user, password);
    }

    @Override
    public boolean isOldPassword(TargetException refused) {
        return MysqlErrors.isOldPassword(refused.code());
    }

    @Override
    public void close() {
        root.close();
    }

    private <T extends @Nullable Object> T work(SqlWork<T> work) throws TargetException {
        return root.use(login -> connections.with(login, work));
    }

    private static SqlStatements sql(Statements statements) {
        if (statements instanceof SqlStatements sql) {
            return sql;
        }
        throw new IllegalArgumentException("these are no statements of SQL");
    }

    private static List<String> hosts(Connection connection, String name) throws SQLException {
        List<String> hosts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(HOSTS)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    hosts.add(rows.getString(1));
                }
            }
        }
        return hosts;
    }

    private static String user(Connection connection, String name, String host) throws SQLException {
        return literal(connection, name) + "@" + literal(connection, host);
    }

    private static String literal(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.enquoteLiteral(text);
        }
    }

    private static String text(SensitiveBytes password) {
        return new String(password.expose(), StandardCharsets.UTF_8);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Braces of a role's statement are the server's to understand.
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private static boolean doubleQuotesAreForNames(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("select @@session.sql_mode")) {
            return mode.next() && List.of(mode.getString(1).split(",", -1)).contains("ANSI_QUOTES");
        }
    }

    private static @Nullable Void run(
            Connection connection,
            List<SqlTemplate> templates,
            Account account,
            @Nullable SensitiveBytes password,
            @Nullable Instant expires,
            boolean mayBeGone)
            throws SQLException {
        if (templates.isEmpty()) {
            return null;
        }
        boolean namesInDouble = doubleQuotesAreForNames(connection);
        try (Statement driver = connection.createStatement()) {
            MysqlQuoting quoting = new MysqlQuoting(driver, namesInDouble, account.name(), password, expires);
            for (SqlTemplate template : templates) {
                try {
                    execute(connection, template.filled(quoting));
                } catch (SQLException refused) {
                    if (!mayBeGone || !MysqlErrors.isNothingThere(refused)) {
                        throw new RefusedStatement(template.field(), refused);
                    }
                }
            }
        }
        return null;
    }
}
