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
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.PolicyPatch;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Duration;
import java.util.ArrayList;
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
