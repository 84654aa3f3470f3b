package ai.scailabs.vault.access.policy;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static ai.scailabs.vault.access.AccessDatabase.actor;
import static ai.scailabs.vault.access.AccessDatabase.draft;
import static ai.scailabs.vault.access.AccessDatabase.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PolicyServiceTest {
    private static final Actor ADMIN = actor(ACME, "user:admin@example.test");
    private static final Actor STRANGER = actor(OTHER, "user:admin@example.test");
    private static AccessDatabase db;
    private static PolicyService policies;

    @BeforeAll
    static void start() {
        db = new AccessDatabase();
        policies = db.policies;
    }

    @AfterAll
    static void stop() {
        db.close();
    }

    private static VaultException refused(ErrorCode code, ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        return refusal;
    }

    private static Policy created(String name) {
        return db.create(ADMIN, draft(name, rule("app/**", "read", "list")));
    }

    private static PolicyDraft withRules(RuleDraft... rules) {
        return draft("any", rules);
    }

    @Test
    void rulesOfATenant_areBounded() {
        Policy policy = created("almost too many");
        db.execute(
                "insert into policy (tenant_id, policy_id, name, scope, rules, is_active, revision, created_at, created_by, updated_at)"
                        + " select 'tnt_acme', 'pol_room' || p, 'room ' || p, 'tenant', (select jsonb_agg(jsonb_build_object("
                        + "'path_pattern', 'room', 'permissions', jsonb_build_array('read'))) from generate_series(1, 100)),"
                        + " false, 1, now(), 'sa:test', now() from generate_series(1, 200) p");
        try {
            VaultException full = refused(ErrorCode.CONFLICT, () -> created("one too many"));
            assertThat(full.details()).isEqualTo(Map.of("max_tenant_rules", PolicyService.MAX_TENANT_RULES));
            refused(
                    ErrorCode.CONFLICT,
                    () -> db.policies.patch(
                            ADMIN,
                            policy.id(),
                            new PolicyPatch(null, "x", false, null, null, null),
                            null,
                            db.entry(ADMIN, AuditAction.POLICY_UPDATE)));
        } finally {
            db.execute("delete from policy where name like 'room %'");
        }
    }

    @Test
    void deletion_guardedByARevision_sparesWhatWasChangedSince() {
        Policy policy = created("guarded deletion");
        db.policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, "changed", false, null, null, null),
                1,
                db.entry(ADMIN, AuditAction.POLICY_UPDATE));
        VaultException late = refused(
                ErrorCode.VERSION_CONFLICT,
                () -> policies.delete(ADMIN, policy.id(), true, 1, db.entry(ADMIN, AuditAction.POLICY_DELETE)));
        assertThat(late.details()).isEqualTo(Map.of("current_version", 2));
        policies.delete(ADMIN, policy.id(), true, 2, db.entry(ADMIN, AuditAction.POLICY_DELETE));
    }

    @Test
    void malformedPolicies_areRefusedAndLeaveNothing() {
        long before = db.number("select count(*) from policy");
        long audited = db.number("select count(*) from audit_log");
        ErrorCode invalid = ErrorCode.INVALID_POLICY;
        refused(invalid, () -> db.create(ADMIN, new PolicyDraft("n", null, null, null, null)));
        refused(invalid, () -> db.create(ADMIN, withRules()));
        refused(invalid, () -> db.create(ADMIN, withRules(rule("app/**"))));
        refused(invalid, () -> db.create(ADMIN, withRules(rule("app/**", "READ"))));
        refused(invalid, () -> db.create(ADMIN, withRules(rule("app/**", "read", "root"))));
        refused(invalid, () -> db.create(ADMIN, withRules(new RuleDraft(null, List.of("read"), null))));
        refused(invalid, () -> db.create(ADMIN, withRules(new RuleDraft("a", null, null))));
        refused(
                invalid,
                () -> db.create(
                        ADMIN, new PolicyDraft("n", null, Collections.nCopies(101, rule("a", "read")), null, null)));
        for (String glob : List.of("", "/a", "a//b", "a/**b", "A", "a b", "a\\\\b", "a;b", "a%2fb", "\u00e4")) {
            refused(ErrorCode.INVALID_GLOB, () -> db.create(ADMIN, withRules(rule("ok", "read"), rule(glob, "read"))));
        }
        for (String name :
                List.of("", " a", "a ", "a\nb", "a\u0000", "a\u00a0b", "a\u200bb", "\ud800", "x".repeat(129))) {
            refused(ErrorCode.VALIDATION_ERROR, () -> db.create(ADMIN, draft(name, rule("a", "read"))));
        }
        for (String scope : List.of("Partner", "global", "")) {
            refused(
                    ErrorCode.VALIDATION_ERROR,
                    () -> db.create(ADMIN, new PolicyDraft("n", null, List.of(rule("a", "read")), scope, null)));
        }
        refused(
                ErrorCode.VALIDATION_ERROR,
                () -> db.create(ADMIN, new PolicyDraft("n", "a\u0000", List.of(rule("a", "read")), null, null)));
        assertThat(db.number("select count(*) from policy")).isEqualTo(before);
        assertThat(db.number("select count(*) from audit_log")).isEqualTo(audited);
    }

    @Test
    void createdPolicy_isFoundAsItWasWritten() {
        Policy created = db.create(
                ADMIN,
                new PolicyDraft(
                        "Readers \u00e9\u4e2d",
                        "two\nlines",
                        List.of(rule("app/*/db", "rotate", "read", "read"), rule("**/ssl/*.key", "admin")),
                        "tenant",
                        false));

        PolicyDetails found = policies.get(ACME, created.id());

        assertThat(found.policy()).isEqualTo(created);
        assertThat(found.policy().active()).isFalse();
        assertThat(found.policy().revision()).isEqualTo(1);
        assertThat(found.policy().createdBy()).isEqualTo("user:admin@example.test");
        assertThat(found.policy().rules().getFirst().permissions()).containsExactly(Permission.READ, Permission.ROTATE);
        assertThat(found.bindings()).isEmpty();
    }

    @Test
    void change_isAuditedInItsOwnTransaction() {
        Policy policy = created("audited");
        db.bind(ADMIN, policy, "group:ops", null);
        String where =
                " from audit_log where secret_path = '" + policy.id() + "' and success and tenant_id = 'tnt_acme'";
        assertThat(db.number("select count(*)" + where + " and action = 'policy_create'"))
                .isEqualTo(1);
        assertThat(db.number("select count(*)" + where
                        + " and action = 'policy_bind' and extra_data->>'grantee' = 'group:ops'"))
                .isEqualTo(1);

        // A row that the log refuses undoes the change: the same entry twice.
        var entry = db.entry(ADMIN, AuditAction.POLICY_DELETE);
        Policy first = created("first of two");
        Policy second = created("second of two");
        policies.delete(ADMIN, first.id(), false, null, entry);
        refused(ErrorCode.CONFLICT, () -> policies.delete(ADMIN, second.id(), false, null, entry));
        assertThat(policies.get(ACME, second.id())).isNotNull();
    }

    @Test
    void takenName_isAConflict() {
        created("taken");
        Policy other = created("free");
        refused(ErrorCode.CONFLICT, () -> created("taken"));
        refused(
                ErrorCode.CONFLICT,
                () -> policies.patch(
                        ADMIN,
                        other.id(),
                        new PolicyPatch("taken", null, false, null, null, null),
                        null,
                        db.entry(ADMIN, AuditAction.POLICY_UPDATE)));
        assertThat(db.create(STRANGER, draft("taken", rule("a", "read")))).isNotNull();
    }

    @Test
    void policyOfAnotherTenant_isNotFound() {
        Policy policy = created("private");
        PolicyBinding binding = db.bind(ADMIN, policy, "group:ops", null);
        ErrorCode missing = ErrorCode.POLICY_NOT_FOUND;
        refused(missing, () -> policies.get(OTHER, policy.id()));
        refused(missing, () -> policies.bindings(OTHER, policy.id()));
        refused(missing, () -> db.bind(STRANGER, policy, "group:ops", null));
        refused(
                missing,
                () -> policies.unbind(
                        STRANGER, policy.id(), binding.id(), db.entry(STRANGER, AuditAction.POLICY_UNBIND)));
        refused(
                missing,
                () -> policies.delete(
                        STRANGER, policy.id(), true, null, db.entry(STRANGER, AuditAction.POLICY_DELETE)));
        refused(
                missing,
                () -> policies.replace(
                        STRANGER,
                        policy.id(),
                        draft("x", rule("a", "read")),
                        null,
                        db.entry(STRANGER, AuditAction.POLICY_UPDATE)));
        assertThat(policies.list(STRANGER, null, true, 100, null).policies())
                .noneMatch(summary -> summary.id().equals(policy.id()));
        assertThat(policies.get(ACME, policy.id()).bindings()).containsExactly(binding);
    }

    @Test
    void textsThatAreNoId_areNotFound() {
        for (String odd :
                List.of("", "pol_", "pol_x", "pol_\u0000", "pol_' or 1=1 --", "\ud800", "x".repeat(100_000))) {
            refused(ErrorCode.POLICY_NOT_FOUND, () -> policies.get(ACME, odd));
            refused(ErrorCode.INVALID_CURSOR, () -> policies.list(ADMIN, null, true, 10, odd));
        }
        Policy policy = created("odd bindings");
        for (String odd : List.of("", "pb_x", "pb_\u0000")) {
            refused(
                    ErrorCode.BINDING_NOT_FOUND,
                    () -> policies.unbind(ADMIN, policy.id(), odd, db.entry(ADMIN, AuditAction.POLICY_UNBIND)));
        }
    }

    @Test
    void replacedPolicy_keepsItsBindings() {
        Policy policy = created("to replace");
        PolicyBinding binding = db.bind(ADMIN, policy, "sa:mailer", Duration.ofHours(1));

        Policy replaced = policies.replace(
                ADMIN,
                policy.id(),
                new PolicyDraft("replaced", "d", List.of(rule("x", "write")), null, null),
                1,
                db.entry(ADMIN, AuditAction.POLICY_UPDATE));

        assertThat(replaced.revision()).isEqualTo(2);
        assertThat(policies.get(ACME, policy.id())).isEqualTo(new PolicyDetails(replaced, List.of(binding)));
        VaultException stale = refused(
                ErrorCode.VERSION_CONFLICT,
                () -> policies.replace(
                        ADMIN,
                        policy.id(),
                        draft("again", rule("x", "read")),
                        1,
                        db.entry(ADMIN, AuditAction.POLICY_UPDATE)));
        assertThat(stale.details()).containsEntry("current_version", 2);
    }

    @Test
    void patch_changesOnlyWhatItNames() {
        Policy policy =
                db.create(ADMIN, new PolicyDraft("to patch", "text", List.of(rule("app/**", "read")), null, null));
        Policy inactive = policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, null, false, null, null, false),
                null,
                db.entry(ADMIN, AuditAction.POLICY_UPDATE));
        assertThat(inactive.active()).isFalse();
        assertThat(inactive.name()).isEqualTo("to patch");
        assertThat(inactive.description()).isEqualTo("text");
        assertThat(inactive.rules()).isEqualTo(policy.rules());

        Policy cleared = policies.patch(
                ADMIN,
                policy.id(),
                new PolicyPatch(null, null, true, List.of(rule("b", "write")), null, null),
                null,
                db.entry(ADMIN, AuditAction.POLICY_UPDATE));
        assertThat(cleared.description()).isNull();
        assertThat(cleared.active()).isFalse();
        assertThat(cleared.rules()).isNotEqualTo(policy.rules());
    }

    @Test
    void policyInUse_isDeletedByForceOnly() {
        Policy policy = created("in use");
        db.bind(ADMIN, policy, "group:ops", null);
        VaultException refusal = refused(
                ErrorCode.POLICY_IN_USE,
                () -> policies.delete(ADMIN, policy.id(), false, null, db.entry(ADMIN, AuditAction.POLICY_DELETE)));
        assertThat(refusal.details()).containsEntry("binding_count", 1);

        policies.delete(ADMIN, policy.id(), true, null, db.entry(ADMIN, AuditAction.POLICY_DELETE));

        refused(ErrorCode.POLICY_NOT_FOUND, () -> policies.get(ACME, policy.id()));
        assertThat(db.number("select count(*) from policy_binding where policy_id = '" + policy.id() + "'"))
                .isZero();
    }

    @Test
    void oddBindings_areRefused() {
        Policy policy = created("odd grantees");
        ErrorCode invalid = ErrorCode.VALIDATION_ERROR;
        for (String[] odd : new String[][] {
            {null, "user:jo"},
            {"user", null},
            {"user", "sa:jo"},
            {"service_account", "user:jo"},
            {"USER", "user:jo"},
            {"system", "system:x"},
            {"user", "jo"},
            {"user", "user: jo"},
            {"user", "user:jo\u00a0"},
            {"group", "group:\uff4fps"},
            {"user", "user:*"},
            {"group", "group:ops\u0000"}
        }) {
            refused(
                    invalid,
                    () -> policies.bind(
                            ADMIN,
                            policy.id(),
                            new BindingDraft(odd[0], odd[1], null),
                            db.entry(ADMIN, AuditAction.POLICY_BIND)));
        }
        refused(invalid, () -> db.bind(ADMIN, policy, "user:jo", Duration.ZERO));
        refused(
                invalid,
                () -> policies.bind(
                        ADMIN,
                        policy.id(),
                        new BindingDraft("user", "user:jo", java.time.Instant.MAX),
                        db.entry(ADMIN, AuditAction.POLICY_BIND)));
        assertThat(policies.bindings(ACME, policy.id())).isEmpty();
    }

    @Test
    void secondBindingOfAnIdentity_isAConflictUntilTheFirstLapses() {
        Policy policy = created("bound twice");
        db.bind(ADMIN, policy, "user:jo", Duration.ofMinutes(1));
        refused(ErrorCode.CONFLICT, () -> db.bind(ADMIN, policy, "user:jo", null));

        db.clock.advance(Duration.ofMinutes(1));

        assertThat(db.bind(ADMIN, policy, "user:jo", null)).isNotNull();
        assertThat(policies.bindings(ACME, policy.id())).hasSize(1);
    }

    @Test
    void bindingOfAnotherPolicy_isNotRemovedThroughThisOne() {
        Policy one = created("one");
        Policy two = created("two");
        PolicyBinding binding = db.bind(ADMIN, two, "user:jo", null);
        refused(
                ErrorCode.BINDING_NOT_FOUND,
                () -> policies.unbind(ADMIN, one.id(), binding.id(), db.entry(ADMIN, AuditAction.POLICY_UNBIND)));
        assertThat(policies.bindings(ACME, two.id())).containsExactly(binding);
    }

    @Test
    void list_goesThroughEveryPolicyOnce() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            names.add(created("listed " + i).name());
        }
        List<String> seen = new ArrayList<>();
        PolicyPage page = policies.list(ADMIN, "tenant", true, 2, null);
        while (true) {
            assertThat(page.policies()).hasSizeLessThanOrEqualTo(2);
            page.policies().forEach(summary -> seen.add(summary.name()));
            if (!page.hasMore()) {
                break;
            }
            page = policies.list(
                    ADMIN, "tenant", true, 2, page.policies().getLast().id());
        }
        assertThat(seen).doesNotHaveDuplicates().containsAll(names);
        assertThat(policies.list(ADMIN, "partner", true, 2, null).policies()).isEmpty();
        refused(ErrorCode.VALIDATION_ERROR, () -> policies.list(ADMIN, null, true, 0, null));
        refused(ErrorCode.VALIDATION_ERROR, () -> policies.list(ADMIN, null, true, 1001, null));
        refused(ErrorCode.VALIDATION_ERROR, () -> policies.list(ADMIN, "all", true, 1, null));
    }
}
