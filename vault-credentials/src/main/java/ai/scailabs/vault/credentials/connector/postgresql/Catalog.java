package ai.scailabs.vault.credentials.connector.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.postgresql.PGConnection;

/** The roles of a server, over one connection as the root login. */
record Catalog(Connection connection) {
    private static final String FIND = "select oid from pg_catalog.pg_roles where rolname = ?";

    private static final String OWN_ROLE = "select oid, rolsuper from pg_catalog.pg_roles where rolname = current_user";

    private static final String END_SESSIONS = """
            select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
            where usesysid = ?::oid and pid <> pg_catalog.pg_backend_pid()
            """;

    OptionalLong find(String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** The first column of all rows of a query about a role. */
    List<String> list(String query, long role) throws SQLException {
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setLong(1, role);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    Own own() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OWN_ROLE)) {
            if (!rows.next()) {
                throw new SQLException("a login without a role", "42704");
            }
            return new Own(rows.getLong(1), rows.getBoolean(2));
        }
    }

    /** Who is no superuser ends sessions, and gives away what is owned, of roles that it is a member of. */
    void join(String role) throws SQLException {
        if (!own().superuser()) {
            execute("grant " + identifier(role) + " to current_user");
        }
    }

    void endSessions(long role) throws SQLException {
        var unused = list(END_SESSIONS, role);
    }

    String identifier(String name) throws SQLException {
        return connection.unwrap(PGConnection.class).escapeIdentifier(name);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Braces of a role's statement are the server's to understand.
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    /** The root login's own role. */
    record Own(long role, boolean superuser) {}
}
