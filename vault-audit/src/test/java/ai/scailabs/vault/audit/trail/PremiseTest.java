package ai.scailabs.vault.audit.trail;

import static ai.scailabs.vault.audit.AuditDatabase.ACME;
import static ai.scailabs.vault.audit.AuditDatabase.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An entry with a premise is written exactly when the premise holds. */
class PremiseTest {
    private static final String PATH = "app/db";

    private AuditDatabase database;
    private AuditTrail trail;
    private Premise premise;

    @BeforeEach
    void open() throws SQLException {
        database = AuditDatabase.open();
        trail = new AuditTrail(database.committer());
        secret(ACME, PATH);
        secret(GLOBEX, PATH);
        premise = new Premise(
                number("select epoch from tenant where tenant_id = 'tnt_acme'"),
                number("select revision from secret where tenant_id = 'tnt_acme'"));
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    @Test
    void premiseThatHolds_isWritten() throws SQLException {
        AuditEntry entry = database.read(ACME, PATH, null);

        assertThat(trail.appendIf(premise, entry).holds()).isTrue();

        assertThat(written(entry)).isTrue();
        assertThat(trail.rowCount()).isEqualTo(1);
    }

    @Test
    void premiseThatDoesNotHold_leavesNoEntry() throws SQLException {
        assertLeftOut(ACME, PATH, new Premise(premise.epoch() + 1, premise.revision()));
        assertLeftOut(ACME, PATH, new Premise(premise.epoch() - 1, premise.revision()));
        assertLeftOut(ACME, PATH, new Premise(premise.epoch(), premise.revision() + 1));
        assertLeftOut(ACME, "app/none", premise);
        assertLeftOut(GLOBEX, PATH, premise);
        assertLeftOut(new TenantId("tnt_nobody"), PATH, premise);
        execute("update tenant set status = 'suspended' where tenant_id = 'tnt_acme'");
        assertLeftOut(ACME, PATH, premise);

        assertThat(trail.rowCount()).isZero();
        assertThat(trail.failureCount()).isZero();
    }

    @Test
    void outcomesOfOneBatch_areEachEntrysOwn() throws Exception {
        List<AuditReceipt> holding = new ArrayList<>();
        List<AuditReceipt> outdated = new ArrayList<>();
        List<AuditReceipt> plain = new ArrayList<>();
        Premise old = new Premise(premise.epoch(), premise.revision() - 1);
        try (Connection lock = database.blockWriters()) {
            for (int i = 0; i < 100; i++) {
                holding.add(trail.appendIf(premise, database.read(ACME, PATH, null)));
                outdated.add(trail.appendIf(old, database.read(ACME, PATH, null)));
                // What holds for one tenant says nothing about another in the same statement.
                outdated.add(trail.appendIf(premise, database.read(GLOBEX, PATH, null)));
                plain.add(trail.append(database.read(GLOBEX, null, "curl")));
            }
        }

        assertThat(holding).allMatch(AuditReceipt::holds);
        assertThat(outdated).noneMatch(AuditReceipt::holds);
        plain.forEach(AuditReceipt::await);
        assertThat(database.rowCount()).isEqualTo(200);
        assertThat(trail.batchCount()).isLessThan(10);
    }

    @Test
    void awaitedEntryThatWasLeftOut_letsNothingOut() {
        AuditReceipt receipt = trail.appendIf(new Premise(0, 0), database.read(ACME, PATH, null));

        assertThatThrownBy(receipt::await)
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
    }

    @Test
    void committer_seesNoMoreThanOneTenantAndWhatPremisesName() throws SQLException {
        try (Connection connection = database.committer().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(count(statement, "select count(revision) from secret")).isZero();
            assertThat(count(statement, "select count(epoch) from tenant")).isZero();
            connection.setAutoCommit(false);
            statement.execute("select set_config('app.tenant_id', 'tnt_acme', true)");
            assertThat(count(statement, "select count(revision) from secret")).isEqualTo(1);
            connection.rollback();
            connection.setAutoCommit(true);
            for (String hidden : List.of(
                    "select metadata from secret",
                    "select ciphertext from secret_version",
                    "select wrapped_key from tenant_key",
                    "select partner_id from tenant")) {
                assertThatThrownBy(() -> statement.execute(hidden)).hasMessageContaining("permission denied");
            }
        }
    }

    private void assertLeftOut(TenantId tenant, String path, Premise wrong) throws SQLException {
        AuditEntry entry = database.read(tenant, path, null);

        assertThat(trail.appendIf(wrong, entry).holds())
                .as(tenant + " " + wrong)
                .isFalse();

        assertThat(written(entry)).isFalse();
    }

    private boolean written(AuditEntry entry) throws SQLException {
        return number("select count(*) from audit_log where log_id = '" + entry.id() + "'") == 1;
    }

    private void secret(TenantId tenant, String path) throws SQLException {
        execute("insert into partner values ('ptn_x', now()) on conflict do nothing");
        execute("insert into tenant (tenant_id, partner_id, epoch, created_at) values ('" + tenant
                + "', 'ptn_x', 7, now())");
        execute(
                "insert into secret (tenant_id, path, secret_type, current_version, metadata, max_versions, expire_action,"
                        + " notify_before, created_at, created_by, updated_at) values ('" + tenant + "', '" + path
                        + "', 'kv', 1, '{}', 10, 'keep', '{}', now(), 'user:x', now())");
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(database.text(sql));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(Statement statement, String sql) throws SQLException {
        try (ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getInt(1);
        }
    }
}
