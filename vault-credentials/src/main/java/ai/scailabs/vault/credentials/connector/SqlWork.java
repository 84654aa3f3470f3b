package ai.scailabs.vault.credentials.connector;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is done over one connection. */
public interface SqlWork<T extends @Nullable Object> {
    T over(Connection connection) throws SQLException, TargetException;
}
