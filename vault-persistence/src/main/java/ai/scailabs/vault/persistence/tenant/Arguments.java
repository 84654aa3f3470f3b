package ai.scailabs.vault.persistence.tenant;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How the values of a statement reach the driver. */
final class Arguments {
    private Arguments() {}

    static void bind(PreparedStatement statement, int position, @Nullable Object value) throws SQLException {
        switch (value) {
            // The server infers the type as if none were given, but for the driver one is given. Otherwise it would ask
            // the server to describe
            // the statement, and from then on end the transaction, and with it the tenant, in front of a statement with
            // rows of unknown size.
            case null -> statement.setNull(position, Types.NULL, "unknown");
            case String text -> statement.setString(position, text);
            case Integer number -> statement.setInt(position, number);
            case Long number -> statement.setLong(position, number);
            case Boolean flag -> statement.setBoolean(position, flag);
            case byte[] bytes -> statement.setBytes(position, bytes);
            case UUID id -> statement.setObject(position, id);
            case Instant instant -> statement.setObject(position, instant.atOffset(ZoneOffset.UTC));
            case String[] texts -> bindArray(statement, position, "text", texts);
            case Long[] numbers -> bindArray(statement, position, "int8", numbers);
            case Integer[] numbers -> bindArray(statement, position, "int4", numbers);
            case byte[][] many -> bindArray(statement, position, "bytea", many);
            default ->
                throw new IllegalArgumentException(
                        "no way to bind a " + value.getClass().getName());
        }
    }

    private static void bindArray(
            PreparedStatement statement, int position, String elementType, @Nullable Object[] elements)
            throws SQLException {
        statement.setArray(position, statement.getConnection().createArrayOf(elementType, elements));
    }
}
