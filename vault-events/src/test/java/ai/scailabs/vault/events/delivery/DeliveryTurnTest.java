package ai.scailabs.vault.events.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.TlsServer;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** On a real database, to receivers that speak TLS. Each test has a tenant of its own. */
class DeliveryTurnTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static DeliveryFixture fixture;
    private static DeliveryTurn turn;

    private final String tenant = "turn" + COUNT.incrementAndGet();

    @BeforeAll
    static void open() {
        fixture = new DeliveryFixture(new AddressRule(AddressRule.LOOPBACK));
        turn = fixture.turn(RetrySchedule.USUAL);
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    private static TlsServer receiver(HttpHandler handler) {
        return new TlsServer(DeliveryFixture.AUTHORITY.server("receiver"), handler);
    }

    private static HttpHandler noting(List<String> paths, int status) {
        return exchange -> {
            try (exchange) {
                paths.add(path(exchange));
                exchange.sendResponseHeaders(status, -1);
            }
        };
    }

    private static String path(HttpExchange exchange) throws IOException {
        return JsonMapper.shared()
                .readTree(exchange.getRequestBody().readAllBytes())
                .get("path")
                .stringValue();
    }

    private static void take(Target target) {
        turn.take(target.tenant(), target.id());
    }

    private String deliveries(Target target) {
        return fixture.value(
                "select coalesce(string_agg(status || ' ' || attempts, ',' order by position), '') from event_delivery where target_id = '"
                        + target.id() + "'");
    }

    @Test
    void whatHappened_isSentInOrder_onOneConnection_andWhatWasUndoneIsNot() {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        List<Object> connections = new CopyOnWriteArrayList<>();
        try (TlsServer receiver = receiver(exchange -> {
            connections.add(exchange.getRemoteAddress());
            noting(got, 200).handle(exchange);
        })) {
            Target target = fixture.webhook(tenant, "ordered", receiver.uri("/").toString());
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
                fixture.happened(tenant, "app/n" + i);
                fixture.almostHappened(tenant, "app/undone" + i);
                expected.add("app/n" + i);
            }
            fixture.raise();
            take(target);
            assertThat(got).containsExactlyElementsOf(expected);
            assertThat(connections.stream().distinct()).hasSize(1);
            assertThat(fixture.value("select count(*) from event_delivery where status = 'success' and target_id = '"
                            + target.id() + "'"))
                    .isEqualTo("250");
            // And nothing twice.
            fixture.raise();
            take(target);
            assertThat(got).hasSize(250);
        }
    }

    @Test
    void failure_holdsUpWhatFollows_isTriedAgainByTheSchedule_andGivenUpAtItsEnd() {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        AtomicInteger status = new AtomicInteger(503);
        try (TlsServer receiver = receiver(exchange -> noting(got, status.get()).handle(exchange))) {
            Target target = fixture.webhook(tenant, "failing", receiver.uri("/").toString());
            fixture.happened(tenant, "app/one");
            fixture.happened(tenant, "app/two");
            fixture.raise();
            take(target);
            take(target);
            assertThat(got).containsExactly("app/one");
            assertThat(deliveries(target)).isEqualTo("pending 1");
            Duration passed = Duration.ZERO;
            for (Duration wait : RetrySchedule.USUAL.waits()) {
                // A tenth less or more.
                fixture.later.set(passed.plus(wait.multipliedBy(85).dividedBy(100)));
                take(target);
                int before = got.size();
                passed = passed.plus(wait.multipliedBy(112).dividedBy(100));
                fixture.later.set(passed);
                take(target);
                assertThat(got).hasSize(before + 1).containsOnly("app/one");
            }
            assertThat(deliveries(target)).isEqualTo("failed 9");
            status.set(200);
            take(target);
            assertThat(got.getLast()).isEqualTo("app/two");
            assertThat(deliveries(target)).isEqualTo("failed 9,success 1");
        } finally {
            fixture.later.set(Duration.ZERO);
        }
    }

    @Test
    void targetThatNothingReachesForThreeDays_isDisabled_andTheLogSaysSo() {
        fixture.tenant(tenant);
        Target target = fixture.webhook(tenant, "gone", "https://localhost:1/");
        fixture.happened(tenant, "app/one");
        fixture.raise();
        take(target);
        try {
            fixture.later.set(Duration.ofDays(3).plusMinutes(1));
            take(target);
            Target now = fixture.webhooks.get(target.tenant(), target.id());
            assertThat(now.status()).isEqualTo("disabled");
            assertThat(now.disabledReason()).isEqualTo("failing");
            assertThat(fixture.value("select count(*) from audit_log where tenant_id = 'tnt_" + tenant
                            + "' and action = 'webhook_update' and identity_id = 'system:events'"))
                    .isEqualTo("1");
        } finally {
            fixture.later.set(Duration.ZERO);
        }
    }

    /** As if it had been killed in the middle: what it had sent was not written down. */
    @Test
    void whoDiesWithALease_losesIt_andWhatItDidNotWriteDownIsSentAgain() {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        try (TlsServer receiver = receiver(noting(got, 200))) {
            Target target = fixture.webhook(tenant, "killed", receiver.uri("/").toString());
            fixture.happened(tenant, "app/one");
            fixture.raise();
            fixture.superuser(
                    "update event_target set lease = gen_random_uuid(), lease_until = now() + interval '45 seconds' where target_id = '"
                            + target.id() + "'");
            take(target);
            assertThat(got).isEmpty();
            fixture.superuser("update event_target set lease_until = now() where target_id = '" + target.id() + "'");
            take(target);
            assertThat(got).containsExactly("app/one");
        }
    }

    /** Whoever sends to it then gives it back, or it would be told nothing once it is enabled again. */
    @Test
    void targetThatIsDisabledWhileItIsSentTo_isGivenBack() {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        List<Target> targets = new CopyOnWriteArrayList<>();
        try (TlsServer receiver = receiver(exchange -> {
            if (got.isEmpty()) {
                fixture.superuser("update event_target set enabled = false where target_id = '"
                        + targets.getFirst().id() + "'");
            }
            noting(got, 200).handle(exchange);
        })) {
            Target target =
                    fixture.webhook(tenant, "disabled", receiver.uri("/").toString());
            targets.add(target);
            fixture.happened(tenant, "app/one");
            fixture.raise();
            take(target);
            assertThat(got).containsExactly("app/one");
            assertThat(deliveries(target)).isEqualTo("success 1");
            fixture.superuser("update event_target set enabled = true where target_id = '" + target.id() + "'");
            fixture.happened(tenant, "app/two");
            fixture.raise();
            take(target);
            assertThat(got).containsExactly("app/one", "app/two");
        }
    }

    @Test
    void twoAtOnce_neverSendTheSame() throws Exception {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        try (TlsServer receiver = receiver(noting(got, 200))) {
            Target target = fixture.webhook(tenant, "shared", receiver.uri("/").toString());
            for (int i = 0; i < 100; i++) {
                fixture.happened(tenant, "app/n" + i);
            }
            fixture.raise();
            DeliveryTurn other = fixture.turn(RetrySchedule.USUAL);
            List<Thread> both = new ArrayList<>();
            for (DeliveryTurn each : List.of(turn, other, turn, other)) {
                both.add(Thread.ofPlatform().start(() -> each.take(target.tenant(), target.id())));
            }
            for (Thread each : both) {
                each.join();
            }
            assertThat(got).hasSize(100).doesNotHaveDuplicates();
        }
    }

    @Test
    void deadAndSlowTargets_delayNoOther() throws Exception {
        fixture.tenant(tenant);
        List<String> got = new CopyOnWriteArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        try (TlsServer healthy = receiver(noting(got, 200));
                TlsServer slow = receiver(exchange -> {
                    try (exchange) {
                        end.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                })) {
            for (int i = 0; i < 3; i++) {
                fixture.webhook(tenant, "slow" + i, slow.uri("/").toString());
                fixture.webhook(tenant, "dead" + i, "https://localhost:1/");
            }
            fixture.webhook(tenant, "healthy", healthy.uri("/").toString());
            for (int i = 0; i < 50; i++) {
                fixture.happened(tenant, "app/n" + i);
            }
            fixture.raise();
            DeliveryTurn busy = fixture.turn(RetrySchedule.USUAL);
            try (Dispatcher dispatcher = fixture.dispatcher(busy)) {
                long begun = System.nanoTime();
                dispatcher.run();
                while (got.size() < 50 && System.nanoTime() - begun < PATIENCE.toNanos()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                assertThat(got).hasSize(50);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
                end.countDown();
            }
        }
    }

    /** However many a tenant has, and however long they have waited. */
    @Test
    void slowReceiversOfATenant_leaveRoomForAnothers() throws Exception {
        fixture.tenant(tenant);
        fixture.tenant(tenant + "-other");
        List<String> got = new CopyOnWriteArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        try (TlsServer healthy = receiver(noting(got, 200));
                TlsServer slow = receiver(exchange -> {
                    try (exchange) {
                        end.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                })) {
            for (int i = 0; i < 40; i++) {
                fixture.webhook(tenant, "slow" + i, slow.uri("/").toString());
            }
            Target other = fixture.webhook(
                    tenant + "-other", "healthy", healthy.uri("/").toString());
            fixture.superuser("update event_target set taken_at = now() where target_id = '" + other.id() + "'");
            fixture.happened(tenant, "app/slow");
            fixture.happened(tenant + "-other", "app/other");
            fixture.raise();
            try (Dispatcher dispatcher = fixture.dispatcher(fixture.turn(RetrySchedule.USUAL))) {
                long begun = System.nanoTime();
                while (got.isEmpty()
                        && System.nanoTime() - begun < Duration.ofSeconds(5).toNanos()) {
                    dispatcher.run();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                assertThat(got).containsExactly("app/other");
                end.countDown();
            }
        }
    }

    @Test
    void anotherTenantsEvents_neverArrive_whateverTheRowSays() {
        fixture.tenant(tenant);
        fixture.tenant(tenant + "-other");
        List<String> got = new CopyOnWriteArrayList<>();
        try (TlsServer receiver = receiver(noting(got, 200))) {
            Target target = fixture.webhook(tenant, "mine", receiver.uri("/").toString());
            fixture.webhook(tenant + "-other", "theirs", "https://localhost:1/");
            fixture.happened(tenant + "-other", "app/theirs");
            fixture.happened(tenant, "app/mine");
            fixture.raise();
            take(target);
            assertThat(got).containsExactly("app/mine");
            // Somebody else's secret does not open for it, and it is not sent unsigned.
            fixture.superuser(
                    "update event_signing_key set private_key = (select k.private_key from event_signing_key k where k.tenant_id = 'tnt_"
                            + tenant + "-other') where target_id = '" + target.id() + "'");
            fixture.happened(tenant, "app/next");
            fixture.raise();
            take(target);
            assertThat(got).containsExactly("app/mine");
            turn.take(new TenantId("tnt_" + tenant + "-other"), target.id());
            assertThat(got).containsExactly("app/mine");
        }
    }
}
