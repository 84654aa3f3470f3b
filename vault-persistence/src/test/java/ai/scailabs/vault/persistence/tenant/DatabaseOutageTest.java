package ai.scailabs.vault.persistence.tenant;

import static ai.scailabs.vault.persistence.tenant.NoteTable.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseOutageTest {
    @TempDir
    Path folder;

    @Test
    void stoppedDatabase_isServiceUnavailable_untilItIsBack() {
        try (TestPostgres server = TestPostgres.privateInstance(folder.resolve("data"), true)) {
            NoteTable notes = NoteTable.in(server.database());
            notes.insert(ACME, "a1");
            try (HikariDataSource pool = impatient(notes.pool(2))) {
                TenantTransactions tenants = new TenantTransactions(pool);
                assertThat(names(tenants)).containsExactly("a1");

                server.stop();

                assertUnavailable(() -> names(tenants));
                assertUnavailable(() -> tenants.update(ACME, "delete from note"));
                assertUnavailable(() -> tenants.inTransaction(ACME, tx -> tx.update("delete from note")));

                server.restart();

                assertThat(namesOnceItServes(tenants)).containsExactly("a1");
            }
        }
    }

    @Test
    void databaseThatDiesInsideATransaction_isServiceUnavailable_andNothingIsKept() {
        try (TestPostgres server = TestPostgres.privateInstance(folder.resolve("data"), true)) {
            NoteTable notes = NoteTable.in(server.database());
            try (HikariDataSource pool = impatient(notes.pool(2))) {
                TenantTransactions tenants = new TenantTransactions(pool);

                assertUnavailable(() -> tenants.inTransaction(ACME, tx -> {
                    tx.update("insert into note values (?, 'a1', '')", ACME.value());
                    server.kill9();
                    return tx.update("insert into note values (?, 'a2', '')", ACME.value());
                }));
                assertUnavailable(() -> tenants.inTransaction(ACME, tx -> 1));

                server.restart();

                assertThat(namesOnceItServes(tenants)).isEmpty();
            }
        }
    }

    @Test
    void statementThatIsCancelled_isServiceUnavailable_andTheConnectionServesOn() {
        NoteTable notes = NoteTable.in(TestPostgres.freshDatabase());
        try (HikariDataSource pool = notes.pool(1)) {
            TenantTransactions tenants = new TenantTransactions(pool);

            assertUnavailable(() -> tenants.inTransaction(ACME, tx -> {
                tx.query("select set_config('statement_timeout', '50', true)", (row, n) -> "");
                return tx.query("select pg_sleep(5)::text", (row, n) -> "");
            }));

            assertThat(names(tenants)).isEmpty();
        }
    }

    @Test
    void exhaustedPool_isServiceUnavailable() {
        NoteTable notes = NoteTable.in(TestPostgres.freshDatabase());
        try (HikariDataSource pool = impatient(notes.pool(1))) {
            TenantTransactions tenants = new TenantTransactions(pool);

            tenants.inTransaction(ACME, tx -> {
                assertUnavailable(() -> names(tenants));
                return tx.update("delete from note");
            });

            assertThat(names(tenants)).isEmpty();
        }
    }

    private static List<String> names(TenantTransactions tenants) {
        return tenants.query(ACME, "select name from note", (row, n) -> row.getString(1));
    }

    /** As it ships, but for how long it waits for a connection: every refusal here takes as long. */
    private static HikariDataSource impatient(HikariDataSource pool) {
        pool.setConnectionTimeout(300);
        return pool;
    }

    /** The pool looks for a lost database at growing intervals of at most ten seconds. */
    private static List<String> namesOnceItServes(TenantTransactions tenants) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return names(tenants);
            } catch (VaultException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
                assertThat(System.nanoTime()).as("the pool did not recover").isLessThan(patience);
            }
        }
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
    }
}
