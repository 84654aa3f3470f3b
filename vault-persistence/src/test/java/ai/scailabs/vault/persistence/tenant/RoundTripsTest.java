package ai.scailabs.vault.persistence.tenant;

import static ai.scailabs.vault.persistence.tenant.NoteTable.ACME;
import static ai.scailabs.vault.persistence.tenant.NoteTable.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a statement costs on a network that is not the loopback. */
class RoundTripsTest {
    private CountingProxy proxy;
    private HikariDataSource pool;
    private TenantTransactions tenants;

    @BeforeEach
    void open() throws IOException {
        TestDatabase database = TestPostgres.freshDatabase();
        NoteTable notes = NoteTable.in(database);
        notes.insert(ACME, "a1");
        proxy = new CountingProxy(database.app().port());
        String url =
                "postgresql://" + database.app().user() + ":" + database.app().password() + "@127.0.0.1:" + proxy.port()
                        + "/" + database.name() + "?sslmode=disable&gssEncMode=disable";
        pool = ConnectionPools.open(DatabaseLogin.parse(url).orElseThrow(), "round-trips", 1);
        tenants = new TenantTransactions(pool);
        for (int i = 0; i < 20; i++) {
            read(ACME);
            write(ACME);
        }
    }

    @AfterEach
    void close() throws IOException {
        pool.close();
        proxy.close();
    }

    @Test
    void query_takesOneRoundTrip() {
        int before = proxy.roundTrips();

        for (int i = 0; i < 10; i++) {
            read(i % 2 == 0 ? ACME : GLOBEX);
        }

        assertThat(proxy.roundTrips() - before).isEqualTo(10);
    }

    @Test
    void queryWithNullArguments_takesOneRoundTrip() {
        readWithNull(20);
        int before = proxy.roundTrips();

        readWithNull(10);

        assertThat(proxy.roundTrips() - before).isEqualTo(10);
    }

    @Test
    void update_takesOneRoundTrip() {
        int before = proxy.roundTrips();

        for (int i = 0; i < 10; i++) {
            write(ACME);
        }

        assertThat(proxy.roundTrips() - before).isEqualTo(10);
    }

    @Test
    void transaction_takesOneRoundTripForEachStatementAndOneToCommit() {
        int before = proxy.roundTrips();

        for (int i = 0; i < 10; i++) {
            tenants.inTransaction(ACME, tx -> {
                tx.query("select name from note", (row, n) -> row.getString(1));
                tx.update("update note set body = 'y'");
                return tx.update("update note set body = 'z'");
            });
        }

        assertThat(proxy.roundTrips() - before).isEqualTo(40);
    }

    private void readWithNull(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(tenants.query(
                            ACME, "select name from note where ?::text is null", (row, n) -> row.getString(1), (Object)
                                    null))
                    .hasSize(1);
        }
    }

    private void read(TenantId tenant) {
        tenants.query(tenant, "select name from note", (row, n) -> row.getString(1));
    }

    private void write(TenantId tenant) {
        tenants.update(tenant, "update note set body = 'x'");
    }
}
