package ai.scailabs.vault.dev.database;

import ai.scailabs.vault.dev.folder.Credentials;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** The database {@code scaivault} with its roles, each with a password of its own. */
public final class DevDatabase {
    private static final String NAME = "scaivault";
    private static final List<String> LOGINS = List.of("owner", "app", "worker");

    private final PostgresServer server;
    private final Credentials credentials;

    public DevDatabase(PostgresServer server, Credentials credentials) {
        this.server = server;
        this.credentials = credentials;
    }

    /**
     * Makes what is missing; may be interrupted anywhere and run again.
     *
     * @param rolesSql the text of {@code db/roles.sql}
     */
    public void prepare(String rolesSql) throws IOException, SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(rolesSql);
            for (String login : LOGINS) {
                // A password is letters, digits, - and _: nothing to quote.
                statement.execute("alter role scaivault_" + login + " password '" + password(login) + "'");
            }
            if (!exists(statement)) {
                statement.execute("create database " + NAME + " owner scaivault_owner");
            }
        }
        try (Connection connection = connect(NAME);
                Statement statement = connection.createStatement()) {
            statement.execute(rolesSql);
        }
    }

    /** As {@code DATABASE_URL} takes it; the login is {@code owner}, {@code app} or {@code worker}. */
    public String url(String login) throws IOException {
        return "postgresql://scaivault_" + login + ":" + password(login) + "@127.0.0.1:" + server.port() + "/" + NAME
                + "?sslmode=disable";
    }

    private String password(String login) throws IOException {
        return credentials.password("postgres." + login);
    }

    private static boolean exists(Statement statement) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery("select from pg_catalog.pg_database where datname = '" + NAME + "'")) {
            return rows.next();
        }
    }

    private Connection connect(String database) throws IOException, SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {server.port()});
        source.setDatabaseName(database);
        source.setUser(PostgresServer.SUPERUSER);
        source.setPassword(credentials.password(PostgresServer.SUPERUSER_PASSWORD));
        return source.getConnection();
    }
}
