package ai.scailabs.vault.persistence.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;

/** Opens pools whose connections never wait without end: for a connection, for a statement or for the network. Their sessions are on UTC, whatever the machine is on. */
public final class ConnectionPools {
    private static final Duration BORROW_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);
    /** Reads or rewrites the largest table that there is. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    /**
     * Every statement finds its few rows by an index. Without these the planner, on a small or new table, prefers to scan it, and the security policy is then asked
     * for every row; and it compiles what runs for microseconds.
     */
    private static final String SESSION_SETTINGS = "-c statement_timeout=" + STATEMENT_TIMEOUT.toMillis()
            + " -c random_page_cost=1.1 -c jit=off" + " -c plan_cache_mode=force_generic_plan";

    private static final String PATIENT_SETTINGS =
            "-c statement_timeout=" + PATIENCE.toMillis() + " -c lock_timeout=" + LOCK_TIMEOUT.toMillis();

    /** The driver sets the machine's zone when it logs in, over what the other settings say. */
    private static final String ZONE = "set time zone 'UTC'";

    private ConnectionPools() {}

    /** @param name in metrics, logs and the database's list of sessions */
    public static HikariDataSource open(DatabaseLogin login, String name, int size) {
        HikariConfig config = settings(login, name, size);
        return new HikariDataSource(config);
    }

    /** As {@link #open}, for what may have to go through whole tables, such as a migration: a statement has a day. Who waits for a lock, and holds up others meanwhile, gives up as soon as elsewhere. */
    public static HikariDataSource openPatient(DatabaseLogin login, String name, int size) {
        HikariConfig config = settings(login, name, size);
        config.addDataSourceProperty("socketTimeout", String.valueOf(PATIENCE.toSeconds()));
        config.addDataSourceProperty("options", PATIENT_SETTINGS);
        return new HikariDataSource(config);
    }

    /**
     * As {@link #open}, for one role that the login may take on and that every connection of the pool keeps. Its statements find every row by an index: the planner would read a table of a
     * hundred tenants from end to end, for each entry.
     */
    public static HikariDataSource openAs(DatabaseLogin login, DatabaseRole role, String name, int size) {
        HikariConfig config = settings(login, name, size);
        config.setConnectionInitSql(ZONE + "; set role " + role.sqlName() + "; set enable_seqscan = off");
        return new HikariDataSource(config);
    }

    private static HikariConfig settings(DatabaseLogin login, String name, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(login.jdbcUrl());
        config.setUsername(login.user());
        config.setPassword(login.password());
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        // More are opened when they are needed: logging in costs more than a thousand statements, and at the start a
        // second of it.
        config.setMinimumIdle(1);
        config.setConnectionTimeout(BORROW_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("ApplicationName", name);
        config.addDataSourceProperty("connectTimeout", String.valueOf(BORROW_TIMEOUT.toSeconds()));
        config.addDataSourceProperty("socketTimeout", String.valueOf(SOCKET_TIMEOUT.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // The server's details of a refusal quote the row: it would end up in logs.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        config.addDataSourceProperty("options", SESSION_SETTINGS);
        config.setConnectionInitSql(ZONE);
        return config;
    }
}
