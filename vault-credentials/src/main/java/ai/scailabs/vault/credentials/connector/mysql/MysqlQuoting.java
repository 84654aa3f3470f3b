package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.SqlTemplate.Hole;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Quoting;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Values as the driver quotes them for this connection: it knows from the server whether backslashes count. Whether double quotes are for names or for texts the server is asked.
 */
final class MysqlQuoting implements Quoting<SQLException> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Statement driver;
    private final boolean doubleQuotesAreForNames;
    private final String name;
    private final @Nullable SensitiveBytes password;
    private final @Nullable Instant expires;

    /** @param driver a statement of the connection that the values are for */
    MysqlQuoting(
            Statement driver,
            boolean doubleQuotesAreForNames,
            String name,
            @Nullable SensitiveBytes password,
            @Nullable Instant expires) {
        this.driver = driver;
        this.doubleQuotesAreForNames = doubleQuotesAreForNames;
        this.name = name;
        this.password = password;
        this.expires = expires;
    }

    @Override
    public String quoted(Hole hole) throws SQLException {
        return switch (hole.placeholder()) {
            case NAME ->
                switch (hole.marks()) {
                    case NONE, BACKTICK -> identifier();
                    case SINGLE -> driver.enquoteLiteral(name);
                    case DOUBLE -> doubleQuotesAreForNames ? identifier() : driver.enquoteLiteral(name);
                };
            case PASSWORD -> driver.enquoteLiteral(password());
            case EXPIRATION -> driver.enquoteLiteral(TIME.format(expires == null ? Instant.EPOCH : expires));
        };
    }

    /** The driver takes a name between backticks for one that is quoted already, and it would be another's. */
    private String identifier() throws SQLException {
        if (name.startsWith("`") && name.endsWith("`")) {
            throw new SQLException("a name that the driver does not quote", "42000");
        }
        return driver.enquoteIdentifier(name, true);
    }

    private String password() {
        if (password == null) {
            throw new IllegalStateException("statements without a password have no place for one");
        }
        return new String(password.expose(), StandardCharsets.UTF_8);
    }
}
