package ai.scailabs.vault.identity.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.token.IssuerHttp;
import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.IdentityDatabase;
import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.identity.directory.UserEntry;
import ai.scailabs.vault.identity.scaikey.ScaiKeyDirectory;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestDirectory;
import ai.scailabs.vault.testkit.TestIssuer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mirror against a ScaiKey over real HTTP: whole, broken off, away, slow, lying. */
@Timeout(120)
class SyncWorkerTest {
    private static final TenantId ACME = IdentityDatabase.ACME;
    private static final TenantId SPACE = IdentityDatabase.SPACE;
    private static final IdentityId ADMIN = new IdentityId("user:admin@example.test");
    private static final PageRequest ALL = new PageRequest(1, 1_000);

    private final IdentityDatabase database = new IdentityDatabase();
    private final TestIssuer issuer = TestIssuer.start(database.clock);
    private final TestDirectory scaiKey = issuer.directory();
    private final IssuerHttp http = new IssuerHttp();
    private final SyncService service = new SyncService(database.transactions, database.ids, database.clock, true);

    @AfterEach
    void close() {
        http.close();
        issuer.close();
        database.close();
    }

    private SyncWorker worker() {
        return worker(new SyncSettings(false, Duration.ofHours(1), Duration.ofSeconds(30), 100_000), "");
    }

    private SyncWorker worker(SyncSettings settings, String secretSuffix) {
        return new SyncWorker(
                database.worker(),
                database.transactions,
                new ScaiKeyDirectory(
                        http,
                        issuer.directoryUri(),
                        new Introspection(null, TestIssuer.CLIENT_ID, TestIssuer.CLIENT_SECRET + secretSuffix),
                        database.clock),
                database.mirror,
                database.tenants,
                database.revocations,
                database.entries,
                settings,
                database.ids,
                database.clock);
    }

    private SyncRun request(TenantId space) {
        return service.request(space, ADMIN, database.entry(space, AuditAction.IDENTITY_SYNC));
    }

    private SyncRun last(TenantId space) {
        return service.history(space, ALL).items().getFirst();
    }

    /** A partner with two tenants, five people in the first, two of them in a group. */
    private void populate() {
        scaiKey.partner("ptn_a", "name", "A", "slug", "a", "region", "eu", "status", "ACTIVE")
                .tenant("ptn_a", "tnt_acme", "name", "Acme", "status", "ACTIVE")
                .tenant("ptn_a", "tnt_beta", "name", "Beta", "status", "ACTIVE")
                .group("tnt_acme", "grp_ops", "name", "ops")
                .group("tnt_acme", "grp_dev", "name", "dev")
                .user("tnt_beta", "usr_b1", "email", "b1@beta.test", "status", "ACTIVE");
        for (int i = 1; i <= 5; i++) {
            scaiKey.user(
                    "tnt_acme",
                    "usr_a" + i,
                    "email",
                    "a" + i + "@acme.test",
                    "display_name",
                    "Person " + i,
                    "status",
                    "ACTIVE",
                    "mfa_enabled",
                    true,
                    "roles",
                    List.of());
        }
        scaiKey.member("tnt_acme", "grp_ops", "usr_a1", "membership_type", "DIRECT", "added_at", "2026-01-02T00:00:00Z")
                .member("tnt_acme", "grp_ops", "usr_a2");
    }

    private List<String> users() {
        return database.directory.users(ACME, null, null, ALL).items().stream()
                .map(user -> user.id() + " " + user.status())
                .toList();
    }

    private void assertRefused(String subject) {
        Instant later = database.clock.instant().plusSeconds(60);
        assertThatThrownBy(() -> database.list.require(database.token(ACME, "user:x@y.test", subject, later)))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_REVOKED));
    }

    @Test
    void wholePartner_isMirrored_inSmallPages() throws Exception {
        populate();
        scaiKey.pagesOf(2);
        SyncRun asked = request(SPACE);
        assertThat(asked.status()).isEqualTo(SyncStatus.PENDING);
        // Whoever asks meanwhile gets the same.
        assertThat(request(SPACE).id()).isEqualTo(asked.id());
        worker().run();

        SyncRun done = last(SPACE);
        assertThat(done.status()).as(String.valueOf(done.problem())).isEqualTo(SyncStatus.COMPLETED);
        assertThat(done.counts()).isEqualTo(new SyncCounts(2, 6, 2, 2, 0));
        assertThat(users())
                .containsExactly("usr_a1 ACTIVE", "usr_a2 ACTIVE", "usr_a3 ACTIVE", "usr_a4 ACTIVE", "usr_a5 ACTIVE");
        UserEntry first = database.directory.user(ACME, "a1@acme.test").orElseThrow();
        assertThat(first.groups()).containsExactly("grp_ops");
        assertThat(first.mfaEnabled()).isTrue();
        assertThat(database.directory
                        .tenants(IdentityDatabase.PARTNER, null, null, ALL)
                        .total())
                .isEqualTo(2);
        assertThat(database.directory
                        .partners(IdentityDatabase.PARTNER, null, ALL)
                        .items()
                        .getFirst()
                        .region())
                .isEqualTo("eu");
        assertThat(request(SPACE).id()).isNotEqualTo(asked.id());
    }

    @Test
    void whatIsNotListedAnyMore_isGone_andRefused() throws Exception {
        populate();
        request(SPACE);
        worker().run();
        database.clock.advance(Duration.ofMinutes(1));
        scaiKey.remove("/tenants/tnt_acme/users", "usr_a3")
                .remove("/tenants/tnt_acme/groups", "grp_dev")
                .remove("/tenants/tnt_acme/groups/grp_ops/members", "usr_a2")
                .remove("/partners/ptn_a/tenants", "tnt_beta")
                .user("tnt_acme", "usr_a4", "email", "a4@acme.test", "status", "SUSPENDED");
        request(SPACE);
        worker().run();

        assertThat(last(SPACE).counts().vanished()).isEqualTo(4);
        assertThat(users()).containsExactly("usr_a1 ACTIVE", "usr_a2 ACTIVE", "usr_a4 SUSPENDED", "usr_a5 ACTIVE");
        assertRefused("usr_a3");
        assertRefused("usr_a4");
        database.list.require(database.token(ACME, "user:x@y.test", "usr_a1", database.clock.instant()));
        assertThat(database.directory.user(ACME, "usr_a2").orElseThrow().groups())
                .isEmpty();
        assertThatThrownBy(() -> database.list.requireActive(new TenantId("tnt_beta")))
                .isInstanceOf(VaultException.class);
        assertThat(
                        database.column(
                                "select secret_path from audit_log where action = 'identity_event' and tenant_id = 'tnt_acme' order by 1"))
                .containsExactly("usr_a3", "usr_a4");

        // Who comes back is let in again.
        database.clock.advance(Duration.ofMinutes(1));
        scaiKey.user("tnt_acme", "usr_a3", "email", "a3@acme.test", "status", "ACTIVE");
        request(ACME);
        worker().run();
        database.list.require(database.token(
                ACME, "user:a3@acme.test", "usr_a3", database.clock.instant().plusSeconds(1)));
    }

    @Test
    void brokenOff_goesOnAtThePageWhereItWas_onAnotherInstance() throws Exception {
        populate();
        scaiKey.pagesOf(2);
        request(SPACE);
        CountDownLatch hold = new CountDownLatch(1);
        scaiKey.pauseAt(5, hold);
        SyncWorker killed = worker();
        // Dies while it waits for the third page of people.
        Thread first = Thread.ofPlatform().start(() -> {
            try {
                killed.run();
            } catch (InterruptedException expected) {
                Thread.currentThread().interrupt();
            }
        });
        awaitRequests(5);
        first.interrupt();
        first.join();
        hold.countDown();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.RUNNING);
        int before = scaiKey.requests().size();

        worker().run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.COMPLETED);
        assertThat(users()).hasSize(5);
        List<String> again =
                scaiKey.requests().subList(before, scaiKey.requests().size());
        assertThat(again.getFirst()).isEqualTo("/tenants/tnt_acme/users?limit=200&after=usr_a4");
        assertThat(again).doesNotContain("/partners/ptn_a", "/partners/ptn_a/tenants?limit=200");
    }

    /** It would be in the way of all others. */
    @Test
    void brokenOff_beforeItsEndWasNoted_isEnded() throws Exception {
        populate();
        SyncRun asked = request(SPACE);
        database.execute(
                "update identity_sync set status = 'RUNNING', step = 'DONE' where sync_id = '" + asked.id() + "'");
        worker().run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.COMPLETED);
        assertThat(request(SPACE).id()).isNotEqualTo(asked.id());
    }

    private void awaitRequests(int number) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (scaiKey.requests().size() < number && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(scaiKey.requests().size()).isGreaterThanOrEqualTo(number);
    }

    @Test
    void stoppedWorker_endsAfterItsStep_andTheNextGoesOn() throws Exception {
        populate();
        request(SPACE);
        SyncWorker stopped = worker();
        stopped.stop();
        stopped.run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.PENDING);
        worker().run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.COMPLETED);
    }

    @Test
    void instanceWithoutTheLock_doesNothing() throws Exception {
        populate();
        request(SPACE);
        try (Connection other = database.worker().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_advisory_lock(" + 0x5CA1_0000_0000_0002L + ")");
            worker().run();
            assertThat(scaiKey.requests()).isEmpty();
        }
        worker().run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.COMPLETED);
    }

    /** The mirror stays as it was, the comparison goes on when ScaiKey is well, and gives up when it is not for long. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "500",
                "",
                "not json",
                "[]",
                "{}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[],\"has_more\":true}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":{},\"has_more\":false}",
                "{\"items\":[],\"has_more\":false}",
                "{\"as_of\":\"9998-01-01T00:00:00Z\",\"items\":[],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[],\"has_more\":\"no\"}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[],\"items\":[],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_b\"},{\"id\":\"usr_a\"}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_a\"},{\"id\":\"usr_a\"}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"root\"}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_a\",\"status\":\"active\"}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_a\",\"roles\":\"super_admin\"}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_a\",\"roles\":[\" root\"]}],\"has_more\":false}",
                "{\"as_of\":\"2026-01-01T00:00:00Z\",\"items\":[{\"id\":\"usr_a\",\"email\":7}],\"has_more\":false}"
            })
    void answerThatIsNone_changesNothing_andIsTriedAgain(String answer) throws Exception {
        populate();
        request(ACME);
        worker().run();
        List<String> before = users();
        database.clock.advance(Duration.ofMinutes(1));
        database.execute(
                "insert into identity_sync (tenant_id, sync_id, trigger, requested_by, status, started_at, step, at_tenant)"
                        + " values ('tnt_acme', 'sync_1', 'request', 'user:a@b.test', 'RUNNING', now() + interval '1 day', 'USERS', 'tnt_acme')");
        bad(answer, true);
        SyncWorker worker = worker();
        for (int attempt = 1; attempt < 5; attempt++) {
            worker.run();
            assertThat(last(ACME).status()).isEqualTo(SyncStatus.RUNNING);
            assertThat(last(ACME).problem()).isNotBlank().doesNotContain("usr_").doesNotContain("root");
            int asked = scaiKey.requests().size();
            worker.run();
            assertThat(scaiKey.requests()).as("waits before it tries again").hasSize(asked);
            database.clock.advance(Duration.ofMinutes(11));
        }
        assertThat(users()).isEqualTo(before);
        bad(answer, false);
        worker.run();
        assertThat(last(ACME).status()).isEqualTo(SyncStatus.COMPLETED);
        assertThat(users()).isEqualTo(before);
    }

    private void bad(String answer, boolean wanted) {
        if (answer.equals("500")) {
            issuer.answerWith(wanted ? 500 : 200);
        } else {
            scaiKey.answerWith(wanted ? answer : null);
        }
    }

    @Test
    void scaiKeyThatStaysAway_failsTheComparison_andSaysSo() throws Exception {
        populate();
        request(ACME);
        issuer.down();
        SyncWorker worker = worker();
        for (int attempt = 0; attempt < 5; attempt++) {
            worker.run();
            database.clock.advance(Duration.ofMinutes(11));
        }
        assertThat(last(ACME).status()).isEqualTo(SyncStatus.FAILED);
        assertThat(worker.failedCount()).isEqualTo(1);
        assertThat(worker.refusedAnswers()).isEqualTo(5);
        assertThat(database.column("select error_code from audit_log where action = 'identity_sync' and not success"))
                .containsExactly("service_unavailable");
    }

    @Test
    void scaiKeyThatTrickles_isNotWaitedForLongerThanSeconds() throws Exception {
        populate();
        request(ACME);
        CountDownLatch never = new CountDownLatch(1);
        issuer.holdAnswers(never);
        long began = System.nanoTime();
        worker().run();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        assertThat(last(ACME).problem()).contains("no complete answer");
        never.countDown();
    }

    @Test
    void endlessList_comesToAnEnd_andNothingIsTakenForGone() throws Exception {
        populate();
        request(ACME);
        worker().run();
        database.clock.advance(Duration.ofMinutes(1));
        database.execute(
                "insert into identity_sync (tenant_id, sync_id, trigger, requested_by, status, started_at, step, at_tenant)"
                        + " values ('tnt_acme', 'sync_1', 'request', 'user:a@b.test', 'RUNNING', now() + interval '1 day', 'USERS', 'tnt_acme')");
        scaiKey.endless(true);
        worker(new SyncSettings(false, Duration.ofHours(1), Duration.ofSeconds(30), 2_000), "")
                .run();
        assertThat(last(ACME).status()).isEqualTo(SyncStatus.FAILED);
        assertThat(last(ACME).problem()).contains("more than 2000 entries");
        assertThat(database.directory.user(ACME, "usr_a1").orElseThrow().status())
                .isEqualTo("ACTIVE");
        assertThat(scaiKey.requests().size()).isLessThan(25);
    }

    @Test
    void pageThatWasTrueBeforeTheListBegan_isNotTaken() throws Exception {
        populate();
        request(ACME);
        worker().run();
        String later = database.clock.instant().plusSeconds(60).toString();
        database.execute(
                "insert into identity_sync (tenant_id, sync_id, trigger, requested_by, status, started_at, step, at_tenant, after_id, list_as_of)"
                        + " values ('tnt_acme', 'sync_1', 'request', 'user:a@b.test', 'RUNNING', now() + interval '1 day', 'USERS', 'tnt_acme', 'usr_a3', '"
                        + later + "')");
        worker().run();
        assertThat(last(ACME).status()).isEqualTo(SyncStatus.RUNNING);
        assertThat(last(ACME).problem()).contains("as_of goes back");
        assertThat(users()).contains("usr_a5 ACTIVE");
    }

    @Test
    void wrongSecret_learnsNothing_andChangesNothing() throws Exception {
        populate();
        request(SPACE);
        worker(new SyncSettings(false, Duration.ofHours(1), Duration.ofSeconds(30), 100), "x")
                .run();
        assertThat(last(SPACE).problem()).contains("status 401").doesNotContain(TestIssuer.CLIENT_SECRET);
        assertThat(users()).isEmpty();
    }

    /** Who has tokens here and is not of ScaiKey's list is not locked out by an answer that finds nothing. */
    @Test
    void tenantOrPartnerThatScaiKeyDoesNotKnow_fails_andStaysServed() throws Exception {
        request(ACME);
        request(SPACE);
        worker().run();
        assertThat(last(ACME).problem()).isEqualTo("ScaiKey knows no such tenant");
        assertThat(last(SPACE).problem()).isEqualTo("ScaiKey knows no such partner");
        database.list.requireActive(ACME);
    }

    @Test
    void tenantOfAnotherPartner_isLeftOut() throws Exception {
        populate();
        database.tenants.know(new TenantId("tnt_beta"), new ai.scailabs.vault.kernel.id.PartnerId("ptn_b"));
        scaiKey.tenant("ptn_a", "tnt_beta", "status", "SUSPENDED");
        request(SPACE);
        worker().run();
        assertThat(last(SPACE).status()).isEqualTo(SyncStatus.COMPLETED);
        assertThat(last(SPACE).problem()).contains("tnt_beta belongs to another partner");
        database.list.requireActive(new TenantId("tnt_beta"));
        request(new TenantId("tnt_beta"));
        worker().run();
        assertThat(last(new TenantId("tnt_beta")).status()).isEqualTo(SyncStatus.FAILED);
    }

    @Test
    void schedule_comparesEveryPartner_onceInAnInterval_overAllInstances() throws Exception {
        populate();
        scaiKey.partner("ptn_b", "status", "ACTIVE");
        SyncSettings hourly = new SyncSettings(true, Duration.ofHours(1), Duration.ofSeconds(30), 1_000);
        SyncWorker one = worker(hourly, "");
        SyncWorker other = worker(hourly, "");
        one.run();
        other.run();
        one.run();
        assertThat(scaiKey.requests()).filteredOn("/partners?limit=200"::equals).hasSize(1);
        assertThat(service.history(SPACE, ALL).total()).isEqualTo(1);
        assertThat(last(SPACE).scheduled()).isTrue();
        assertThat(last(new TenantId("ptn_b")).status()).isEqualTo(SyncStatus.COMPLETED);
        database.clock.advance(Duration.ofMinutes(61));
        other.run();
        one.run();
        assertThat(service.history(SPACE, ALL).total()).isEqualTo(2);
        assertThat(one.age()).isEqualTo(Duration.ofMinutes(61));
    }

    @Test
    void manyPeople_areReadPageByPage() throws Exception {
        populate();
        IntStream.range(0, 1_000)
                .forEach(i -> scaiKey.user(
                        "tnt_acme",
                        String.format("usr_m%05d", i),
                        "email",
                        "m" + i + "@acme.test",
                        "status",
                        "ACTIVE"));
        request(ACME);
        worker().run();
        assertThat(last(ACME).counts().users()).isEqualTo(1_005);
        assertThat(database.directory.users(ACME, null, "M99", ALL).total()).isEqualTo(11);
        assertThat(database.directory.users(ACME, null, "%", ALL).total()).isZero();
    }
}
