package ai.scailabs.vault.access.decision;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static ai.scailabs.vault.access.AccessDatabase.actor;
import static ai.scailabs.vault.access.AccessDatabase.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.BindingDraft;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.PolicyBinding;
import ai.scailabs.vault.access.policy.PolicyDraft;
import ai.scailabs.vault.access.policy.PolicyPatch;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Policies of a partner: in each of its tenants at once, in no other, and on every instance. */
class PartnerPoliciesTest {
    private static final TenantId BETA = new TenantId("tnt_beta");
    private static final TenantId SPACE = new TenantId("ptn_a");
    private static final SecretPath DB = new SecretPath("app/db");
    private static final Actor ADMIN = actor(ACME, "user:partner-admin", Set.of(Actor.PARTNER_ADMIN));
    private static AccessDatabase db;
    private static AccessControl access;
    private static AccessControl otherInstance;
    private static TenantEpochs epochs;
    private static int count;

    @BeforeAll
    static void start() {
        db = new AccessDatabase();
        db.execute("insert into tenant (tenant_id, partner_id, created_at) values ('tnt_beta', 'ptn_a', now()),"
                + " ('ptn_b', 'ptn_b', now())");
        access = new AccessControl(db.transactions, db.clock);
        otherInstance = new AccessControl(db.transactions, db.clock);
        epochs = new TenantEpochs(db.transactions);
    }

    @AfterAll
    static void stop() {
        db.close();
    }

    private static AuditEntry entry(Actor actor, AuditAction action) {
        AuditEntry own = db.entry(actor, action);
        return new AuditEntry(
                TenantId.sharedBy(actor.partner()),
                own.occurredAt(),
                own.id(),
                action,
                own.identity(),
                actor.tenant(),
                null,
                own.sourceIp(),
                null,
                null,
                1,
                own.requestId(),
                own.extra());
    }

    private static PolicyDraft draft(String pattern) {
        return new PolicyDraft("partner " + ++count, null, List.of(rule(pattern, "read")), "partner", null);
    }

    private static Policy created(Actor actor, String pattern) {
        return db.policies.create(actor, draft(pattern), entry(actor, AuditAction.POLICY_CREATE));
    }

    private static PolicyBinding bound(Actor actor, Policy policy, String identity) {
        return db.policies.bind(
                actor, policy.id(), new BindingDraft("user", identity, null), entry(actor, AuditAction.POLICY_BIND));
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
    }

    @Test
    void partnerPolicy_decidesInEachOfItsTenantsAndInNoOther() {
        String jo = "user:jo" + ++count;
        for (TenantId tenant : List.of(ACME, BETA, OTHER)) {
            refused(ErrorCode.ACCESS_DENIED, () -> access.require(actor(tenant, jo), Permission.READ, DB));
        }
        Policy policy = created(ADMIN, "app/**");
        bound(ADMIN, policy, jo);
        for (AccessControl instance : List.of(access, otherInstance)) {
            for (TenantId tenant : List.of(ACME, BETA)) {
                assertThat(instance.require(actor(tenant, jo), Permission.READ, DB)
                                .match()
                                .policyId())
                        .isEqualTo(policy.id());
                assertThat(instance.whoCan(tenant, Permission.READ, "app/db", 10, null)
                                .grants())
                        .anyMatch(grant -> grant.policyId().equals(policy.id()));
            }
            refused(ErrorCode.ACCESS_DENIED, () -> instance.require(actor(OTHER, jo), Permission.READ, DB));
            assertThat(instance.whoCan(OTHER, Permission.READ, "app/db", 10, null)
                            .grants())
                    .isEmpty();
        }
    }

    /** Its row is not there yet when the change goes through the tenants of the partner. */
    @Test
    void tenantThatBecomesKnownDuringAChange_isNotDecidedByWhatWasBefore() {
        TenantId gamma = new TenantId("tnt_gamma");
        String jo = "user:jo" + ++count;
        Policy policy = created(ADMIN, "app/**");
        PolicyBinding binding = bound(ADMIN, policy, jo);
        var meanwhile = db.transactions.inTransaction(SPACE, tx -> {
            tx.update("delete from policy_binding where tenant_id = ? and binding_id = ?", SPACE.value(), binding.id());
            return db.meanwhile(() -> {
                db.execute(
                        "insert into tenant (tenant_id, partner_id, created_at) values ('tnt_gamma', 'ptn_a', now())");
                return catchThrowableOfType(
                        VaultException.class, () -> access.require(actor(gamma, jo), Permission.READ, DB));
            });
        });
        meanwhile.join();
        refused(
                ErrorCode.ACCESS_DENIED,
                () -> access.confirm(access.require(actor(gamma, jo), Permission.READ, DB), epochs.current(gamma)));
    }

    @Test
    void everyKindOfChange_endsPermitsInEveryTenantAtOnce() {
        String jo = "user:jo" + ++count;
        Actor inBeta = actor(BETA, jo);
        Policy policy = created(ADMIN, "app/**");
        PolicyBinding binding = bound(ADMIN, policy, jo);
        Permit permit = otherInstance.require(inBeta, Permission.READ, DB);
        db.policies.unbind(ADMIN, policy.id(), binding.id(), entry(ADMIN, AuditAction.POLICY_UNBIND));
        refused(ErrorCode.ACCESS_DENIED, () -> otherInstance.confirm(permit, epochs.current(BETA)));

        bound(ADMIN, policy, jo);
        Permit second = otherInstance.require(inBeta, Permission.READ, DB);
        db.policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, null, false, null, null, false),
                null,
                entry(ADMIN, AuditAction.POLICY_UPDATE));
        refused(ErrorCode.ACCESS_DENIED, () -> otherInstance.confirm(second, epochs.current(BETA)));

        db.policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, null, false, null, null, true),
                null,
                entry(ADMIN, AuditAction.POLICY_UPDATE));
        Permit third = otherInstance.require(inBeta, Permission.READ, DB);
        db.policies.delete(ADMIN, policy.id(), true, null, entry(ADMIN, AuditAction.POLICY_DELETE));
        refused(ErrorCode.ACCESS_DENIED, () -> otherInstance.confirm(third, epochs.current(BETA)));
    }

    @Test
    void epochs_moveForAllTenantsOfThePartner_andForNoOther() {
        long acme = epochs.current(ACME);
        long beta = epochs.current(BETA);
        long other = epochs.current(OTHER);
        Policy policy = created(ADMIN, "x/**");
        assertThat(epochs.current(ACME)).isGreaterThan(acme);
        assertThat(epochs.current(BETA)).isGreaterThan(beta);
        assertThat(epochs.current(OTHER)).isEqualTo(other);

        // A policy of one tenant moves that tenant alone.
        long betaNow = epochs.current(BETA);
        db.grant(actor(ACME, "user:admin"), "user:else", "y/**", "read");
        assertThat(epochs.current(BETA)).isEqualTo(betaNow);

        // By hand, with no tenant set; and once for a statement, however many rows it changes.
        for (int i = 0; i < 20; i++) {
            bound(ADMIN, policy, "user:many" + i);
        }
        long before = epochs.current(BETA);
        db.execute("delete from policy_binding where policy_id = '" + policy.id() + "'");
        assertThat(epochs.current(BETA)).isEqualTo(before + 1);
    }

    @Test
    void changeThatFails_movesNothing() {
        long before = epochs.current(BETA);
        Policy policy = created(ADMIN, "z/**");
        long created = epochs.current(BETA);
        assertThat(created).isGreaterThan(before);
        refused(
                ErrorCode.CONFLICT,
                () -> db.policies.create(
                        ADMIN,
                        new PolicyDraft(policy.name(), null, List.of(rule("z", "read")), "partner", null),
                        entry(ADMIN, AuditAction.POLICY_CREATE)));
        assertThat(epochs.current(BETA)).isEqualTo(created);
    }

    @Test
    void onlyAdministratorsOfThePartner_changeThem() {
        Policy policy = created(ADMIN, "w/**");
        for (String role : List.of("", Actor.TENANT_ADMIN, Actor.SUPER_ADMIN, "PARTNER_ADMIN")) {
            Actor someone = actor(ACME, "user:someone", role.isEmpty() ? Set.of() : Set.of(role));
            refused(ErrorCode.FORBIDDEN, () -> created(someone, "w/**"));
            refused(ErrorCode.FORBIDDEN, () -> bound(someone, policy, "user:someone"));
            refused(
                    ErrorCode.FORBIDDEN,
                    () -> db.policies.delete(
                            someone, policy.id(), true, null, entry(someone, AuditAction.POLICY_DELETE)));
            assertThat(db.policies.find(someone, policy.id())).isEqualTo(SPACE);
        }
        Actor stranger = actor(OTHER, "user:stranger", Set.of(Actor.PARTNER_ADMIN));
        refused(ErrorCode.POLICY_NOT_FOUND, () -> db.policies.find(stranger, policy.id()));
        refused(ErrorCode.POLICY_NOT_FOUND, () -> bound(stranger, policy, "user:stranger"));
        // An entry of the tenant's own log leads into the tenant's own policies only.
        refused(
                ErrorCode.POLICY_NOT_FOUND,
                () -> db.policies.delete(ADMIN, policy.id(), true, null, db.entry(ADMIN, AuditAction.POLICY_DELETE)));
        assertThat(db.policies.get(SPACE, policy.id()).policy()).isEqualTo(policy);
    }

    @Test
    void scope_cannotChange() {
        Policy policy = created(ADMIN, "v/**");
        refused(
                ErrorCode.VALIDATION_ERROR,
                () -> db.policies.patch(
                        ADMIN,
                        policy.id(),
                        new PolicyPatch(null, null, false, null, "tenant", null),
                        null,
                        entry(ADMIN, AuditAction.POLICY_UPDATE)));
    }

    @Test
    void list_showsBothInOneOrder() {
        Policy own = db.create(ADMIN, AccessDatabase.draft("own " + ++count, rule("a", "read")));
        Policy shared = created(ADMIN, "a");
        Policy later = db.create(ADMIN, AccessDatabase.draft("own " + ++count, rule("a", "read")));
        assertThat(db.policies.list(ADMIN, null, true, 1_000, own.id()).policies())
                .extracting(summary -> summary.id())
                .containsExactly(shared.id(), later.id());
        assertThat(db.policies.list(ADMIN, null, true, 1, own.id()).hasMore()).isTrue();
        assertThat(db.policies.list(ADMIN, "partner", true, 1_000, null).policies())
                .allMatch(summary -> summary.scope().equals("partner"))
                .extracting(summary -> summary.id())
                .contains(shared.id())
                .doesNotContain(own.id());
        assertThat(db.policies.list(ADMIN, "tenant", true, 1_000, null).policies())
                .extracting(summary -> summary.id())
                .contains(own.id())
                .doesNotContain(shared.id());
    }
}
