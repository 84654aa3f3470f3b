package ai.scailabs.vault.audit;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.DatabaseRole;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** A migrated database with the pools that the product opens on it. */
public final class AuditDatabase implements AutoCloseable {
    public static final TenantId ACME = new TenantId("tnt_acme");
    public static final TenantId GLOBEX = new TenantId("tnt_globex");

    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final AuditEntries entries = new AuditEntries(Clock.systemUTC(), ids);
    private final TestDatabase database;
    private final HikariDataSource app;
    private final HikariDataSource committer;

    private AuditDatabase(TestDatabase database) {
        DatabaseLogin login = DatabaseLogin.parse(database.app().url()).orElseThrow();
        this.database = database;
        this.app = ConnectionPools.open(login, "audit-test-app", 4);
        this.committer = ConnectionPools.openAs(login, DatabaseRole.AUDIT, "audit-test-committer", 1);
    }

    public static AuditDatabase open() {
        return new AuditDatabase(TestPostgres.migratedDatabase(Schema::migrate));
    }

    public static AuditDatabase on(TestPostgres server) {
        TestDatabase database = server.database();
        Schema.migrate(database.owner().dataSource());
        return new AuditDatabase(database);
    }

    public TestDatabase logins() {
        return database;
    }

    public TenantTransactions tenants() {
        return new TenantTransactions(app);
    }

    /** One connection, in the role that only appends. */
    public HikariDataSource committer() {
        return committer;
    }

    /** The login of jobs; the caller closes it. */
    public HikariDataSource worker() {
        return ConnectionPools.open(DatabaseLogin.parse(database.worker().url()).orElseThrow(), "audit-test-worker", 2);
    }

    public Ids ids() {
        return ids;
    }

    public AuditEntry read(TenantId tenant, @Nullable String path, @Nullable String userAgent) {
        return entries.succeeded(new Attempt(
                tenant,
                AuditAction.READ,
                new IdentityId("user:jo@example.test"),
                null,
                path,
                "192.0.2.7",
                userAgent,
                ids.next("req_"),
                System.nanoTime()));
    }

    /** How many rows there really are. */
    public int rowCount() throws SQLException {
        return Integer.parseInt(text("select count(*) from audit_log"));
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

    /** Nobody can write an audit row until the returned connection is closed. */
    public Connection blockWriters() throws SQLException {
        Connection connection = database.superuser().dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table audit_log in exclusive mode");
        }
        return connection;
    }

    @Override
    public void close() {
        app.close();
        committer.close();
    }
}
