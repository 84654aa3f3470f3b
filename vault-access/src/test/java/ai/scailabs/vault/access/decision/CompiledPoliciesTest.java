package ai.scailabs.vault.access.decision;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.access.policy.RuleConditions;
import ai.scailabs.vault.access.policy.TimeWindow;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledPoliciesTest {
    /** A Monday at 10:00 in UTC. */
    private static final long NOW = Instant.parse("2026-05-04T10:00:00Z").toEpochMilli();

    private static final IdentityId JO = new IdentityId("user:jo");
    private static final IdentityId OPS = new IdentityId("group:ops");
    private static final List<String> WORDS = List.of("a", "b", "app", "db", "ssl", "partner");
    private static final List<String> PARTS =
            List.of("a", "b", "app", "db", "ssl", "*", "**", "a*", "?", "*b", "partner");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void decision_agreesWithItsExplanationAndWithEveryRuleAskedAlone(long seed) {
        Random random = new Random(seed);
        int allowed = 0;
        int byCondition = 0;
        for (int round = 0; round < 60; round++) {
            List<BoundPolicy> policies = policies(random);
            CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
            for (int question = 0; question < 40; question++) {
                Subject subject = subject(random);
                Permission permission = permission(random);
                String path = path(random);
                Circumstances at = circumstances(random);
                Verdict expected = plainly(policies, subject, permission, path, at);
                allowed += expected.match() == null ? 0 : 1;
                byCondition += expected.failed() == null ? 0 : 1;

                Verdict decided = compiled.decide(subject, permission, path, at);
                assertThat(decided).isEqualTo(expected);
                Decision explained = new Explanation(compiled, subject, permission, path, at).inFull();
                assertThat(explained.matched()).isEqualTo(expected.match());
                assertThat(explained.code()).isEqualTo(expected.match() == null ? expected.code() : null);
                assertThat(explained.failedCondition())
                        .isEqualTo(
                                expected.failed() == null
                                        ? null
                                        : expected.failed().wireName());
                assertThat(explained.allowed())
                        .isEqualTo(expected.match() != null)
                        .isEqualTo(explained.evaluated().stream()
                                .flatMap(policy -> policy.rules().stream())
                                .anyMatch(rule -> rule.pathMatched()
                                        && rule.permissionMatched()
                                        && rule.failedCondition() == null));
                assertFilter(compiled, subject, permission, "", path, at, expected.match() != null);
                Verdict shared = plainly(policies, subject, permission, "partner/" + path, at);
                assertFilter(compiled, subject, permission, "partner/", path, at, shared.match() != null);
            }
        }
        assertThat(allowed).isGreaterThan(100);
        assertThat(byCondition).isGreaterThan(30);
    }

    private static void assertFilter(
            CompiledPolicies compiled,
            Subject subject,
            Permission permission,
            String space,
            String path,
            Circumstances at,
            boolean matches) {
        PathFilter filter = filter(compiled, subject, permission, space, at);
        assertThat(filter.matches(path)).isEqualTo(matches);
        if (matches) {
            assertThat(filter.isEmpty()).isFalse();
            assertThat(filter.literalPrefixes())
                    .anyMatch(prefix -> path.startsWith(prefix) || (path + "/").equals(prefix));
        }
        assertThat(filter.isEmpty()).isEqualTo(filter.literalPrefixes().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void anotherBinding_neverTakesAccessAway_andOneLessNeverAddsAny(long seed) {
        Random random = new Random(seed);
        int gained = 0;
        for (int round = 0; round < 80; round++) {
            List<BoundPolicy> fewer = policies(random);
            List<BoundPolicy> more = new ArrayList<>(fewer);
            int chosen = random.nextInt(more.size());
            BoundPolicy old = more.get(chosen);
            List<Grantee> grantees = new ArrayList<>(old.grantees());
            grantees.add(new Grantee(random.nextBoolean() ? JO : OPS, NOW - 10 + random.nextInt(20)));
            more.set(chosen, new BoundPolicy(old.id(), old.name(), old.rules(), grantees));
            CompiledPolicies one = new CompiledPolicies(new PolicySnapshot(1, fewer));
            CompiledPolicies two = new CompiledPolicies(new PolicySnapshot(2, more));
            for (int question = 0; question < 40; question++) {
                Subject subject = subject(random);
                Permission permission = permission(random);
                String path = path(random);
                Circumstances at = circumstances(random);
                boolean before = one.decide(subject, permission, path, at).match() != null;
                boolean after = two.decide(subject, permission, path, at).match() != null;
                assertThat(after || !before).isTrue();
                gained += after && !before ? 1 : 0;
            }
        }
        assertThat(gained).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void whoCan_namesExactlyWhomADecisionLetsInWhenConditionsHold(long seed) {
        Random random = new Random(seed);
        int named = 0;
        for (int round = 0; round < 80; round++) {
            List<BoundPolicy> policies = policies(random);
            CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
            Permission permission = permission(random);
            String path = path(random);
            List<WhoCan.Grant> paged = new ArrayList<>();
            WhoCan.Position after = null;
            do {
                WhoCan page = new GrantPage(compiled, 2, after, NOW).of(permission, path);
                assertThat(page.grants()).hasSizeLessThanOrEqualTo(2);
                paged.addAll(page.grants());
                after = page.next();
            } while (after != null);
            assertThat(paged)
                    .isEqualTo(new GrantPage(compiled, 1_000, null, NOW)
                            .of(permission, path)
                            .grants());
            assertThat(paged).doesNotHaveDuplicates();
            for (IdentityId identity : List.of(JO, OPS, new IdentityId("user:else"), new IdentityId("user:nobody"))) {
                Verdict verdict = compiled.decide(
                        new Subject(identity, Set.of()), permission, path, new Circumstances(NOW, null, null));
                assertThat(paged.stream().anyMatch(grant -> grant.identity().equals(identity)))
                        .isEqualTo(verdict.match() != null || verdict.failed() != null);
            }
            named += paged.size();
        }
        assertThat(named).isGreaterThan(50);
    }

    @Test
    void patternsThatReachOneAnother_areWalkedOnce() {
        List<PolicyRule> rules = new ArrayList<>();
        for (int i = 1; i < 10; i++) {
            rules.add(new PolicyRule(PathGlob.parse("**/a/".repeat(i) + "**/never"), EnumSet.of(Permission.READ)));
        }
        CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(
                1, List.of(new BoundPolicy("pol_1", "deep", rules, List.of(new Grantee(JO, Long.MAX_VALUE))))));
        Subject jo = new Subject(JO, Set.of());
        String path = "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a";
        assertThat(compiled.decide(jo, Permission.READ, path, at()).match()).isNull();
        assertThat(compiled.decide(jo, Permission.READ, path + "/never", at()).match())
                .isEqualTo(new Match("pol_1", "deep", 0));
    }

    @Test
    void manyPoliciesOnOnePattern_areToldApartByWhomTheyAreBoundTo() {
        List<BoundPolicy> policies = new ArrayList<>();
        PolicyRule everything = new PolicyRule(PathGlob.parse("**"), EnumSet.of(Permission.READ));
        for (int p = 0; p < 200; p++) {
            policies.add(new BoundPolicy(
                    "pol_" + p,
                    "p" + p,
                    List.of(everything),
                    List.of(new Grantee(new IdentityId("user:u" + p), p == 150 ? NOW : Long.MAX_VALUE))));
        }
        CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
        for (int p : List.of(0, 63, 64, 127, 128, 199)) {
            Subject one = new Subject(new IdentityId("user:u" + p), Set.of());
            assertThat(compiled.decide(one, Permission.READ, "a/b", at()).match())
                    .isEqualTo(new Match("pol_" + p, "p" + p, 0));
            assertThat(compiled.decide(one, Permission.WRITE, "a/b", at()).match())
                    .isNull();
        }
        Subject lapsed = new Subject(new IdentityId("user:u150"), Set.of());
        assertThat(compiled.decide(lapsed, Permission.READ, "a/b", at()).match())
                .isNull();
    }

    @Test
    void evidence_isBounded_andSaysWhatWasLeftOut() {
        List<BoundPolicy> policies = new ArrayList<>();
        for (int p = 0; p < 10; p++) {
            List<PolicyRule> rules = new ArrayList<>();
            for (int r = 0; r < 10; r++) {
                rules.add(new PolicyRule(PathGlob.parse(p == 7 ? "**" : "team-" + r), EnumSet.of(Permission.LIST)));
            }
            policies.add(new BoundPolicy("pol_" + p, "p" + p, rules, List.of(new Grantee(JO, Long.MAX_VALUE))));
        }
        CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
        Subject jo = new Subject(JO, Set.of());
        Verdict verdict = compiled.decide(jo, Permission.READ, "x", at());
        Map<String, Object> evidence = new Explanation(compiled, jo, Permission.READ, "x", at())
                .refusal(verdict, null)
                .evidence();
        assertThat(evidence)
                .containsEntry("permission", "read")
                .containsEntry("bound_policies", 10)
                .containsEntry("rules_left_out", 80);
        // What matched the path comes first, whatever its place.
        assertThat(String.valueOf(evidence.get("evaluated")))
                .contains("pol_0")
                .contains("pol_7")
                .doesNotContain("pol_1");
        assertThat(evidence.toString().length()).isLessThan(4_000);
    }

    private static Circumstances at() {
        return new Circumstances(NOW, null, null);
    }

    private static PathFilter filter(
            CompiledPolicies compiled, Subject subject, Permission permission, String space, Circumstances at) {
        Actor actor = AccessDatabase.actor(
                AccessDatabase.ACME,
                subject.identity().value(),
                subject.groups().stream().map(IdentityId::value).toArray(String[]::new));
        return new PathFilter(Caller.fromSomewhere(actor), permission, space, compiled, at);
    }

    /** The definition, without index, order or shortcut: the first rule of the first policy; else what was missing where the least was. */
    private static Verdict plainly(
            List<BoundPolicy> policies, Subject subject, Permission permission, String path, Circumstances at) {
        Condition nearest = null;
        for (BoundPolicy policy : policies) {
            long expiry = policy.grantees().stream()
                    .filter(grantee -> grantee.identity().equals(subject.identity())
                            || subject.groups().contains(grantee.identity()))
                    .mapToLong(Grantee::expiresAtMillis)
                    .max()
                    .orElse(Long.MIN_VALUE);
            for (int i = 0; expiry > NOW && i < policy.rules().size(); i++) {
                PolicyRule rule = policy.rules().get(i);
                boolean granted = rule.permissions().contains(permission)
                        || rule.permissions().contains(Permission.ADMIN);
                if (!granted || !rule.pathPattern().matches(path)) {
                    continue;
                }
                Condition failed = at.failed(rule.conditions());
                if (failed == null) {
                    return new Verdict(
                            new Match(policy.id(), policy.name(), i),
                            expiry == Long.MAX_VALUE && rule.conditions().isNone(),
                            null);
                }
                nearest = nearest == null || failed.compareTo(nearest) > 0 ? failed : nearest;
            }
        }
        return new Verdict(null, false, nearest);
    }

    private static Circumstances circumstances(Random random) {
        String address = List.of("10.1.2.3", "::ffff:10.1.2.3", "203.0.113.9", "2001:db8::1", "unknown", "")
                .get(random.nextInt(6));
        Instant mfa = random.nextBoolean() ? null : Instant.ofEpochMilli(NOW).minusSeconds(60L * random.nextInt(30));
        return new Circumstances(NOW, address.isEmpty() ? null : address, mfa);
    }

    private static RuleConditions conditions(Random random) {
        List<AddressRange> ranges = random.nextInt(3) > 0
                ? List.of()
                : List.of(AddressRange.parse(random.nextBoolean() ? "10.0.0.0/8" : "2001:db8::/32")
                        .orElseThrow());
        TimeWindow window = random.nextInt(3) > 0
                ? null
                : new TimeWindow(
                        EnumSet.of(DayOfWeek.of(1 + random.nextInt(2))),
                        60 * random.nextInt(12),
                        720,
                        ZoneId.of("UTC"));
        boolean mfa = random.nextInt(3) == 0;
        return new RuleConditions(ranges, mfa, mfa && random.nextBoolean() ? Duration.ofMinutes(5) : null, window);
    }

    private static List<BoundPolicy> policies(Random random) {
        List<BoundPolicy> policies = new ArrayList<>();
        for (int p = random.nextInt(6) == 0 ? 70 : 1 + random.nextInt(5); p > 0; p--) {
            List<PolicyRule> rules = new ArrayList<>();
            for (int r = 1 + random.nextInt(6); r > 0; r--) {
                EnumSet<Permission> permissions = EnumSet.of(permission(random));
                permissions.add(permission(random));
                rules.add(new PolicyRule(
                        glob(random), permissions, random.nextBoolean() ? RuleConditions.NONE : conditions(random)));
            }
            List<Grantee> grantees = new ArrayList<>();
            for (IdentityId identity : List.of(JO, OPS, new IdentityId("user:else"))) {
                if (random.nextBoolean()) {
                    grantees.add(
                            new Grantee(identity, random.nextBoolean() ? Long.MAX_VALUE : NOW - 2 + random.nextInt(5)));
                }
            }
            policies.add(
                    new BoundPolicy("pol_" + (10 + policies.size()), "policy " + policies.size(), rules, grantees));
        }
        return policies;
    }

    private static PathGlob glob(Random random) {
        while (true) {
            List<String> parts = new ArrayList<>();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                parts.add(PARTS.get(random.nextInt(PARTS.size())));
            }
            String pattern = String.join("/", parts);
            if (!pattern.contains("**/**")) {
                return PathGlob.parse(pattern);
            }
        }
    }

    private static String path(Random random) {
        List<String> parts = new ArrayList<>();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            parts.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        return String.join("/", parts);
    }

    private static Permission permission(Random random) {
        return Permission.values()[random.nextInt(Permission.values().length)];
    }

    private static Subject subject(Random random) {
        return new Subject(JO, random.nextBoolean() ? Set.of(OPS) : Set.of());
    }
}
