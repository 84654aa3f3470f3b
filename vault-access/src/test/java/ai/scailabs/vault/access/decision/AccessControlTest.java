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
import ai.scailabs.vault.access.policy.PolicyPatch;
import ai.scailabs.vault.access.policy.RuleDraft;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AccessControlTest {
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

    @Test
    void noRuleAndNoMatch_areRefusedAlike() {
        Actor nobody = someone();
        Actor elsewhere = someone();
        db.grant(ADMIN, elsewhere.identity().value(), "other/**", "read");

        VaultException one = denied(() -> access.require(nobody, Permission.READ, DB));
        VaultException two = denied(() -> access.require(elsewhere, Permission.READ, DB));

        assertThat(one.getMessage()).isEqualTo(two.getMessage());
        assertThat(one.details()).isEqualTo(two.details()).isEqualTo(Map.of("permission", "read"));
    }

    @Test
    void roles_openNothing() {
        for (String role : List.of(Actor.TENANT_ADMIN, Actor.PARTNER_ADMIN, Actor.SUPER_ADMIN, "root", "admin")) {
            Actor admin = actor(ACME, "user:role", Set.of(role));
            for (Permission permission : Permission.values()) {
                denied(() -> access.require(admin, permission, DB));
                denied(() -> access.requireShared(admin, permission, DB));
            }
            assertThat(access.filter(admin, Permission.LIST).isEmpty()).isTrue();
        }
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

    @Test
    void newBinding_worksAtOnceAndRemovedOneIsNoticedOnConfirmation() {
        Actor reader = someone();
        denied(() -> access.require(reader, Permission.READ, DB));

        Policy policy = db.grant(ADMIN, reader.identity().value(), "app/**", "read");
        Permit permit = access.require(reader, Permission.READ, DB);
        assertThat(permit.match()).isEqualTo(new Match(policy.id(), policy.name(), 0));
        assertThat(permit.policyEpoch()).isEqualTo(epochs.current(ACME));
        assertThat(access.confirm(permit, epochs.current(ACME))).isSameAs(permit);
        denied(() -> access.require(reader, Permission.WRITE, DB));

        db.unbindAll(ADMIN, policy);
        Permit stale = access.require(reader, Permission.READ, DB);
        denied(() -> access.confirm(stale, epochs.current(ACME)));
        denied(() -> access.require(reader, Permission.READ, DB));
    }

    @Test
    void unrelatedChange_renewsThePermit() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "app/**", "read");
        Permit permit = access.require(reader, Permission.READ, DB);

        db.grant(ADMIN, "user:else", "x", "read");

        Permit renewed = access.confirm(permit, epochs.current(ACME));
        assertThat(renewed.policyEpoch()).isEqualTo(epochs.current(ACME)).isGreaterThan(permit.policyEpoch());
        assertThat(renewed.match()).isEqualTo(permit.match());
    }

    @Test
    void changedOrInactivePolicy_grantsNoMore() {
        Actor reader = someone();
        Policy policy = db.grant(ADMIN, reader.identity().value(), "app/**", "read");
        Permit permit = access.require(reader, Permission.READ, DB);

        db.policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, null, false, null, null, false),
                null,
                db.entry(ADMIN, AuditAction.POLICY_UPDATE));

        denied(() -> access.confirm(permit, epochs.current(ACME)));
    }

    @Test
    void everyKindOfChange_movesTheEpoch() {
        long start = epochs.current(ACME);
        Policy policy = db.create(ADMIN, draft("epochs", rule("a", "read")));
        long created = epochs.current(ACME);
        db.bind(ADMIN, policy, "user:jo", null);
        long bound = epochs.current(ACME);
        db.unbindAll(ADMIN, policy);
        long unbound = epochs.current(ACME);
        db.policies.delete(ADMIN, policy.id(), false, null, db.entry(ADMIN, AuditAction.POLICY_DELETE));
        assertThat(List.of(start, created, bound, unbound, epochs.current(ACME)))
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void lapsedBinding_grantsNoMoreWithoutAnyChange() {
        Actor reader = someone();
        Policy policy = db.create(ADMIN, draft("lapsing", rule("app/**", "read")));
        db.bind(ADMIN, policy, reader.identity().value(), Duration.ofMinutes(5));
        var before = db.clock.instant();
        access.require(reader, Permission.READ, DB);

        db.clock.advance(Duration.ofMinutes(5));

        denied(() -> access.require(reader, Permission.READ, DB));
        IdentityId identity = reader.identity();
        assertThat(access.explain(ACME, identity, Permission.READ, "app/db", TestContext.NOW)
                        .allowed())
                .isFalse();
        assertThat(access.explain(ACME, identity, Permission.READ, "app/db", new TestContext(null, null, before))
                        .allowed())
                .isTrue();
    }

    @Test
    void groups_grantToTheirMembers() {
        Policy policy = db.grant(ADMIN, "group:readers", "app/**", "read");
        assertThat(access.require(actor(ACME, "user:member", "group:readers"), Permission.READ, DB)
                        .match()
                        .policyId())
                .isEqualTo(policy.id());
        denied(() -> access.require(actor(ACME, "user:member", "group:reader"), Permission.READ, DB));
        denied(() -> access.require(actor(ACME, "user:member"), Permission.READ, DB));
    }

    @Test
    void adminPermission_coversAllOthers() {
        Actor owner = someone();
        db.grant(ADMIN, owner.identity().value(), "app/**", "admin");
        Actor worker = someone();
        db.grant(ADMIN, worker.identity().value(), "app/**", "read", "write", "delete", "list", "rotate");
        for (Permission permission : Permission.values()) {
            assertThat(access.require(owner, permission, DB)).isNotNull();
        }
        denied(() -> access.require(worker, Permission.ADMIN, DB));
    }

    @Test
    void policiesOfAnotherTenant_areNeverAsked() {
        Actor stranger = actor(OTHER, "user:both");
        db.grant(actor(OTHER, "user:admin"), "user:both", "**", "admin");
        assertThat(access.require(stranger, Permission.READ, DB)).isNotNull();
        denied(() -> access.require(actor(ACME, "user:both"), Permission.READ, DB));
    }

    @Test
    void unknownTenant_isRefused() {
        denied(() -> access.require(
                actor(new ai.scailabs.vault.kernel.id.TenantId("tnt_nowhere"), "user:jo"), Permission.READ, DB));
    }

    @Test
    void storedConditionsOfANewerVersion_grantNothing() {
        Actor reader = someone();
        Policy policy = db.grant(ADMIN, reader.identity().value(), "app/**", "read");
        db.grant(ADMIN, reader.identity().value(), "fine", "read");
        db.execute("update policy set rules = jsonb_set(rules, '{0,conditions}', '{\"require_vpn\": true}')"
                + " where policy_id = '" + policy.id() + "'");
        denied(() -> access.require(reader, Permission.READ, DB));
        assertThat(access.require(reader, Permission.READ, new SecretPath("fine")))
                .isNotNull();
    }

    @Test
    void sharedSecrets_takeARuleForTheirVirtualPath() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "app/**", "admin");
        denied(() -> access.requireShared(reader, Permission.READ, DB));

        Policy policy = db.grant(ADMIN, reader.identity().value(), "partner/app/**", "admin");
        Permit permit = access.requireShared(reader, Permission.READ, DB);
        assertThat(permit.owner().value()).isEqualTo("ptn_a");
        assertThat(permit.path()).isEqualTo(DB);
        assertThat(permit.isShared()).isTrue();
        denied(() -> access.requireShared(reader, Permission.READ, new SecretPath("other")));
        for (Permission permission :
                List.of(Permission.WRITE, Permission.DELETE, Permission.ROTATE, Permission.ADMIN)) {
            denied(() -> access.requireShared(reader, permission, DB));
        }
        Actor partnerAdmin = actor(ACME, reader.identity().value(), Set.of(Actor.PARTNER_ADMIN));
        assertThat(access.requireShared(partnerAdmin, Permission.WRITE, DB)).isNotNull();

        assertThat(access.confirm(permit, -1)).isSameAs(permit);
        db.unbindAll(ADMIN, policy);
        denied(() -> access.confirm(permit, permit.policyEpoch()));
    }

    @Test
    void deepestSharedPath_canBeAsked() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "partner/**", "read");
        SecretPath deepest = new SecretPath("a/".repeat(9) + "b".repeat(494));
        assertThat(access.requireShared(reader, Permission.READ, deepest)).isNotNull();
        assertThat(access.explain(ACME, reader.identity(), Permission.READ, "partner/" + deepest, TestContext.NOW)
                        .allowed())
                .isTrue();
    }

    @Test
    void illegalPaths_areRefusedBeforeAnyDecision() {
        for (String path : List.of(
                "app/db/", "/app/db", "app//db", "app/../db", "app/%64b", "app/db;", "partner/", "", "partner/x/")) {
            VaultException refusal = catchThrowableOfType(
                    VaultException.class,
                    () -> access.explain(ACME, ADMIN.identity(), Permission.LIST, path, TestContext.NOW));
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_PATH);
        }
    }

    @Test
    void filter_followsPolicies() {
        Actor reader = someone();
        assertThat(access.filter(reader, Permission.LIST).isEmpty()).isTrue();
        Policy policy = db.grant(ADMIN, reader.identity().value(), "app/**", "list");

        PathFilter filter = access.filter(reader, Permission.LIST);
        assertThat(filter.literalPrefixes()).containsExactly("app/");
        assertThat(filter.matches("app")).isTrue();
        assertThat(filter.matches("app/x/y")).isTrue();
        assertThat(filter.matches("apple")).isFalse();
        assertThat(access.confirm(filter, epochs.current(ACME))).isSameAs(filter);
        assertThat(access.filter(reader, Permission.READ).isEmpty()).isTrue();

        db.unbindAll(ADMIN, policy);
        assertThat(access.confirm(filter, epochs.current(ACME)).isEmpty()).isTrue();
        assertThat(access.filter(reader, Permission.LIST).isEmpty()).isTrue();
    }

    @Test
    void sharedFilter_speaksOfPathsInTheSharedSpace() {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "partner/app/*", "list");
        db.grant(ADMIN, reader.identity().value(), "app/**", "list");
        PathFilter filter = access.filterShared(reader, Permission.LIST);
        assertThat(filter.literalPrefixes()).containsExactly("app/");
        assertThat(filter.matches("app/x")).isTrue();
        assertThat(filter.matches("app/x/y")).isFalse();

        db.grant(ADMIN, reader.identity().value(), "**/z", "list");
        assertThat(access.filterShared(reader, Permission.LIST).literalPrefixes())
                .containsExactly("");
        assertThat(access.filterShared(reader, Permission.LIST).matches("q/z")).isTrue();
    }

    @Test
    void explanation_saysWhatFitted() {
        Actor reader = someone();
        Policy policy = db.create(
                ADMIN, draft("explained", rule("app/*", "write"), rule("other", "read"), rule("app/db", "list")));
        db.bind(ADMIN, policy, reader.identity().value(), null);

        Decision denied = access.explain(ACME, reader.identity(), Permission.READ, "app/db", TestContext.NOW);
        assertThat(denied.allowed()).isFalse();
        assertThat(denied.matched()).isNull();
        assertThat(denied.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(denied.evaluated())
                .containsExactly(new Decision.PolicyEvaluation(
                        policy.id(),
                        "explained",
                        List.of(
                                new Decision.RuleEvaluation(0, true, false, null),
                                new Decision.RuleEvaluation(1, false, true, null),
                                new Decision.RuleEvaluation(2, true, false, null))));

        Decision allowed = access.explain(ACME, reader.identity(), Permission.LIST, "app/db", TestContext.NOW);
        assertThat(allowed.allowed()).isTrue();
        assertThat(allowed.code()).isNull();
        assertThat(allowed.matched()).isEqualTo(new Match(policy.id(), "explained", 2));
    }

    @Test
    void oddContexts_areRefused() {
        for (String ip : List.of(
                "",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "example.test",
                "1.2.3.4/32",
                "::g",
                "fe80::1%lo",
                "1.2.3.400")) {
            assertThat(catchThrowableOfType(VaultException.class, () -> new TestContext(ip, null, null))
                            .code())
                    .isEqualTo(ErrorCode.VALIDATION_ERROR);
        }
        assertThat(catchThrowableOfType(VaultException.class, () -> new TestContext(null, null, java.time.Instant.MAX))
                        .code())
                .isEqualTo(ErrorCode.VALIDATION_ERROR);
        assertThat(new TestContext("2001:db8::1", true, null).sourceIp()).isEqualTo("2001:db8::1");
    }

    @Test
    void sixtyFourFirstQuestions_readThePoliciesOnceOrTwice() throws Exception {
        Actor reader = someone();
        db.grant(ADMIN, reader.identity().value(), "app/**", "read");
        AccessControl fresh = new AccessControl(db.transactions, db.clock);
        CountDownLatch ready = new CountDownLatch(64);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Permit>> permits = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                permits.add(callers.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return fresh.require(reader, Permission.READ, DB);
                }));
            }
            for (Future<Permit> permit : permits) {
                assertThat(permit.get().path()).isEqualTo(DB);
            }
        }
        assertThat(fresh.policyReads()).isBetween(1L, 2L);
    }

    @Test
    void changesWhileOthersAsk_areNeverMissed() throws Exception {
        Actor reader = someone();
        Policy policy = db.create(ADMIN, draft("toggled", rule("app/**", "read")));
        AtomicBoolean ended = new AtomicBoolean();
        // Platform threads: virtual ones that never wait would leave no carrier to the one that reads.
        try (ExecutorService callers = Executors.newCachedThreadPool()) {
            List<Future<?>> noise = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                noise.add(callers.submit(() -> {
                    while (!ended.get()) {
                        VaultException refusal = catchThrowableOfType(
                                VaultException.class, () -> access.require(reader, Permission.READ, DB));
                        assertThat(refusal == null || refusal.code() == ErrorCode.ACCESS_DENIED)
                                .isTrue();
                    }
                }));
            }
            for (int round = 0; round < 40; round++) {
                db.bind(ADMIN, policy, reader.identity().value(), null);
                assertThat(access.confirm(access.require(reader, Permission.READ, DB), epochs.current(ACME)))
                        .isNotNull();
                db.unbindAll(ADMIN, policy);
                denied(() -> access.confirm(access.require(reader, Permission.READ, DB), epochs.current(ACME)));
            }
            ended.set(true);
            for (Future<?> each : noise) {
                each.get();
            }
        } finally {
            ended.set(true);
        }
    }
}
