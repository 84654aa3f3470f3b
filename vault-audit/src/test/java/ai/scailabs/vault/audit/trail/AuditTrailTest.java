package ai.scailabs.vault.audit.trail;

import static ai.scailabs.vault.audit.AuditDatabase.ACME;
import static ai.scailabs.vault.audit.AuditDatabase.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTrailTest {
    private AuditDatabase database;
    private AuditTrail trail;

    @BeforeEach
    void open() {
        database = AuditDatabase.open();
        trail = new AuditTrail(database.committer());
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    @Test
    void awaitedEntry_isInTheDatabase() throws SQLException {
        AuditEntry entry = database.read(ACME, "app/db", null);

        trail.append(entry).await();

        assertThat(database.text(
                        "select concat_ws('|', tenant_id, action, identity_id, secret_path, success, request_id) from audit_log"
                                + " where log_id = '" + entry.id() + "'"))
                .isEqualTo("tnt_acme|read|user:jo@example.test|app/db|t|" + entry.requestId());
    }

    @Test
    void concurrentEntries_shareCommits() throws Exception {
        Callable<Void> call = () -> {
            trail.append(database.read(ACME, "app/db", "curl")).await();
            return null;
        };

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> one : threads.invokeAll(
                    IntStream.range(0, 1_000).mapToObj(i -> call).toList())) {
                one.get();
            }
        }

        assertThat(database.rowCount()).isEqualTo(1_000);
        assertThat(trail.rowCount()).isEqualTo(1_000);
        assertThat(trail.batchCount()).isLessThan(500);
        assertThat(trail.failureCount()).isZero();
    }

    @Test
    void entriesThatWaitForTheSameCommit_areOneBatch() throws Exception {
        List<AuditReceipt> receipts = new ArrayList<>();
        try (Connection lock = database.blockWriters()) {
            receipts.add(trail.append(database.read(ACME, "first", null)));
            awaitDepth(0);
            for (int i = 0; i < 500; i++) {
                receipts.add(trail.append(database.read(i % 2 == 0 ? ACME : GLOBEX, "path/" + i, null)));
            }
        }

        receipts.forEach(AuditReceipt::await);

        assertThat(trail.batchCount()).isEqualTo(2);
        assertThat(database.rowCount()).isEqualTo(501);
    }

    @Test
    void observer_hearsOfEveryCommit_andHowLongEachEntryWaited() throws Exception {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        List<Long> waits = new CopyOnWriteArrayList<>();
        TrailObserver observer = new TrailObserver() {
            @Override
            public void committed(int entries, long commitNanos) {
                assertThat(commitNanos).isPositive();
                sizes.add(entries);
            }

            @Override
            public void waited(long nanos) {
                waits.add(nanos);
            }
        };
        long blockedNanos;
        try (AuditTrail heard = new AuditTrail(database.committer(), observer)) {
            try (Connection lock = database.blockWriters()) {
                heard.append(database.read(ACME, "first", null));
                while (heard.queueDepth() != 0) {
                    Thread.onSpinWait();
                }
                long before = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    heard.append(database.read(ACME, "later/" + i, null));
                }
                blockedNanos = System.nanoTime() - before;
            }
        }

        assertThat(sizes).containsExactly(1, 20);
        assertThat(waits).hasSize(21).allSatisfy(wait -> assertThat(wait).isPositive());
        // The first of them waited while the others were brought; the last may have come just before the end.
        assertThat(waits.get(1)).isGreaterThan(blockedNanos);
    }

    /** What it measures is not worth an entry, nor a commit after this one. */
    @Test
    void observerThatFails_changesNothing() {
        TrailObserver failing = new TrailObserver() {
            @Override
            public void committed(int entries, long commitNanos) {
                throw new IllegalStateException("no room for figures");
            }

            @Override
            public void waited(long nanos) {}
        };
        try (AuditTrail heard = new AuditTrail(database.committer(), failing)) {
            heard.append(database.read(ACME, "one", null)).await();
            heard.append(database.read(ACME, "two", null)).await();
            assertThat(heard.rowCount()).isEqualTo(2);
            assertThat(heard.failureCount()).isZero();
        }
    }

    @Test
    void statement_isPreparedOnceWhateverIsNull() throws SQLException {
        for (int i = 0; i < 64; i++) {
            trail.append(database.read(ACME, (i & 1) == 0 ? null : "app/db", (i & 2) == 0 ? null : "curl"))
                    .await();
        }

        try (Connection connection = database.committer().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(
                        "select count(*) from pg_prepared_statements where statement like 'with entry%'")) {
            results.next();
            assertThat(results.getInt(1)).isEqualTo(1);
        }
    }

    /** Advisories CVE-2025-62513 and CVE-2025-62705: of bytes, and of types that nobody has thought of, the row shows nothing. */
    @Test
    void extraDataThatIsNotPlain_isRedacted() throws SQLException {
        byte[] secret = "canary-51ab".getBytes(StandardCharsets.UTF_8);
        try (SensitiveBytes sensitive = SensitiveBytes.owning(secret.clone())) {
            AuditEntry entry = database.read(ACME, "app/db", null)
                    .withExtra(Map.of(
                            "plain",
                            1,
                            "bytes",
                            secret,
                            "object",
                            sensitive,
                            "list",
                            List.of(secret, "text", sensitive)));

            trail.append(entry).await();

            assertThat(database.text("select extra_data::text from audit_log where log_id = '" + entry.id() + "'"))
                    .contains("\"plain\": 1", "\"bytes\": \"[redacted]\"", "\"object\": \"[redacted]\"")
                    .contains("\"list\": [\"[redacted]\", \"text\", \"[redacted]\"]");
        }
        for (String form :
                List.of("canary", Base64.getEncoder().encodeToString(secret).substring(0, 12))) {
            assertThat(database.text("select count(*) from audit_log a where position('" + form + "' in a::text) > 0"))
                    .isEqualTo("0");
        }
    }

    /** A workload's issuer signs whatever subject it likes; the refusal is recorded all the same. */
    @Test
    void extraDataThatTheDatabaseCannotTake_isReplaced() throws SQLException {
        Map<String, String> stored = Map.of(
                "nul \u0000 byte", "nul \ufffd byte",
                "\u0000\u0000", "\ufffd\ufffd",
                "half \ud83d", "half \ufffd",
                "half \ud83d and more", "half \ufffd and more",
                "\udd11 other half", "\ufffd other half",
                "whole \ud83d\udd11", "whole \ud83d\udd11",
                "written \\u0000", "written \\u0000",
                "\"quoted\" \\\\u0000 \n\u0000", "\"quoted\" \\\\u0000 \n\ufffd");
        for (Map.Entry<String, String> text : stored.entrySet()) {
            AuditEntry entry = database.read(ACME, "app/db", null).withExtra(Map.of("subject", text.getKey()));

            trail.append(entry).await();

            assertThat(database.text(
                            "select extra_data->>'subject' from audit_log where log_id = '" + entry.id() + "'"))
                    .isEqualTo(text.getValue());
        }
    }

    @Test
    void valueThatTheDatabaseCannotTake_failsItsOwnRequestOnly() throws Exception {
        AuditReceipt poisoned;
        List<AuditReceipt> innocent = new ArrayList<>();
        try (Connection lock = database.blockWriters()) {
            innocent.add(trail.append(database.read(ACME, "first", null)));
            awaitDepth(0);
            innocent.add(trail.append(database.read(ACME, "app/db", "curl")));
            poisoned = trail.append(database.read(GLOBEX, "app/db", "nul \u0000 byte"));
            innocent.add(trail.append(database.read(ACME, "app/db", "curl")));
        }

        innocent.forEach(AuditReceipt::await);
        assertUnavailable(poisoned::await);
        assertThat(database.rowCount()).isEqualTo(3);
        assertThat(trail.failureCount()).isEqualTo(1);
    }

    @Test
    void monthWithoutPartition_isServiceUnavailable() throws SQLException {
        AuditEntry entry = database.read(ACME, "app/db", null);
        AuditEntry farAway = new AuditEntry(
                entry.tenant(),
                entry.occurredAt().plus(Duration.ofDays(4_000)),
                entry.id(),
                entry.action(),
                entry.identity(),
                null,
                null,
                null,
                null,
                null,
                0,
                entry.requestId(),
                entry.extra());

        assertUnavailable(trail.append(farAway)::await);
        assertThat(database.rowCount()).isZero();
    }

    @Test
    void fullQueue_refusesAtOnce_andRecovers() throws Exception {
        List<AuditReceipt> accepted = new ArrayList<>();
        try (Connection lock = database.blockWriters()) {
            VaultException refusal = null;
            for (int i = 0; i < 20_000 && refusal == null; i++) {
                try {
                    accepted.add(trail.append(database.read(ACME, "app/db", null)));
                } catch (VaultException e) {
                    refusal = e;
                }
            }
            assertThat(refusal).isNotNull();
            assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(refusal.details())
                    .containsEntry("reason", "queue_full")
                    .containsEntry("dependency", "audit_log");
            assertThat(trail.failureCount(Obstacle.QUEUE_FULL)).isEqualTo(1);
            assertThat(trail.queueDepth()).isGreaterThan(8_000);
        }

        accepted.forEach(AuditReceipt::await);
        assertThat(database.rowCount()).isEqualTo(accepted.size());
        trail.append(database.read(ACME, "app/db", null)).await();
    }

    @Test
    void close_commitsWhatIsQueuedAndTakesNoMore() throws Exception {
        List<AuditReceipt> receipts = new ArrayList<>();
        CompletableFuture<Void> closing;
        try (Connection lock = database.blockWriters()) {
            for (int i = 0; i < 100; i++) {
                receipts.add(trail.append(database.read(ACME, "app/db", null)));
            }
            closing = CompletableFuture.runAsync(trail::close);
        }

        closing.get();

        assertThat(database.rowCount()).isEqualTo(100);
        receipts.forEach(AuditReceipt::await);
        assertUnavailable(() -> trail.append(database.read(ACME, "app/db", null)));
    }

    @Test
    void interruptedWaiter_getsNoAnswer() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (Connection lock = database.blockWriters()) {
            AuditReceipt receipt = trail.append(database.read(ACME, "app/db", null));
            Thread waiter = Thread.ofVirtual().start(() -> {
                try {
                    receipt.await();
                    seen.complete(new AssertionError("answered"));
                } catch (VaultException e) {
                    seen.complete(e);
                }
            });
            waiter.interrupt();

            assertThat(seen.get()).isInstanceOf(VaultException.class);
        }
    }

    @Test
    void databaseDown_refusesEveryWaiter_andServesAgainWithoutARestart(@TempDir Path folder) throws Exception {
        try (TestPostgres server = TestPostgres.privateInstance(folder.resolve("data"), true);
                AuditDatabase own = AuditDatabase.on(server);
                AuditTrail ownTrail = new AuditTrail(own.committer())) {
            ownTrail.append(own.read(ACME, "before", null)).await();

            server.stop();
            List<Callable<Void>> calls = IntStream.range(0, 32)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        assertUnavailable(() ->
                                ownTrail.append(own.read(ACME, "during", null)).await());
                        return null;
                    })
                    .toList();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Void> one : threads.invokeAll(calls)) {
                    one.get();
                }
            }
            server.restart();

            appendOnceItServes(ownTrail, own);
            assertThat(own.text("select string_agg(secret_path, ',' order by occurred_at) from audit_log"))
                    .isEqualTo("before,after");
        }
    }

    /** The pool looks for a lost database at growing intervals of at most ten seconds; each refusal takes up to three. */
    private static void appendOnceItServes(AuditTrail trail, AuditDatabase database) {
        VaultException last = null;
        for (int attempt = 0; attempt < 20; attempt++) {
            try {
                trail.append(database.read(ACME, "after", null)).await();
                return;
            } catch (VaultException e) {
                last = e;
            }
        }
        throw new AssertionError("the trail did not recover", last);
    }

    private void awaitDepth(int depth) {
        while (trail.queueDepth() != depth) {
            Thread.onSpinWait();
        }
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
    }
}
