package ai.scailabs.vault.persistence.tenant;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/**
 * Runs statements for one tenant. The tenant reaches the database in the same round trip as the statement, as a setting that ends with the transaction;
 * row-level security compares it with every row. SQL is always a constant of the program. Thread-safe.
 *
 * <p>Failures of the database itself are {@code 503 service_unavailable}; violated constraints are Spring's {@code DataAccessException}s.
 */
public final class TenantTransactions {
    static final String SET_TENANT = "select set_config('app.tenant_id', ?, true)";

    private final DataSource dataSource;
    private final @Nullable ConnectionThreads threads;
    private final SqlFailures failures = new SqlFailures();
    private final ConcurrentHashMap<String, String> withTenant = new ConcurrentHashMap<>();

    /** @param dataSource logs in as the app role; connections in auto-commit mode */
    public TenantTransactions(DataSource dataSource) {
        this(dataSource, null);
    }

    /** @param threads that run the statements; absent for the caller's own */
    public TenantTransactions(DataSource dataSource, @Nullable ConnectionThreads threads) {
        this.dataSource = dataSource;
        this.threads = threads;
    }

    /** One statement in a transaction of its own, in one round trip. */
    public <T> List<T> query(
            TenantId tenant,
            @CompileTimeConstant final String sql,
            RowMapper<T> mapper,
            @Nullable Object... arguments) {
        return run(tenant, sql, arguments, statement -> rows(statement, mapper));
    }

    /** As {@link #query} for at most one row. */
    public <T> Optional<T> queryOne(
            TenantId tenant,
            @CompileTimeConstant final String sql,
            RowMapper<T> mapper,
            @Nullable Object... arguments) {
        return onlyRow(run(tenant, sql, arguments, statement -> rows(statement, mapper)));
    }

    /**
     * Calls a function of the database that does something for each of several tenants, and sets each before it does: no tenant is set when it begins, so that it sees nothing
     * until then. In a transaction of its own, in one round trip.
     */
    public <T> List<T> callForMany(
            @CompileTimeConstant final String sql, RowMapper<T> mapper, @Nullable Object... arguments) {
        return threads == null
                ? callHere(sql, mapper, arguments)
                : threads.call(() -> callHere(sql, mapper, arguments));
    }

    private <T> List<T> callHere(String sql, RowMapper<T> mapper, @Nullable Object[] arguments) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                Arguments.bind(statement, i + 1, arguments[i]);
            }
            statement.execute();
            return rows(statement, mapper);
        } catch (SQLException e) {
            throw failures.translate(sql, e);
        }
    }

    /** One INSERT, UPDATE or DELETE in a transaction of its own, in one round trip; tells how many rows it changed. */
    public int update(TenantId tenant, @CompileTimeConstant final String sql, @Nullable Object... arguments) {
        return run(tenant, sql, arguments, PreparedStatement::getUpdateCount);
    }

    /** Several statements in one transaction, rolled back when the work throws or any of its statements failed. */
    public <T> T inTransaction(TenantId tenant, Function<TenantTransaction, T> work) {
        return threads == null ? transact(tenant, work) : threads.call(() -> transact(tenant, work));
    }

    private <T> T transact(TenantId tenant, Function<TenantTransaction, T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                TenantTransaction transaction = new TenantTransaction(connection, tenant, failures, withTenant);
                T result = work.apply(transaction);
                commit(connection, transaction);
                return result;
            } catch (RuntimeException | Error failure) {
                rollBack(connection, failure);
                throw failure;
            } finally {
                restore(connection);
            }
        } catch (SQLException e) {
            throw failures.translate("transaction", e);
        }
    }

    private <T> T run(TenantId tenant, String sql, @Nullable Object[] arguments, StatementReader<T> reader) {
        return threads == null
                ? runHere(tenant, sql, arguments, reader)
                : threads.call(() -> runHere(tenant, sql, arguments, reader));
    }

    private <T> T runHere(TenantId tenant, String sql, @Nullable Object[] arguments, StatementReader<T> reader) {
        String batch = withTenant.computeIfAbsent(sql, statement -> SET_TENANT + "; " + statement);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(batch)) {
            return execute(statement, tenant, arguments, reader);
        } catch (SQLException e) {
            throw failures.translate(sql, e);
        }
    }

    /** Binds the tenant first, runs both statements of the batch, and reads the second. */
    static <T> T execute(
            PreparedStatement statement, TenantId tenant, @Nullable Object[] arguments, StatementReader<T> reader)
            throws SQLException {
        statement.setString(1, tenant.value());
        for (int i = 0; i < arguments.length; i++) {
            Arguments.bind(statement, i + 2, arguments[i]);
        }
        statement.execute();
        statement.getMoreResults();
        return reader.read(statement);
    }

    static <T> List<T> rows(PreparedStatement statement, RowMapper<T> mapper) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet results = statement.getResultSet()) {
            while (results.next()) {
                rows.add(mapper.mapRow(results, rows.size()));
            }
        }
        return rows;
    }

    static <T> Optional<T> onlyRow(List<T> rows) {
        if (rows.size() > 1) {
            throw new IllegalStateException("more than one row");
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    private static void commit(Connection connection, TenantTransaction transaction) throws SQLException {
        RuntimeException failure = transaction.failure();
        if (failure != null) {
            throw failure;
        }
        connection.commit();
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private static void restore(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            connection.setAutoCommit(true);
        }
    }

    /** Reads what a statement that has run left behind. */
    @FunctionalInterface
    interface StatementReader<T> {
        T read(PreparedStatement statement) throws SQLException;
    }
}
