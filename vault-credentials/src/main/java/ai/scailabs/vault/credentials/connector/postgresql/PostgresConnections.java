package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.RefusedStatement;
import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.SqlFailures;
import ai.scailabs.vault.credentials.connector.SqlWork;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection for each piece of work, which is kept for the next for a while: to log in takes both sides more than most of what is done. Whatever a piece of work has set is gone before the next; one that failed takes its
 * connection with it. Thread-safe.
 */
final class PostgresConnections implements AutoCloseable {
    /** Far less than a route lasts, so that the last piece of work has time. */
    private static final long LONGEST_KEPT_NANOS = Duration.ofSeconds(20).toNanos();
    /** Less than what a socket takes from a server. */
    private static final int MOST_WORKS = 200;

    /** So that the server gives up before we do, and nothing goes on there that nobody waits for. */
    private static final Duration AHEAD = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(PostgresConnections.class);

    private final TargetConfig config;
    private final TargetNetwork network;
    private final Driver driver = new Driver();
    private final Deque<Kept> idle = new ArrayDeque<>();
    private boolean closed;

    PostgresConnections(TargetConfig config, TargetNetwork network) {
        this.config = config;
        this.network = network;
    }

    /** In the target's own database. */
    <T extends @Nullable Object> T with(Login login, SqlWork<T> work) throws TargetException {
        Kept kept = take(login);
        boolean well = false;
        try {
            T result = work.over(kept.connection);
            well = true;
            return result;
        } catch (SQLException failed) {
            throw failure(failed, kept.route);
        } finally {
            if (!well || !giveBack(kept)) {
                kept.close();
            }
        }
    }

    /** In another database of the server. */
    <T extends @Nullable Object> T with(Login login, String database, SqlWork<T> work) throws TargetException {
        try (Kept once = open(login, database)) {
            try {
                return work.over(once.connection);
            } catch (SQLException failed) {
                throw failure(failed, once.route);
            }
        }
    }

    private Kept take(Login login) throws TargetException {
        for (Kept kept = next(); kept != null; kept = next()) {
            if (kept.isGood(login) && isClean(kept)) {
                return kept;
            }
            kept.close();
        }
        return open(login, config.database());
    }

    private synchronized @Nullable Kept next() {
        return idle.poll();
    }

    private boolean isClean(Kept kept) {
        try {
            try (Statement statement = kept.connection.createStatement()) {
                statement.execute("discard all");
            }
            prepare(kept.connection);
            return true;
        } catch (SQLException ended) {
            return false;
        }
    }

    /** False when it is not wanted. */
    private synchronized boolean giveBack(Kept kept) {
        if (closed) {
            return false;
        }
        kept.works++;
        idle.push(kept);
        return true;
    }

    private Kept open(Login login, String database) throws TargetException {
        Route route = network.route(config);
        Connection connection = null;
        try {
            connection = open(route, login, database);
            prepare(connection);
            return new Kept(route, connection, login.user());
        } catch (SQLException failed) {
            TargetException told = failure(failed, route);
            if (connection != null) {
                end(connection);
            }
            route.close();
            throw told;
        }
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ended) {
            LOG.debug("A connection had ended already", ended);
        }
    }

    /** With the way on which it goes, which ends with it. */
    private static final class Kept implements AutoCloseable {
        private final Route route;
        private final Connection connection;
        private final String user;
        private final long since = System.nanoTime();
        private int works;

        Kept(Route route, Connection connection, String user) {
            this.route = route;
            this.connection = connection;
            this.user = user;
        }

        boolean isGood(Login login) {
            return user.equals(login.user()) && works < MOST_WORKS && System.nanoTime() - since < LONGEST_KEPT_NANOS;
        }

        @Override
        public void close() {
            end(connection);
            route.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Kept::close);
        idle.clear();
    }

    /** Logs in and out, and asks for nothing that somebody might not be allowed. */
    void login(Login login) throws TargetException {
        try (Route route = network.route(config)) {
            try (Connection _ = open(route, login, config.database())) {
                // That it opens is all that is asked.
                return;
            } catch (SQLException failed) {
                throw failure(failed, route);
            }
        }
    }

    private Connection open(Route route, Login login, String database) throws SQLException {
        try {
            return route.during(() -> driver.connect(url(database), properties(login)));
        } catch (SQLException failed) {
            throw failed;
        } catch (Exception unexpected) {
            throw new SQLException("the driver failed", unexpected);
        }
    }

    private String url(String database) {
        String host = config.host().indexOf(':') < 0 ? config.host() : "[" + config.host() + "]";
        return "jdbc:postgresql://" + host + ":" + config.port() + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    private Properties properties(Login login) {
        Properties properties = new Properties();
        properties.setProperty("user", login.user());
        properties.setProperty("password", login.passwordText());
        properties.setProperty("ApplicationName", "scaivault");
        properties.setProperty("socketFactory", PostgresSockets.class.getName());
        // The sockets that it gets are encrypted already.
        properties.setProperty("sslmode", "disable");
        properties.setProperty("channelBinding", "disable");
        // In plain text somebody on the way would simply ask for the password itself.
        properties.setProperty("requireAuth", config.encrypted() ? "scram-sha-256,md5,password" : "scram-sha-256,md5");
        properties.setProperty("gssEncMode", "disable");
        long connectSeconds = network.limits().connect().toSeconds();
        properties.setProperty("connectTimeout", String.valueOf(connectSeconds));
        properties.setProperty(
                "sslResponseTimeout", String.valueOf(network.limits().connect().toMillis()));
        properties.setProperty(
                "socketTimeout", String.valueOf(network.limits().read().toSeconds()));
        properties.setProperty("maxResultBuffer", "1M");
        properties.setProperty("logServerErrorDetail", "false");
        return properties;
    }

    private void prepare(Connection connection) throws SQLException {
        long millis = Math.max(1, network.limits().read().minus(AHEAD).toMillis());
        try (Statement statement = connection.createStatement()) {
            // Templates are read under the same assumption about backslashes.
            statement.execute("set statement_timeout = " + millis + "; set standard_conforming_strings = on");
        }
    }

    private TargetException failure(SQLException failed, Route route) {
        String state = SqlFailures.state(failed);
        TargetFailure failure = SqlFailures.ofNetwork(failed, route).orElseGet(() -> meaning(state));
        TargetException told = new TargetException(failure, state);
        return failed instanceof RefusedStatement refused ? told.in(refused.field()) : told;
    }

    private TargetFailure meaning(String state) {
        return switch (state) {
            case "42501" -> TargetFailure.NOT_PERMITTED;
            case "57014", "55P03" -> TargetFailure.TIMED_OUT;
            case "53300", "57P01", "57P02", "57P03" -> TargetFailure.UNREACHABLE;
            case "0A000" -> TargetFailure.NOT_SUPPORTED;
            // Of the driver: how the server wants to have the login is not how it is given.
            case "08004" -> TargetFailure.LOGIN_REFUSED;
            default ->
                state.startsWith("28")
                        ? TargetFailure.LOGIN_REFUSED
                        : state.startsWith("08") ? TargetFailure.UNREACHABLE : TargetFailure.STATEMENT_REFUSED;
        };
    }
}
