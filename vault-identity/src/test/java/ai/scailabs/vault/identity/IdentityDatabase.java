package ai.scailabs.vault.identity;

import ai.scailabs.vault.access.revocation.RevocableToken;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.identity.directory.IdentityDirectory;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A migrated database, and the services under test on it as one instance has them. */
public final class IdentityDatabase implements AutoCloseable {
    public static final PartnerId PARTNER = new PartnerId("ptn_a");
    public static final TenantId SPACE = TenantId.sharedBy(PARTNER);
    public static final TenantId ACME = new TenantId("tnt_acme");

    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private final HikariDataSource app;
    public final MovableClock clock = new MovableClock();
    public final TenantTransactions transactions;
    public final RevocationList list;
    public final RevocationService revocations;
    public final TenantRegistry tenants;
    public final Mirror mirror;
    public final IdentityDirectory directory;
    public final Ids ids = new Ids(clock, new SecureRandom());
    public final AuditEntries entries = new AuditEntries(clock, ids);

    public IdentityDatabase() {
        this.app = ConnectionPools.open(
                new DatabaseLogin(
                        database.app().jdbcUrl(),
                        database.app().user(),
                        database.app().password()),
                "identity-test",
                4);
        this.transactions = new TenantTransactions(app);
        this.list = new RevocationList(transactions, clock);
        this.revocations = new RevocationService(transactions, list, clock);
        this.tenants = new TenantRegistry(transactions, clock);
        this.mirror = new Mirror(
                (tx, identity, issuedBy) ->
                        revocations.revokeIdentity(tx, identity, issuedBy, new IdentityId("system:scaikey")),
                clock);
        this.directory = new IdentityDirectory(transactions);
        tenants.know(ACME, PARTNER);
    }

    /** Of somebody who is called so, and whom ScaiKey knows by that id. */
    public RevocableToken token(TenantId tenant, String identity, @Nullable String subject, Instant issuedAt) {
        return new RevocableToken(
                tenant,
                new IdentityId(identity),
                subject == null ? null : new IdentityId("user:" + subject),
                "jti",
                "ff",
                issuedAt.toEpochMilli());
    }

    public AuditEntry entry(TenantId log, AuditAction action) {
        return entries.succeeded(new Attempt(
                log,
                action,
                new IdentityId("user:admin@example.test"),
                null,
                null,
                null,
                null,
                ids.next("req_"),
                System.nanoTime()));
    }

    public javax.sql.DataSource worker() {
        return database.worker().dataSource();
    }

    public javax.sql.DataSource appLogin() {
        return database.app().dataSource();
    }

    /** Behind the back of row-level security: the first column of every row. */
    public List<String> column(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            List<String> column = new ArrayList<>();
            while (results.next()) {
                column.add(String.valueOf(results.getString(1)));
            }
            return column;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** See {@link TestDatabase#meanwhile}. */
    public <T> CompletableFuture<T> meanwhile(Supplier<T> other) {
        return database.meanwhile(other);
    }

    /** Behind the back of row-level security. */
    public void execute(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        app.close();
    }

    /** Of today, as the audit log has partitions from this month on; stands still until it is moved. */
    public static final class MovableClock extends Clock {
        private Instant now = Instant.ofEpochSecond(Clock.systemUTC().instant().getEpochSecond());

        public void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new IllegalStateException("only UTC here");
        }
    }
}
