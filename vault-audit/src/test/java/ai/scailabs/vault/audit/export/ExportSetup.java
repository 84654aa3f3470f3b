package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.proof.TreeHead;
import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that exports take, on a database of its own; the secret with the credentials is a text here. */
final class ExportSetup implements AutoCloseable {
    static final TenantId TENANT = AuditDatabase.ACME;
    static final IdentityId JO = new IdentityId("user:jo@example.test");
    static final SecretPath CREDENTIALS = new SecretPath("ops/bucket");

    final AuditDatabase database = AuditDatabase.open();
    final HikariDataSource worker = database.worker();
    final Sequencer sequencer = new Sequencer(worker, (connection, entries) -> {}, Clock.systemUTC());
    final NoteSigner.NewKey key = NoteSigner.generate("scaivault/audit/" + TENANT, new SecureRandom());
    final AuditEntries entries = new AuditEntries(Clock.systemUTC(), database.ids());
    CredentialSource credentials = export -> StoreCredentials.of(
            export.order().destination().type(), MotoBuckets.CREDENTIALS.getBytes(StandardCharsets.UTF_8));
    ObjectStores stores = new VendorStores(StoreSetup.here(), StoreSetup.QUICK, Set.of(), new SecureRandom());
    ExportTerms terms = new ExportTerms(1_000, Duration.ofMinutes(5), Duration.ZERO, Duration.ofHours(24));

    ExportSetup() throws SQLException {
        superuser("insert into partner (partner_id, created_at) values ('ptn_acme', now())");
        superuser("insert into tenant (tenant_id, partner_id, created_at) values ('tnt_acme', 'ptn_acme', now())");
    }

    ExportService service() {
        return new ExportService(
                database.tenants(), terms, (tenant, order) -> false, database.ids(), Clock.systemUTC());
    }

    ExportWorker newWorker() {
        return new ExportWorker(
                worker,
                database.tenants(),
                stores,
                export -> credentials.read(export),
                (tenant, partner) -> signed(),
                tenant -> Duration.ofDays(2_557),
                terms,
                entries,
                database.ids(),
                Clock.systemUTC());
    }

    private HeadSigner.Signed signed() {
        TreeHead head = new LogTree(database.tenants()).head(TENANT);
        String note = new Checkpoint(key.key().name(), head.size(), head.root())
                .sign(new NoteSigner(key.key(), key.privateKey()))
                .render();
        return new HeadSigner.Signed(head.size(), note, key.key().line());
    }

    Export create(ExportOrder order) {
        AuditEntry entry = entries.succeeded(new Attempt(
                TENANT,
                AuditAction.EXPORT_CREATED,
                JO,
                null,
                null,
                "192.0.2.7",
                "a browser",
                database.ids().next("req_"),
                System.nanoTime()));
        ExportService service = service();
        return service.create(TENANT, service.newId(), order, JO, entry);
    }

    /** Lets it be carried out, as far as it goes now. */
    Export run(Export export) throws InterruptedException, SQLException {
        sequencer.run();
        superuser("update audit_export set retry_at = null");
        newWorker().run();
        return service().find(TENANT, export.id());
    }

    static ExportOrder whole(Destination destination) {
        return order(destination, ExportFormat.JSONL, false, null, Instant.now(), ExportFilters.NONE);
    }

    static ExportOrder order(
            Destination destination,
            ExportFormat format,
            boolean continuous,
            @Nullable Instant from,
            @Nullable Instant to,
            ExportFilters filters) {
        return new ExportOrder(
                format,
                continuous,
                from,
                to,
                filters,
                destination,
                ObjectLock.COMPLIANCE,
                CREDENTIALS,
                "in the right of Jo");
    }

    /** Entries of the last minutes, one second apart; the paths of every tenth begin with {@code tenth/}. */
    void append(int count) throws SQLException {
        append(1, count, 1.0, count);
        sequencer.run();
    }

    /** @param apart seconds, so that the last of all lies in the present */
    void append(int first, int last, double apart, int all) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        insert into audit_log (tenant_id, occurred_at, log_id, action, identity_type, identity_id, secret_path, source_ip, user_agent, success,
                            duration_ms, request_id, extra_data)
                        select 'tnt_acme', date_trunc('milliseconds', now()) - make_interval(secs => ?::float8 * (? - n)), gen_random_uuid(),
                            case when n % 3 = 0 then 'write' else 'read' end, 'user', 'user:jo@example.test',
                            case when n % 10 = 0 then 'tenth/' else 'app/' end || n, '192.0.2.7', '=cmd|"quoted", and more', true, 3, 'req_' || n,
                            case when n % 5 = 0 then '{"version": 3}'::jsonb end
                        from generate_series(?, ?) n
                        """)) {
            statement.setDouble(1, apart);
            statement.setInt(2, all);
            statement.setInt(3, first);
            statement.setInt(4, last);
            statement.executeUpdate();
        }
    }

    /** As somebody does whom nothing in the database stops. */
    void tamper(String sql) throws SQLException {
        superuser("alter table only audit_log disable trigger append_only;" + sql
                + ";alter table only audit_log enable always trigger append_only");
    }

    void superuser(String sql) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        worker.close();
        database.close();
        key.close();
    }
}
