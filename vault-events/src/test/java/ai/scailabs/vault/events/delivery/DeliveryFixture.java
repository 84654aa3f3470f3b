package ai.scailabs.vault.events.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.events.delivery.TargetForm.Filters;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.events.webhook.WebhookDraft;
import ai.scailabs.vault.events.webhook.WebhookService;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An installation that has a log, an outbox and webhooks, on a real database; receivers speak TLS, and time goes on when it is told to. */
final class DeliveryFixture implements AutoCloseable {
    static final TestAuthority AUTHORITY = new TestAuthority("events");
    static final String SECRET = "not-a-real-one-0123456789";

    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private final HikariDataSource app;
    private final HikariDataSource worker;
    final AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
    final Clock clock = new Moved();
    final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    final TenantTransactions transactions;
    final SigningKeys keys;
    final WebhookService webhooks;
    private final AuditEntries entries = new AuditEntries(Clock.systemUTC(), ids);
    private final Sequencer sequencer;
    private final Posting posting;

    /** @param rule where targets may be */
    DeliveryFixture(AddressRule rule) {
        DatabaseLogin login = DatabaseLogin.parse(database.app().url()).orElseThrow();
        app = ConnectionPools.open(login, "events-test-app", 6);
        worker = ConnectionPools.open(
                DatabaseLogin.parse(database.worker().url()).orElseThrow(), "events-test-worker", 3);
        transactions = new TenantTransactions(app);
        keys = new SigningKeys(transactions, new PlainSeal(), ids, clock);
        posting = new Posting(rule, TlsServer.trusting(AUTHORITY), false, clock);
        DeliveryLog log = new DeliveryLog(transactions);
        webhooks = new WebhookService(
                new TargetRepository(transactions),
                keys,
                log,
                new SingleDelivery(log, keys, posting, ids, clock),
                posting,
                clock,
                ids);
        sequencer = new Sequencer(worker, new Outbox(Duration.ofDays(7), clock), clock);
    }

    void tenant(String name) {
        superuser("insert into partner (partner_id, created_at) values ('ptn_" + name + "', now())");
        superuser("insert into tenant (tenant_id, partner_id, created_at) values ('tnt_" + name + "', 'ptn_" + name
                + "', now())");
    }

    Target webhook(String tenant, String name, String url) {
        TenantId id = new TenantId("tnt_" + tenant);
        try (SensitiveBytes secret = SensitiveBytes.owning(SECRET.getBytes(StandardCharsets.UTF_8))) {
            return webhooks.create(
                    id,
                    new PartnerId("ptn_" + tenant),
                    new WebhookDraft(name, url, List.of("secret.deleted"), Filters.NONE, true),
                    secret,
                    new IdentityId("user:jo@example.test"),
                    entries.succeeded(attempt(id, AuditAction.WEBHOOK_CREATE, null)));
        }
    }

    private Attempt attempt(TenantId tenant, AuditAction action, @Nullable String path) {
        return new Attempt(
                tenant,
                action,
                new IdentityId("user:jo@example.test"),
                null,
                path,
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
    }

    /** A change of a tenant whose entry says that a secret was deleted. */
    void happened(String tenant, String path) {
        TenantId id = new TenantId("tnt_" + tenant);
        transactions.inTransaction(id, tx -> {
            record(tx, id, path);
            return path;
        });
    }

    private void record(TenantTransaction tx, TenantId id, String path) {
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(entries.succeeded(attempt(id, AuditAction.DELETE, path))
                        .withExtra(Map.of("permanent", true, "version_count", 1))));
    }

    /** The same, undone. */
    void almostHappened(String tenant, String path) {
        TenantId id = new TenantId("tnt_" + tenant);
        try {
            transactions.inTransaction(id, tx -> {
                record(tx, id, path);
                throw new IllegalStateException("undone");
            });
        } catch (IllegalStateException undone) {
            assertThat(undone).hasMessage("undone");
        }
    }

    /** What has happened so far is in the outbox. */
    void raise() {
        sequencer.run();
    }

    DeliveryTurn turn(RetrySchedule schedule) {
        return new DeliveryTurn(
                transactions,
                keys,
                posting,
                standing -> path -> true,
                new DeliveryJournal(transactions, entries, ids),
                schedule,
                ids,
                clock,
                new SecureRandom());
    }

    Dispatcher dispatcher(DeliveryTurn turn) {
        return new Dispatcher(worker, turn, clock, 32);
    }

    void superuser(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String value(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        posting.close();
        app.close();
        worker.close();
    }

    private final class Moved extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Clock.systemUTC().instant().plus(later.get());
        }
    }
}
