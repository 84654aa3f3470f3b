package ai.scailabs.vault.identity.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.IdentityDatabase;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.EventBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what ScaiKey signed just now is taken, once, and nothing that it says is an accident. */
class EventIntakeTest {
    private static final String SECRET = "a-secret-of-the-tests-0001";
    private static final String PREVIOUS = "a-secret-of-the-tests-0000";

    private static IdentityDatabase database;
    private static EventIntake intake;

    @BeforeAll
    static void open() {
        database = new IdentityDatabase();
        intake = intake(new EventSecrets(List.of(SECRET, PREVIOUS)));
    }

    private static EventIntake intake(EventSecrets secrets) {
        return new EventIntake(
                secrets,
                database.transactions,
                database.tenants,
                database.revocations,
                database.mirror,
                database.clock);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static Instant now() {
        return database.clock.instant();
    }

    private static EventBuilder event(String type, String kind, String id) {
        return EventBuilder.of(type, kind, id)
                .tenant("tnt_acme", "ptn_a")
                .at(now())
                .signedAt(now());
    }

    private static EventBuilder suspended(String id) {
        return event("user.suspended", "user", id);
    }

    private static EventHeaders headers(String[] sent) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < sent.length; i += 2) {
            headers.put(sent[i], sent[i + 1]);
        }
        return new EventHeaders(
                headers.get("X-ScaiKey-Signature"),
                headers.get("X-ScaiKey-Timestamp"),
                headers.get("X-ScaiKey-Event-ID"),
                headers.get("X-ScaiKey-Event-Type"));
    }

    private static EventResult send(EventBuilder event) {
        return send(intake, headers(event.headers(SECRET)), event.body()).result();
    }

    private static TakenEvent send(EventIntake to, EventHeaders headers, String body) {
        return to.receive(
                headers, body.getBytes(StandardCharsets.UTF_8), log -> database.entry(log, AuditAction.IDENTITY_EVENT));
    }

    private static void assertRefused(ErrorCode code, EventHeaders headers, String body) {
        List<String> before = database.column("select t::text from identity_user t order by 1");
        assertThatThrownBy(() -> send(intake, headers, body))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
        assertThat(database.column("select t::text from identity_user t order by 1"))
                .isEqualTo(before);
    }

    @Test
    void forged_isRefused() {
        EventBuilder event = suspended("usr_forged");
        String body = event.body();
        EventHeaders good = headers(event.headers(SECRET));
        assertRefused(ErrorCode.TOKEN_INVALID, headers(event.headers("another-secret-of-nobody")), body);
        assertRefused(ErrorCode.TOKEN_INVALID, good, body.replace("usr_forged", "usr_forgee"));
        assertRefused(ErrorCode.TOKEN_INVALID, good, body + " ");
        String signature = String.valueOf(good.signature());
        String timestamp = signature.substring(2, signature.indexOf(','));
        for (String bent : List.of(
                signature.replace("v1=", "v0="),
                signature.replace("v1=", "v2="),
                signature.replace("t=" + timestamp, "t=" + (Long.parseLong(timestamp) + 1)),
                signature.replace("t=" + timestamp, "t=0" + timestamp),
                signature.substring(0, signature.length() - 1),
                signature + "0",
                signature.substring(0, signature.length() - 2) + "00",
                signature.substring(signature.indexOf(',') + 1),
                signature.substring(0, signature.indexOf(',')),
                "t=" + timestamp + "," + signature,
                "sha256=" + signature.substring(signature.indexOf("v1=") + 3),
                signature.toUpperCase(java.util.Locale.ROOT),
                "t=" + timestamp + ",v1=",
                "t=,v1=" + "0".repeat(64),
                "t=" + timestamp + ",v1=" + "0".repeat(64),
                signature + (",v1=" + "0".repeat(64)).repeat(10),
                "",
                "x".repeat(5_000))) {
            assertRefused(ErrorCode.TOKEN_INVALID, new EventHeaders(bent, null, null, null), body);
        }
        assertRefused(ErrorCode.AUTHENTICATION_REQUIRED, new EventHeaders(null, timestamp, null, null), body);
        assertRefused(ErrorCode.TOKEN_INVALID, new EventHeaders(signature, "1", null, null), body);
        assertRefused(ErrorCode.INVALID_REQUEST, new EventHeaders(signature, null, "evt_other", null), body);
        assertRefused(ErrorCode.INVALID_REQUEST, new EventHeaders(signature, null, null, "user.activated"), body);
        assertThat(send(event)).isEqualTo(EventResult.APPLIED);
    }

    @Test
    void olderOrNewerThanFiveMinutes_isRefused() {
        for (long seconds : new long[] {-301, -3_600, 301, 86_400}) {
            EventBuilder event = suspended("usr_old").signedAt(now().plusSeconds(seconds));
            assertRefused(ErrorCode.TOKEN_EXPIRED, headers(event.headers(SECRET)), event.body());
        }
        assertThat(send(suspended("usr_slow").signedAt(now().minusSeconds(299))))
                .isEqualTo(EventResult.APPLIED);
    }

    @Test
    void replay_isRefused_byEveryInstance_alsoSignedAnew() {
        EventBuilder event = suspended("usr_replayed");
        send(event);
        assertRefused(ErrorCode.CONFLICT, headers(event.headers(SECRET)), event.body());
        event.signedAt(now().plusSeconds(10));
        assertRefused(ErrorCode.CONFLICT, headers(event.headers(SECRET)), event.body());
        EventIntake other = intake(new EventSecrets(List.of(SECRET)));
        assertThatThrownBy(() -> send(other, headers(event.headers(SECRET)), event.body()))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT);
                    assertThat(refusal.details()).containsEntry("state", "taken");
                });
    }

    @Test
    void sameEventManyTimesAtOnce_isTakenOnce() throws Exception {
        EventBuilder event = suspended("usr_raced");
        EventHeaders headers = headers(event.headers(SECRET));
        String body = event.body();
        Callable<String> attempt = () -> {
            try {
                return send(intake, headers, body).result().wireName();
            } catch (VaultException refused) {
                return refused.code().code();
            }
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<String> outcomes = threads.invokeAll(java.util.Collections.nCopies(16, attempt)).stream()
                    .map(future -> {
                        try {
                            return future.get();
                        } catch (Exception e) {
                            return e.toString();
                        }
                    })
                    .toList();
            assertThat(outcomes).filteredOn("applied"::equals).hasSize(1);
            assertThat(outcomes).filteredOn("conflict"::equals).hasSize(15);
        }
    }

    @Test
    void previousSecret_isGood_andNoneIsARefusal() {
        EventBuilder event = suspended("usr_rotated");
        assertThat(send(intake, headers(event.headers(PREVIOUS)), event.body()).result())
                .isEqualTo(EventResult.APPLIED);
        EventIntake without = intake(new EventSecrets(List.of()));
        assertThatThrownBy(() -> send(without, headers(event.headers(SECRET)), event.body()))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
        assertThat(new EventSecrets(List.of(SECRET)).toString()).doesNotContain(SECRET);
    }

    @Test
    void older_undoesNothing() {
        assertThat(send(suspended("usr_late"))).isEqualTo(EventResult.APPLIED);
        assertThat(send(event("user.activated", "user", "usr_late").at(now().minusSeconds(1))))
                .isEqualTo(EventResult.UNCHANGED);
        assertThat(send(event("user.updated", "user", "usr_late")
                        .at(now().minusSeconds(1))
                        .data("email", "late@example.test")
                        .data("status", "ACTIVE")))
                .isEqualTo(EventResult.APPLIED);
        assertThat(database.column("select status || ' ' || email from identity_user where user_id = 'usr_late'"))
                .containsExactly("SUSPENDED late@example.test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application.assigned", "user.application_assigned", "certificate.renewed", "user.exploded"})
    void kindThatMeansNothingHere_isTakenAndChangesNothing(String type) {
        EventResult result = send(event(type, "user", "usr_unknown-kind"));
        assertThat(result).isIn(EventResult.IGNORED, EventResult.UNCHANGED);
        assertThat(database.column("select 1 from identity_user where user_id = 'usr_unknown-kind'"))
                .isEmpty();
    }

    @Test
    void eventWithoutATenant_isTakenAndToldInTheLogOfTheUnidentified() {
        EventBuilder event = EventBuilder.of("application.created", "application", "app_1")
                .at(now())
                .signedAt(now());
        assertThat(send(event)).isEqualTo(EventResult.IGNORED);
        assertThat(database.column(
                        "select tenant_id from audit_log where extra_data->>'event_id' = '" + event.id() + "'"))
                .containsExactly(TenantId.UNIDENTIFIED.value());
    }

    @Test
    void tenantOfAnotherPartner_isNotTouched() {
        database.tenants.know(new TenantId("tnt_foreign"), new PartnerId("ptn_b"));
        EventBuilder event = EventBuilder.of("tenant.updated", "tenant", "tnt_foreign")
                .tenant("tnt_foreign", "ptn_a")
                .data("status", "SUSPENDED")
                .at(now())
                .signedAt(now());
        assertThat(send(event)).isEqualTo(EventResult.CONFLICT);
        database.list.requireActive(new TenantId("tnt_foreign"));
        assertThat(send(EventBuilder.of("user.suspended", "user", "usr_x")
                        .tenant("tnt_foreign", "ptn_a")
                        .at(now())
                        .signedAt(now())))
                .isEqualTo(EventResult.CONFLICT);
        assertThat(database.column("select 1 from identity_user where tenant_id = 'tnt_foreign'"))
                .isEmpty();
    }

    @Test
    void saysTooLittleOrTooMuch_isRefused() {
        for (EventBuilder event : List.of(
                EventBuilder.of("user.suspended", "user", "usr_x").at(now()).signedAt(now()),
                event("user.suspended", "user", "jo@example.test"),
                event("user.suspended", "user", "usr_x").with("partner_id", "acme"),
                event("user.suspended", "user", "usr_x").with("tenant_id", "ptn_a"),
                event("user.suspended", "user", "usr_x").with("timestamp", "yesterday"),
                event("user.suspended", "user", "usr_x").at(now().plusSeconds(301)),
                event("user.suspended", "user", "usr_x").at(Instant.parse("9998-01-01T00:00:00Z")),
                event("user.suspended", "user", "usr_x").with("event_id", "no good"),
                event("user.suspended", "user", "usr_x").with("event_type", List.of("user.suspended")),
                event("user.updated", "user", "usr_x").data("status", "suspended"),
                event("user.updated", "user", "usr_x").data("roles", Map.of("super_admin", true)),
                event("tenant.updated", "tenant", "tnt_acme").with("tenant_id", "tnt_other"),
                event("tenant.updated", "tenant", "ptn_a"),
                event("partner.updated", "partner", "ptn_a").with("partner_id", "ptn_b"),
                event("group.member_added", "group", "grp_ops"),
                event("group.member_added", "group", "grp_ops").data("user_id", "root"))) {
            EventHeaders signed = headers(event.headers(SECRET));
            assertRefused(
                    ErrorCode.INVALID_REQUEST,
                    new EventHeaders(signed.signature(), signed.timestamp(), null, null),
                    event.body());
        }
    }

    /** Whatever is signed: the answer is a refusal or a result, never an accident. */
    @Test
    void randomBodies_areNeverAnAccident() {
        SplittableRandom random = new SplittableRandom(20_261_126);
        List<String> pieces = List.of(
                "null",
                "\"\"",
                "[]",
                "{}",
                "-1",
                "1e999",
                "\"\\u0000\"",
                "\"\\ud800\"",
                "\"usr_x\"",
                "true",
                "\"" + "x".repeat(300) + "\"",
                "{\"a\":".repeat(30) + "1" + "}".repeat(30),
                "\"tnt_\"",
                "\"ptn_\"");
        for (int number = 0; number < 500; number++) {
            EventBuilder event = event(
                    List.of("user.updated", "group.member_added", "tenant.updated", "partner.updated", "group.updated")
                            .get(random.nextInt(5)),
                    "user",
                    List.of("usr_r", "grp_r", "tnt_acme", "ptn_a", "").get(random.nextInt(5)));
            String body = event.data("email", "r@example.test")
                    .data("status", "ACTIVE")
                    .data("user_id", "usr_r")
                    .body();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                int at = random.nextInt(body.length());
                String piece = pieces.get(random.nextInt(pieces.size()));
                body = random.nextBoolean()
                        ? body.substring(0, at)
                                + piece
                                + body.substring(Math.min(body.length(), at + random.nextInt(8)))
                        : body.replaceFirst(
                                "\"[A-Za-z_.@0-9-]*\"(?=[,}])", java.util.regex.Matcher.quoteReplacement(piece));
            }
            @Nullable EventHeaders signed = headers(event.headers(SECRET, body));
            try {
                send(intake, new EventHeaders(signed.signature(), null, null, null), body);
            } catch (VaultException refused) {
                assertThat(refused.code().status()).as(number + ": " + body).isLessThan(500);
            }
        }
    }

    @Test
    void window_isShorterThanWhatIsRemembered() {
        assertThat(EventSignature.WINDOW).isLessThan(Duration.ofDays(1).dividedBy(2));
    }
}
