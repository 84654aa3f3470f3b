package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.Pebbles;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPebble;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 200 certificates are due at once; two instances share them, and one is killed in the middle: all are renewed, none twice, and the directory is sent no order more than there are renewals. */
@Tag("slow")
class AcmeKillTest {
    private static final int CERTIFICATES = 200;

    private TestDatabase database;

    @Test
    void killedInTheMiddleOfRenewals_leavesThemToTheOther(@TempDir Path folder) throws Exception {
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start();
                TestPebble pebble = TestPebble.start(TestPebble.Options.believing())) {
            database = postgres.database();
            String token = issuer.token()
                    .tenant("tnt_acme-kill")
                    .partner("ptn_acme-kill")
                    .user("owner@acme-kill.test")
                    .scope(RunningServer.ALL_SCOPES)
                    .ttl(Duration.ofHours(12))
                    .sign();
            try (KillableServer first = new KillableServer(folder, database, issuer)) {
                first.start();
                first.awaitReady();
                try (KillableServer second = new KillableServer(folder, database, issuer)) {
                    second.start();
                    second.awaitReady();
                    run(new ApiClient(first.port(), token), first, pebble);
                }
            }
        }
    }

    private void run(ApiClient owner, KillableServer first, TestPebble pebble) throws Exception {
        owner.allow("user:owner@acme-kill.test", "**", "admin");
        String account = Pebbles.register(owner, pebble);
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < CERTIFICATES; i++) {
            orders.add(Pebbles.ordered(owner, Pebbles.order(account, "http-01", "kill-" + i + ".example.test")));
        }
        await("select count(*) from acme_order where stage = 'done' and status = 'valid'", CERTIFICATES);
        long begin = System.nanoTime();
        execute("update acme_certificate set renew_at = now(), look_at = null");
        await("select count(*) from acme_certificate where version = 2", CERTIFICATES / 10);
        // Of one tenant an instance works on six at a time: one of seven is the other's, whichever that is.
        await("select count(*) from acme_order where worker is not null", 7);
        first.kill9();
        long killedAt = count("select count(*) from acme_certificate where version = 2");
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
        long left = count(
                "select count(*) from acme_order where worker is not null and lease_until < now() + interval '86 seconds'");
        await("select count(*) from acme_certificate where version = 2", CERTIFICATES);
        System.out.printf(
                "%d certificates renewed in %d s; one of two instances was killed after %d, and left %d orders under way%n",
                CERTIFICATES, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin), killedAt, left);
        assertThat(killedAt).isLessThan(CERTIFICATES);
        assertThat(left).as("a kill that interrupts nothing proves nothing").isPositive();
        assertThat(count("select count(*) from acme_order where renewal")).isEqualTo(CERTIFICATES);
        assertThat(count("select count(*) from acme_certificate_version")).isEqualTo(2 * CERTIFICATES);
        // Whoever took an order up looked for it at the directory, before it would have sent another.
        assertThat(
                        count(
                                "select count(*) from audit_log where action = 'pki_acme_order_step' and extra_data ->> 'step' in ('placed', 'found')"))
                .isEqualTo(2 * CERTIFICATES);
        assertThat(count("select count(distinct order_url) from acme_order")).isEqualTo(2 * CERTIFICATES);
        assertThat(
                        count(
                                "select count(*) from audit_log where action = 'pki_acme_news' and extra_data ->> 'event' = 'certificate.renewed'"))
                .isEqualTo(CERTIFICATES);
    }

    private void await(String sql, long least) throws SQLException {
        long begin = System.nanoTime();
        while (count(sql) < least) {
            assertThat(System.nanoTime() - begin).as(sql).isLessThan(TimeUnit.MINUTES.toNanos(8));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
