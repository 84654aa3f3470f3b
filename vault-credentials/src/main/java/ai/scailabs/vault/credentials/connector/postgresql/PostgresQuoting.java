package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.SqlTemplate.Hole;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Marks;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Quoting;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.util.PasswordUtil;

/** Values as the driver quotes them for this connection. A password after the word {@code PASSWORD} becomes what the server would make of it, so that the server's log of statements does not hold it. */
final class PostgresQuoting implements Quoting<SQLException> {
    private final PGConnection driver;
    private final String name;
    private final @Nullable SensitiveBytes password;
    private final @Nullable Instant expires;
    private final String encryption;

    private PostgresQuoting(
            PGConnection driver,
            String name,
            @Nullable SensitiveBytes password,
            @Nullable Instant expires,
            String encryption) {
        this.driver = driver;
        this.name = name;
        this.password = password;
        this.expires = expires;
        this.encryption = encryption;
    }

    static PostgresQuoting of(
            Connection connection, String name, @Nullable SensitiveBytes password, @Nullable Instant expires)
            throws SQLException {
        return new PostgresQuoting(
                connection.unwrap(PGConnection.class), name, password, expires, encryption(connection));
    }

    private static String encryption(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet shown = statement.executeQuery("show password_encryption")) {
            return shown.next() ? shown.getString(1) : "";
        }
    }

    @Override
    public String quoted(Hole hole) throws SQLException {
        return switch (hole.placeholder()) {
            case NAME -> hole.marks() == Marks.SINGLE ? literal(name) : driver.escapeIdentifier(name);
            case PASSWORD -> literal(password(hole.afterPassword()));
            case EXPIRATION -> literal(expires == null ? "infinity" : expires.toString());
        };
    }

    private String password(boolean isStored) throws SQLException {
        if (password == null) {
            throw new IllegalStateException("statements without a password have no place for one");
        }
        String text = new String(password.expose(), StandardCharsets.UTF_8);
        return isStored ? PasswordUtil.encodePassword(name, text.toCharArray(), encryption) : text;
    }

    private String literal(String text) throws SQLException {
        return "'" + driver.escapeLiteral(text) + "'";
    }
}
