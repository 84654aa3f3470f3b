package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.RefusedStatement;
import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.SqlFailures;
import ai.scailabs.vault.credentials.connector.SqlWork;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Driver;

/** One connection for each piece of work. Thread-safe. */
final class MysqlConnections {
    static {
        // It writes every error of a server into the log, in the server's words. Read once, when its first connection
        // is made.
        System.setProperty("mariadb.logging.disable", "true");
    }

    private final TargetConfig config;
    private final TargetNetwork network;
    private final Driver driver = new Driver();

    MysqlConnections(TargetConfig config, TargetNetwork network) {
        this.config = config;
        this.network = network;
    }

    <T extends @Nullable Object> T with(Login login, SqlWork<T> work) throws TargetException {
        try (Route route = network.route(config)) {
            try (Connection connection = open(route, login, config.database())) {
                keepFromLog(connection);
                return work.over(connection);
            } catch (SQLException failed) {
                throw failure(failed, route);
            }
        }
    }

    /** Logs in and out; into no database, as somebody may be allowed none. */
    void login(Login login) throws TargetException {
        try (Route route = network.route(config)) {
            try (Connection _ = open(route, login, "")) {
                // That it opens is all that is asked.
                return;
            } catch (SQLException failed) {
                throw failure(failed, route);
            }
        }
    }

    private Connection open(Route route, Login login, String database) throws SQLException {
        String host = config.host().indexOf(':') < 0 ? config.host() : "[" + config.host() + "]";
        String url = "jdbc:mariadb://" + host + ":" + config.port() + "/" + database;
        try {
            Connection connection = route.during(() -> driver.connect(url, properties(login)));
            if (connection == null) {
                throw new SQLException("the driver does not know its own URL");
            }
            return connection;
        } catch (SQLException failed) {
            throw failed;
        } catch (Exception unexpected) {
            throw new SQLException("the driver failed", unexpected);
        }
    }

    private Properties properties(Login login) {
        Properties properties = new Properties();
        properties.setProperty("user", login.user());
        properties.setProperty("password", login.passwordText());
        properties.setProperty("socketFactory", MysqlSockets.class.getName());
        properties.setProperty("sslMode", config.encrypted() ? "verify-full" : "disable");
        properties.setProperty("tlsSocketType", RoutedTlsPlugin.NAME);
        // None that sends the password as it is, whatever the server asks for.
        properties.setProperty("restrictedAuth", "mysql_native_password,caching_sha2_password,client_ed25519,parsec");
        properties.setProperty("permitRedirect", "false");
        properties.setProperty("allowLocalInfile", "false");
        properties.setProperty("allowMultiQueries", "false");
        properties.setProperty("dumpQueriesOnException", "false");
        properties.setProperty(
                "connectTimeout", String.valueOf(network.limits().connect().toMillis()));
        properties.setProperty(
                "socketTimeout", String.valueOf(network.limits().read().toMillis()));
        properties.setProperty("maxAllowedColumns", "100");
        properties.setProperty("maxAllowedPacket", String.valueOf(1024 * 1024));
        return properties;
    }

    /** Passwords are in statements here. Who may not switch the log off has an administrator who may read it. */
    private static void keepFromLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set session sql_log_off = 1");
        } catch (SQLException refused) {
            if (!MysqlErrors.isRightMissing(refused)) {
                throw refused;
            }
        }
    }

    private TargetException failure(SQLException failed, Route route) {
        TargetFailure failure =
                SqlFailures.ofNetwork(failed, route).orElseGet(() -> MysqlErrors.meaning(failed, config.encrypted()));
        String code = failed.getErrorCode() > 0 ? String.valueOf(failed.getErrorCode()) : SqlFailures.state(failed);
        TargetException told = new TargetException(failure, code);
        return failed instanceof RefusedStatement refused ? told.in(refused.field()) : told;
    }
}
