package ai.scailabs.vault.tenancy;

import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A migrated database, as the product sees it and as a superuser does. */
public final class TenancyDatabase implements AutoCloseable {
    private final TestDatabase database;
    private final HikariDataSource app;

    private TenancyDatabase(TestDatabase database) {
        this.database = database;
        this.app =
                ConnectionPools.open(DatabaseLogin.parse(database.app().url()).orElseThrow(), "tenancy-test", 8);
    }

    public static TenancyDatabase open() {
        return new TenancyDatabase(TestPostgres.migratedDatabase(Schema::migrate));
    }

    public TenantTransactions tenants() {
        return new TenantTransactions(app);
    }

    public DataSource worker() {
        return database.worker().dataSource();
    }

    /** As a superuser. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as a superuser sees it. */
    public String text(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getString(1);
        }
    }

    @Override
    public void close() {
        app.close();
    }
}
