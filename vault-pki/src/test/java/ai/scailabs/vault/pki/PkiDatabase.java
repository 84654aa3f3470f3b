package ai.scailabs.vault.pki;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;

/** A migrated database with one tenant, and rows as authorities leave them. */
public final class PkiDatabase implements AutoCloseable {
    public static final TenantId TENANT = new TenantId("tnt_acme");
    /** Keys as they are: what seals them is tried elsewhere. */
    public static final KeySeal UNSEALED = new KeySeal() {
        @Override
        public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
            return privateKey.expose().clone();
        }

        @Override
        public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
            return SensitiveBytes.owning(sealed.clone());
        }
    };

    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private final HikariDataSource app = pool(database.app().url(), "pki-test-app");
    private final HikariDataSource worker = pool(database.worker().url(), "pki-test-worker");
    private final Ids ids = new Ids(Clock.systemUTC(), TestIssuer.RANDOM);

    public PkiDatabase() {
        update("insert into partner (partner_id, created_at) values ('ptn_acme', now())");
        tenant(TENANT);
    }

    public static HikariDataSource pool(String url, String name) {
        return ConnectionPools.open(DatabaseLogin.parse(url).orElseThrow(), name, 2);
    }

    public void tenant(TenantId tenant) {
        update("insert into tenant (tenant_id, partner_id, created_at) values (?, 'ptn_acme', now())", tenant.value());
    }

    /** As the service sees it. */
    public TenantTransactions tenants() {
        return new TenantTransactions(app);
    }

    /** As jobs do. */
    public HikariDataSource worker() {
        return worker;
    }

    public TestDatabase logins() {
        return database;
    }

    public Ids ids() {
        return ids;
    }

    /** A root with a key of P-256, whose lists are due. */
    public UUID authority(TenantId tenant, String name) {
        TestIssuer root = TestIssuer.root(KeySpec.EC_P256);
        UUID id = ids.nextUuid();
        String keyId = "key_" + name;
        update("""
                insert into certificate_authority (tenant_id, ca_id, name, ca_type, common_name, status, generation, created_at, created_by, updated_at)
                values (?, ?, ?, 'root', ?, 'active', 1, now(), 'user:jo@example.test', now())
                """, tenant.value(), id, name, name);
        update(
                """
                insert into ca_generation (tenant_id, ca_id, generation, key_id, key_type, key_size, certificate_id, certificate, serial, subject,
                    subject_key_id, not_before, not_after, created_at)
                values (?, ?, 1, ?, 'ec', 256, ?, ?, ?, 'CN=x', ?, ?, ?, now())
                """,
                tenant.value(),
                id,
                keyId,
                ids.nextUuid(),
                root.certificate(),
                new byte[] {1},
                new byte[] {2},
                root.view().validity().notBefore(),
                root.view().validity().notAfter());
        update(
                "insert into ca_signing_key (tenant_id, key_id, private_key, created_at) values (?, ?, ?, now())",
                tenant.value(),
                keyId,
                root.keys().getPrivate().getEncoded());
        update(
                "insert into crl_schedule (tenant_id, ca_id, due_at, delay_ms) values (?, ?, now(), 5000)",
                tenant.value(),
                id);
        return id;
    }

    /** A certificate that was kept, of one name. */
    public UUID certificate(TenantId tenant, UUID authority, int number, Instant notAfter, String status) {
        UUID id = ids.nextUuid();
        update("""
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, common_name, subject, sans, not_before, not_after,
                    certificate, created_at, created_by)
                values (?, ?, ?, 1, ?, ?, 'web', 'x', 'CN=x', array['dns:x.test'], ?, ?, 'x'::bytea, now(), 'user:jo@example.test')
                """, tenant.value(), id, authority, serial(number), status, notAfter.minusSeconds(86_400), notAfter);
        update(
                "insert into certificate_name (tenant_id, name, certificate_id) values (?, 'dns:x.test', ?)",
                tenant.value(),
                id);
        return id;
    }

    /** @param certificate null for one that is not kept */
    public void revocation(
            TenantId tenant,
            UUID authority,
            int number,
            UUID certificate,
            Instant notAfter,
            int reason,
            boolean released,
            Instant changedAt) {
        update(
                """
                insert into certificate_revocation (tenant_id, ca_id, ca_generation, serial, certificate_id, reason, revoked_at, not_after, released, changed_at)
                values (?, ?, 1, ?, ?::uuid, ?, ?, ?, ?, ?)
                """,
                tenant.value(),
                authority,
                serial(number),
                certificate == null ? null : certificate.toString(),
                reason,
                changedAt,
                notAfter,
                released,
                changedAt);
    }

    private static byte[] serial(int number) {
        return new byte[] {1, (byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
    }

    /** As the superuser. */
    public int update(String sql, Object... arguments) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement = prepared(connection, sql, arguments)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The number in the first column of the only row, as the superuser sees it. */
    public long number(String sql, Object... arguments) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement = prepared(connection, sql, arguments);
                ResultSet results = statement.executeQuery()) {
            results.next();
            return results.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            Object argument =
                    arguments[i] instanceof Instant at ? OffsetDateTime.ofInstant(at, ZoneOffset.UTC) : arguments[i];
            statement.setObject(i + 1, argument);
        }
        return statement;
    }

    /** Stands where it is put. */
    public static Clock at(Instant now) {
        return Clock.fixed(now, ZoneId.of("UTC"));
    }

    @Override
    public void close() {
        app.close();
        worker.close();
    }
}
