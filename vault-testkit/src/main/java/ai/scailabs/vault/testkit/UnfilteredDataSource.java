package ai.scailabs.vault.testkit;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Takes the application's own tenant filters out of every prepared statement, so that a test shows what row-level security does on its own: {@code x.tenant_id = ?}
 * becomes a test of the parameter that is always true, {@code a.tenant_id = b.tenant_id} becomes {@code true}. The setting that row-level security compares is left
 * alone. A statement that filters by tenant in a way which this class cannot remove is refused, lest a test pass for the wrong reason. Thread-safe.
 */
public final class UnfilteredDataSource implements DataSource {
    private static final String COLUMN = "(?:\\b\\w+\\.)?\\btenant_id\\b";
    private static final String PARAMETER = "\\?(?:::text\\b)?";
    private static final Pattern COLUMN_IS_PARAMETER = Pattern.compile(
            COLUMN + "\\s*=\\s*" + PARAMETER + "|" + PARAMETER + "\\s*=\\s*" + COLUMN, Pattern.CASE_INSENSITIVE);
    private static final Pattern COLUMN_IS_ANY =
            Pattern.compile(COLUMN + "\\s*=\\s*any\\s*\\(\\s*\\?(?:::text\\[])?\\s*\\)", Pattern.CASE_INSENSITIVE);
    private static final Pattern COLUMN_IS_COLUMN =
            Pattern.compile(COLUMN + "\\s*=\\s*" + COLUMN, Pattern.CASE_INSENSITIVE);
    /** A comparison of the tenant, also as part of a row, or a join by its name. */
    private static final Pattern LEFT_OVER = Pattern.compile(
            COLUMN + "\\s*(?:=|<>|!=|<|>|\\bin\\b|\\blike\\b|~)|=\\s*" + COLUMN + "|\\(\\s*" + COLUMN
                    + "\\s*,[^()]*\\)\\s*(?:=|\\bin\\b)|\\busing\\s*\\([^()]*\\btenant_id\\b|\\bnatural\\s+join\\b",
            Pattern.CASE_INSENSITIVE);

    private final DataSource delegate;
    private final AtomicInteger removed = new AtomicInteger();

    public UnfilteredDataSource(DataSource delegate) {
        this.delegate = delegate;
    }

    /** How many filters were taken out so far: a test that relies on this class makes sure that it is not zero. */
    public int removedFilters() {
        return removed.get();
    }

    String unfiltered(String sql) {
        String text = replace(COLUMN_IS_ANY, sql, "(?::text[] is not null)");
        text = replace(COLUMN_IS_PARAMETER, text, "(?::text is not null)");
        text = replace(COLUMN_IS_COLUMN, text, "true");
        if (LEFT_OVER.matcher(text).find()) {
            throw new IllegalStateException("cannot take the tenant filter out of: " + sql);
        }
        return text;
    }

    /**
     * Makes the functions that the service may call anew without their tenant filters. Triggers keep theirs: they follow a row, whoever changed it.
     *
     * @param owner of the functions
     */
    public void unfilterFunctions(DataSource owner) throws SQLException {
        List<String> definitions = new ArrayList<>();
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet results = statement.executeQuery(
                    "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace"
                            + " and prorettype <> 'trigger'::regtype and has_function_privilege('scaivault_app', oid, 'execute')")) {
                while (results.next()) {
                    definitions.add(results.getString(1));
                }
            }
            for (String definition : definitions) {
                statement.execute(unfiltered(definition));
            }
        }
    }

    private String replace(Pattern filter, String sql, String replacement) {
        return filter.matcher(sql).replaceAll(match -> {
            removed.incrementAndGet();
            return replacement;
        });
    }

    @Override
    public Connection getConnection() throws SQLException {
        return watched(delegate.getConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return watched(delegate.getConnection(user, password));
    }

    private Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                UnfilteredDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> call(connection, method, arguments));
    }

    private Object call(Connection connection, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("prepareStatement") || method.getName().equals("prepareCall")) {
            arguments[0] = unfiltered((String) arguments[0]);
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return delegate.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        delegate.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        delegate.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return delegate.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(UnfilteredDataSource.class.getPackageName());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return delegate.isWrapperFor(type);
    }
}
