package ai.scailabs.vault.access.decision;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static ai.scailabs.vault.access.AccessDatabase.actor;
import static ai.scailabs.vault.access.AccessDatabase.draft;
import static ai.scailabs.vault.access.AccessDatabase.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.ConditionsDraft;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.RuleDraft;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Conditions of rules, binding ends, and the explanations that go with them. */
class ConditionsTest {
    private static final Actor ADMIN = actor(ACME, "user:admin@example.test");
    private static final SecretPath DB = new SecretPath("app/db");
    private static AccessDatabase db;
    private static AccessControl access;
    private static TenantEpochs epochs;
    private static int people;

    @BeforeAll
    static void start() {
        db = new AccessDatabase();
        access = new AccessControl(db.transactions, db.clock);
        epochs = new TenantEpochs(db.transactions);
    }

    @AfterAll
    static void stop() {
        db.close();
    }

    private static Actor someone() {
        return actor(ACME, "user:p" + ++people);
    }

    private static VaultException denied(ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        return refusal;
    }

    private static Caller from(Actor actor, String address, Instant mfaVerifiedAt) {
        return new Caller(
                new Actor(
                        actor.identity(),
                        actor.displayName(),
                        actor.tenant(),
                        actor.partner(),
                        actor.scopes(),
                        actor.groups(),
                        actor.roles(),
                        mfaVerifiedAt,
                        actor.tokenExpiresAt(),
                        null),
                address);
    }

    private static Policy conditional(Actor actor, String pattern, ConditionsDraft... conditions) {
        Policy policy = db.create(
                ADMIN,
                draft(
                        "conditional " + ++people,
                        Arrays.stream(conditions)
                                .map(each -> new RuleDraft(pattern, List.of("read", "list"), each))
                                .toArray(RuleDraft[]::new)));
        db.bind(ADMIN, policy, actor.identity().value(), null);
        return policy;
    }

    private static VaultException refused(ErrorCode code, String condition, ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.details()).containsEntry("failed_condition", condition);
        assertThat(refusal.evidence())
                .containsEntry("failed_condition", condition)
                .containsKey("evaluated");
        return refusal;
    }

    @Test
    void addressOutsideTheRangesOrUnknown_isRefused() {
        Actor reader = someone();
        conditional(reader, "app/**", new ConditionsDraft(List.of("10.0.0.0/8", "2001:db8::/32"), null, null, null));
        for (String address : Arrays.asList(
                null, "", "unknown", "203.0.113.9", "11.0.0.0", "::1", "2001:db9::1", "10.0.0.1:80", "fe80::1%eth0")) {
            refused(
                    ErrorCode.IP_NOT_ALLOWED,
                    "ip_ranges",
                    () -> access.require(from(reader, address, null), Permission.READ, DB));
            assertThat(access.filter(from(reader, address, null), Permission.LIST)
                            .isEmpty())
                    .isTrue();
        }
        refused(ErrorCode.IP_NOT_ALLOWED, "ip_ranges", () -> access.require(reader, Permission.READ, DB));
        for (String address : List.of("10.255.0.1", "::ffff:10.0.0.1", "2001:db8:ffff::1")) {
            assertThat(access.require(from(reader, address, null), Permission.READ, DB))
                    .isNotNull();
            assertThat(access.filter(from(reader, address, null), Permission.LIST)
                            .matches("app/db"))
                    .isTrue();
        }
        // Who has no rule that could fit learns of no condition.
        denied(() -> access.require(reader, Permission.WRITE, DB));
        denied(() -> access.require(reader, Permission.READ, new SecretPath("other")));
        denied(() -> access.require(someone(), Permission.READ, DB));
    }

    @Test
    void secondFactorThatIsStaleAbsentOrOfTheFuture_isRefused() {
        Actor reader = someone();
        conditional(reader, "app/**", new ConditionsDraft(null, true, null, null));
        Instant now = db.clock.instant();
        for (Instant verified : Arrays.asList(
                null,
                now.minus(Duration.ofMinutes(15)),
                now.minus(Duration.ofDays(1)),
                Instant.EPOCH,
                now.plusSeconds(31),
                Instant.MAX,
                Instant.MIN)) {
            refused(
                    ErrorCode.MFA_REQUIRED,
                    "require_mfa",
                    () -> access.require(from(reader, null, verified), Permission.READ, DB));
        }
        for (Instant verified : List.of(now, now.minus(Duration.ofMinutes(15)).plusMillis(2), now.plusSeconds(29))) {
            assertThat(access.require(from(reader, null, verified), Permission.READ, DB))
                    .isNotNull();
        }
        Actor strict = someone();
        conditional(strict, "app/**", new ConditionsDraft(null, true, "5m", null));
        refused(
                ErrorCode.MFA_REQUIRED,
                "require_mfa",
                () -> access.require(from(strict, null, now.minus(Duration.ofMinutes(5))), Permission.READ, DB));
        assertThat(access.require(from(strict, null, now.minus(Duration.ofMinutes(4))), Permission.READ, DB))
                .isNotNull();
    }

    @Test
    void secondFactorThatGrowsStaleWhileTheRequestWaits_isNoticedOnConfirmation() {
        Actor reader = someone();
        conditional(reader, "app/**", new ConditionsDraft(null, true, null, null));
        Permit permit = access.require(from(reader, null, db.clock.instant()), Permission.READ, DB);
        assertThat(access.confirm(permit, epochs.current(ACME)).match()).isEqualTo(permit.match());
        db.clock.advance(Duration.ofMinutes(15));
        refused(ErrorCode.MFA_REQUIRED, "require_mfa", () -> access.confirm(permit, epochs.current(ACME)));
    }

    @Test
    void bindingThatLapsesWhileTheRequestWaits_isNoticedOnConfirmation() {
        Actor reader = someone();
        Policy policy = db.create(ADMIN, draft("lapses meanwhile", rule("app/**", "read")));
        db.bind(ADMIN, policy, reader.identity().value(), Duration.ofMinutes(1));
        Permit permit = access.require(reader, Permission.READ, DB);
        db.clock.advance(Duration.ofMinutes(1));
        denied(() -> access.confirm(permit, permit.policyEpoch()));
    }

    @Test
    void timeOutsideTheWindow_isRefused_andConfirmedPermitsEndWithIt() {
        Actor reader = someone();
        LocalDateTime now = LocalDateTime.ofInstant(db.clock.instant(), ZoneOffset.UTC);
        LocalDateTime end = now.plusMinutes(2);
        // However late the test runs, the window is open now and closed two minutes later.
        String start = String.format("%02d:%02d", now.getHour(), now.getMinute());
        String until = String.format("%02d:%02d", end.getHour(), end.getMinute());
        List<String> everyDay = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
        conditional(
                reader,
                "app/**",
                new ConditionsDraft(null, null, null, new ConditionsDraft.Window(everyDay, start, until, "UTC")));
        Permit permit = access.require(reader, Permission.READ, DB);
        db.clock.advance(Duration.ofMinutes(2));
        refused(ErrorCode.TIME_WINDOW_VIOLATION, "time_window", () -> access.require(reader, Permission.READ, DB));
        refused(ErrorCode.TIME_WINDOW_VIOLATION, "time_window", () -> access.confirm(permit, epochs.current(ACME)));
    }

    @Test
    void severalRulesThatFail_areAnsweredByTheNearest() {
        Actor reader = someone();
        ConditionsDraft office = new ConditionsDraft(List.of("10.0.0.0/8"), null, null, null);
        ConditionsDraft factor = new ConditionsDraft(null, true, null, null);
        ConditionsDraft both = new ConditionsDraft(List.of("10.0.0.0/8"), true, null, null);
        conditional(reader, "office/**", office);
        conditional(reader, "both/**", both);
        conditional(reader, "either/**", office, factor);
        Caller outside = from(reader, "203.0.113.9", null);
        refused(
                ErrorCode.IP_NOT_ALLOWED,
                "ip_ranges",
                () -> access.require(outside, Permission.READ, new SecretPath("office/x")));
        // A second factor alone would not help here, so the place is named; there it would.
        refused(
                ErrorCode.IP_NOT_ALLOWED,
                "ip_ranges",
                () -> access.require(outside, Permission.READ, new SecretPath("both/x")));
        refused(
                ErrorCode.MFA_REQUIRED,
                "require_mfa",
                () -> access.require(outside, Permission.READ, new SecretPath("either/x")));
        refused(
                ErrorCode.MFA_REQUIRED,
                "require_mfa",
                () -> access.require(from(reader, "10.0.0.1", null), Permission.READ, new SecretPath("both/x")));
        assertThat(access.require(
                                from(reader, "203.0.113.9", db.clock.instant()),
                                Permission.READ,
                                new SecretPath("either/x"))
                        .match()
                        .ruleIndex())
                .isEqualTo(1);
    }

    @Test
    void sharedPaths_areUnderTheSameConditions() {
        Actor admin = actor(ACME, "user:shared" + ++people, Set.of(Actor.PARTNER_ADMIN));
        conditional(admin, "partner/app/**", new ConditionsDraft(List.of("10.0.0.0/8"), null, null, null));
        refused(
                ErrorCode.IP_NOT_ALLOWED,
                "ip_ranges",
                () -> access.requireShared(from(admin, "203.0.113.9", null), Permission.READ, DB));
        denied(() -> access.requireShared(from(admin, "10.0.0.1", null), Permission.WRITE, DB));
        Permit permit = access.requireShared(from(admin, "10.0.0.1", null), Permission.READ, DB);
        assertThat(access.confirm(permit, -1).match()).isEqualTo(permit.match());
        assertThat(access.filterShared(from(admin, "203.0.113.9", null), Permission.LIST)
                        .isEmpty())
                .isTrue();
        assertThat(access.filterShared(from(admin, "10.0.0.1", null), Permission.LIST)
                        .matches("app/db"))
                .isTrue();
    }

    @Test
    void missingRole_isPlainlyDenied_andStandsInTheEvidence() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "partner/**", "admin");
        VaultException refusal = denied(() -> access.requireShared(reader, Permission.WRITE, DB));
        assertThat(refusal.details()).isEqualTo(Map.of("permission", "write"));
        assertThat(refusal.evidence()).containsEntry("missing_role", "partner_admin");
    }

    @Test
    void explanation_takesTheCircumstancesThatAreAssumed() {
        Actor reader = someone();
        IdentityId identity = reader.identity();
        Policy policy = conditional(
                reader,
                "app/**",
                new ConditionsDraft(
                        List.of("10.0.0.0/8"),
                        true,
                        null,
                        new ConditionsDraft.Window(List.of("mon"), "22:00", "06:00", "Europe/Amsterdam")));
        Instant inside = Instant.parse("2026-05-04T21:00:00Z");
        Instant outside = Instant.parse("2026-05-04T12:00:00Z");
        Map<TestContext, ErrorCode> expected = new LinkedHashMap<>();
        expected.put(new TestContext("203.0.113.9", true, inside), ErrorCode.IP_NOT_ALLOWED);
        expected.put(new TestContext(null, true, inside), ErrorCode.IP_NOT_ALLOWED);
        expected.put(new TestContext("10.0.0.1", true, outside), ErrorCode.TIME_WINDOW_VIOLATION);
        expected.put(new TestContext("10.0.0.1", false, inside), ErrorCode.MFA_REQUIRED);
        expected.put(new TestContext("10.0.0.1", null, inside), ErrorCode.MFA_REQUIRED);
        expected.forEach((context, code) -> {
            Decision decision = access.explain(ACME, identity, Permission.READ, "app/db", context);
            assertThat(decision.code()).isEqualTo(code);
            assertThat(decision.evaluated().getFirst().rules().getFirst().failedCondition())
                    .isEqualTo(decision.failedCondition());
        });
        assertThat(access.explain(
                                ACME,
                                identity,
                                Permission.READ,
                                "app/db",
                                new TestContext("::ffff:10.0.0.1", true, inside))
                        .matched())
                .isEqualTo(new Match(policy.id(), policy.name(), 0));
    }

    @Test
    void whoCan_stopsAtTheTenantAndAtLapsedBindings() {
        Actor admin = someone();
        db.grant(ADMIN, admin.identity().value(), "who/**", "admin");
        Policy lapsing = db.create(ADMIN, draft("who lapses", rule("who/x", "read")));
        db.bind(ADMIN, lapsing, "group:visitors", Duration.ofMinutes(1));
        db.grant(actor(OTHER, "user:admin"), "user:stranger", "who/**", "read");
        List<WhoCan.Grant> grants =
                access.whoCan(ACME, Permission.READ, "who/x", 10, null).grants();
        assertThat(grants)
                .extracting(grant -> grant.identity().value())
                .containsExactly("group:visitors", admin.identity().value());
        db.clock.advance(Duration.ofMinutes(1));
        assertThat(access.whoCan(ACME, Permission.READ, "who/x", 10, null).grants())
                .extracting(grant -> grant.identity().value())
                .containsExactly(admin.identity().value());
        assertThat(access.whoCan(ACME, Permission.READ, "nobody/can", 10, null).grants())
                .isEmpty();
    }

    /** The router accepts one spelling of a path, and so does every other way to ask. */
    @Test
    void otherSpellingsOfAPath_areNeverDecided() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "app/db", "admin");
        for (String spelling : List.of(
                "app/db/",
                "/app/db",
                "app//db",
                "app/./db",
                "app/x/../db",
                "APP/db",
                "app/%64b",
                "app%2fdb",
                "app/db ",
                "app/db\u0000",
                "app/db.",
                "app\\db",
                "\uff41pp/db")) {
            assertThat(catchThrowableOfType(VaultException.class, () -> new SecretPath(spelling))
                            .code())
                    .isEqualTo(ErrorCode.INVALID_PATH);
            for (ThrowingCallable ask : List.<ThrowingCallable>of(
                    () -> access.explain(ACME, reader.identity(), Permission.READ, spelling, TestContext.NOW),
                    () -> access.whoCan(ACME, Permission.READ, spelling, 1, null))) {
                assertThat(catchThrowableOfType(VaultException.class, ask).code())
                        .isEqualTo(ErrorCode.INVALID_PATH);
            }
            assertThat(access.filter(reader, Permission.READ).matches(spelling)).isFalse();
        }
        assertThat(access.filter(reader, Permission.READ).matches("app/db")).isTrue();
    }
}
