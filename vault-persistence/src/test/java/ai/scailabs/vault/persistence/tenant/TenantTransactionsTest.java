package ai.scailabs.vault.persistence.tenant;

import static ai.scailabs.vault.persistence.tenant.NoteTable.ACME;
import static ai.scailabs.vault.persistence.tenant.NoteTable.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.UnfilteredDataSource;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;

class TenantTransactionsTest {
    private NoteTable notes;
    private HikariDataSource pool;
    private TenantTransactions tenants;

    @BeforeEach
    void open() {
        notes = NoteTable.in(TestPostgres.freshDatabase());
        pool = notes.pool(1);
        tenants = new TenantTransactions(pool);
        notes.insert(ACME, "a1");
        notes.insert(ACME, "a2");
        notes.insert(GLOBEX, "g1");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void withoutTenant_thereAreNoRows() throws SQLException {
        assertThat(rawNames()).isEmpty();
    }

    @Test
    void query_seesOneTenantOnly() {
        assertThat(names(ACME)).containsExactly("a1", "a2");
        assertThat(names(GLOBEX)).containsExactly("g1");
        assertThat(names(new TenantId("tnt_unknown"))).isEmpty();
    }

    @Test
    void tenant_isGoneAfterTheStatementOnTheSameConnection() throws SQLException {
        assertThat(names(ACME)).hasSize(2);
        assertThat(rawNames()).isEmpty();

        tenants.inTransaction(ACME, tx -> tx.update("update note set body = 'new'"));
        assertThat(rawNames()).isEmpty();

        assertThatThrownBy(() -> tenants.update(ACME, "insert into note values ('tnt_acme', 'a1', '')"))
                .isInstanceOf(DataAccessException.class);
        assertThat(rawNames()).isEmpty();
    }

    @Test
    void alternatingTenants_onOneServerPreparedStatement_neverMix() throws SQLException {
        for (int i = 0; i < 12; i++) {
            notes.insert(new TenantId("tnt_alternating_" + i), "n" + i);
        }

        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 12; i++) {
                assertThat(names(new TenantId("tnt_alternating_" + i))).containsExactly("n" + i);
            }
        }

        assertThat(serverPrepared("select name from note order by name"))
                .as("the statement is prepared on the server, and once")
                .isEqualTo(1);
    }

    @Test
    void nullArguments_leaveTheTenantInPlace_alsoOnceTheStatementIsPreparedOnTheServer() {
        for (int i = 0; i < 30; i++) {
            String wanted = i % 7 == 6 ? "a1" : null;
            List<String> seen = tenants.query(
                    ACME,
                    "select name, body from note where (?::text is null or name = ?::text) and (?::timestamptz is null) order by name",
                    (row, number) -> row.getString(1),
                    wanted,
                    wanted,
                    null);
            assertThat(seen).as("execution %d", i).hasSize(wanted == null ? 2 : 1);
        }
    }

    @Test
    void manyTenantsAtOnce_overFewConnections_neverMix() throws Exception {
        try (HikariDataSource few = notes.pool(3);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TenantTransactions shared = new TenantTransactions(few);
            for (int i = 0; i < 32; i++) {
                notes.insert(new TenantId("tnt_many_" + i), "n" + i);
            }
            List<Callable<Void>> calls = IntStream.range(0, 32)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        for (int n = 0; n < 40; n++) {
                            assertThat(shared.query(
                                            new TenantId("tnt_many_" + i),
                                            "select name from note",
                                            (row, number) -> row.getString(1)))
                                    .containsExactly("n" + i);
                        }
                        return null;
                    })
                    .toList();
            for (Future<Void> one : threads.invokeAll(calls)) {
                one.get();
            }
        }
    }

    @Test
    void foreignRow_cannotBeInsertedChangedOrDeleted() {
        assertThatThrownBy(() -> tenants.update(ACME, "insert into note values (?, 'x', 'y')", GLOBEX.value()))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("row-level security");
        assertThatThrownBy(() -> tenants.update(ACME, "update note set tenant_id = ?", GLOBEX.value()))
                .isInstanceOf(DataAccessException.class);
        assertThat(tenants.update(ACME, "update note set body = 'x' where tenant_id = ?", GLOBEX.value()))
                .isZero();
        assertThat(tenants.update(ACME, "delete from note where tenant_id = ?", GLOBEX.value()))
                .isZero();
        assertThat(notes.rowCount()).isEqualTo(3);
    }

    @Test
    void withoutTheApplicationsFilters_rowLevelSecurityHoldsAlone() {
        UnfilteredDataSource unfiltered = new UnfilteredDataSource(pool);
        TenantTransactions careless = new TenantTransactions(unfiltered);

        assertThat(careless.query(
                        ACME,
                        "select name from note where tenant_id = ?",
                        (row, number) -> row.getString(1),
                        GLOBEX.value()))
                .containsExactlyInAnyOrder("a1", "a2");
        assertThat(careless.update(ACME, "delete from note where tenant_id = ?", GLOBEX.value()))
                .isEqualTo(2);
        assertThat(names(GLOBEX)).containsExactly("g1");
        assertThat(unfiltered.removedFilters()).isEqualTo(2);
    }

    @Test
    void throwingWork_isRolledBack() {
        IllegalStateException failure = new IllegalStateException("changed my mind");

        assertThatThrownBy(() -> tenants.inTransaction(ACME, tx -> {
                    tx.update("insert into note values (?, 'a3', '')", ACME.value());
                    assertThat(tx.query("select name from note", (row, n) -> row.getString(1)))
                            .hasSize(3);
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(names(ACME)).containsExactly("a1", "a2");
    }

    @Test
    void failureThatTheWorkSwallows_isNotCommittedAsSuccess() {
        assertThatThrownBy(() -> tenants.inTransaction(ACME, tx -> {
                    tx.update("insert into note values (?, 'a3', '')", ACME.value());
                    try {
                        tx.update("insert into note values (?, 'a1', '')", ACME.value());
                    } catch (DuplicateKeyException expected) {
                        return "done";
                    }
                    return "not refused";
                }))
                .isInstanceOf(DuplicateKeyException.class);

        assertThat(names(ACME)).containsExactly("a1", "a2");
    }

    @Test
    void work_isCommittedAtOnce() {
        int changed = tenants.inTransaction(ACME, tx -> {
            assertThat(tx.tenant()).isEqualTo(ACME);
            return tx.update("update note set body = 'x'") + tx.update("delete from note where name = 'a2'");
        });

        assertThat(changed).isEqualTo(3);
        assertThat(names(ACME)).containsExactly("a1");
    }

    @Test
    void updateCount_isThatOfTheStatement() {
        assertThat(tenants.update(ACME, "update note set body = body")).isEqualTo(2);
        assertThat(tenants.update(GLOBEX, "delete from note")).isEqualTo(1);
    }

    @Test
    void moreRowsThanOne_areNotSilentlyTheFirst() {
        assertThatThrownBy(() -> tenants.queryOne(ACME, "select name from note", (row, n) -> row.getString(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tenants.inTransaction(
                        ACME, tx -> tx.queryOne("select name from note", (row, n) -> row.getString(1))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyKindOfArgument_arrivesAsItWas() {
        Instant instant = Instant.parse("2026-11-22T01:02:03.456789Z");
        UUID id = UUID.fromString("0199f0a0-0000-7000-8000-0000000000ff");

        List<String> seen = tenants.query(
                ACME,
                "select concat_ws('|', ?::text, ?::int, ?::bigint, ?::boolean, encode(?::bytea, 'hex'), ?::uuid,"
                        + " to_char(?::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), array_to_string(?::text[], ','), ?::text)",
                (row, n) -> row.getString(1),
                "it's",
                7,
                1L << 40,
                true,
                new byte[] {0, (byte) 0xff},
                id,
                instant,
                new String[] {"x", "y"},
                null);

        assertThat(seen).containsExactly("it's|7|1099511627776|t|00ff|" + id + "|2026-11-22 01:02:03.456789|x,y");
        assertThatThrownBy(() -> tenants.query(ACME, "select ?::text", (row, n) -> "", new Object()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void violatedConstraint_namesNoValueOfTheRow() {
        assertThatThrownBy(() -> tenants.update(ACME, "insert into note values (?, ?, 'hunter2')", ACME.value(), "a1"))
                .isInstanceOf(DuplicateKeyException.class)
                .satisfies(failure -> {
                    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                        assertThat(cause.getMessage()).doesNotContain("a1").doesNotContain("hunter2)");
                    }
                });
    }

    @Test
    void quotesInATenant_areOnlyText() {
        TenantId odd = new TenantId("tnt_'; delete from note; --");

        assertThat(names(odd)).isEmpty();
        assertThat(notes.rowCount()).isEqualTo(3);
    }

    private List<String> names(TenantId tenant) {
        return tenants.query(tenant, "select name from note order by name", (row, number) -> row.getString(1));
    }

    /** On the pool's one connection, the way a statement that forgot the tenant would run. */
    private List<String> rawNames() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery("select name from note")) {
            while (results.next()) {
                names.add(results.getString(1));
            }
        }
        return names;
    }

    private int serverPrepared(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select count(*) from pg_prepared_statements where statement like ?")) {
            statement.setString(1, "%" + sql);
            try (ResultSet results = statement.executeQuery()) {
                results.next();
                return results.getInt(1);
            }
        }
    }
}
