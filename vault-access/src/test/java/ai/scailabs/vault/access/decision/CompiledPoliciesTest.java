package ai.scailabs.vault.access.decision;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledPoliciesTest {
    private static final long NOW = 1_000_000;
    private static final IdentityId JO = new IdentityId("user:jo");
    private static final IdentityId OPS = new IdentityId("group:ops");
    private static final List<String> WORDS = List.of("a", "b", "app", "db", "ssl", "partner");
    private static final List<String> PARTS =
            List.of("a", "b", "app", "db", "ssl", "*", "**", "a*", "?", "*b", "partner");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void decision_agreesWithItsExplanationAndWithEveryRuleAskedAlone(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<BoundPolicy> policies = policies(random);
            CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
            for (int question = 0; question < 40; question++) {
                Subject subject = subject(random);
                Permission permission = permission(random);
                String path = path(random);
                Match expected = plainly(policies, subject, permission, path);

                assertThat(compiled.match(subject, permission, path, NOW)).isEqualTo(expected);
                Decision explained = compiled.explain(subject, permission, path, NOW);
                assertThat(explained.matched()).isEqualTo(expected);
                assertThat(explained.allowed())
                        .isEqualTo(expected != null)
                        .isEqualTo(explained.evaluated().stream()
                                .flatMap(policy -> policy.rules().stream())
                                .anyMatch(rule -> rule.pathMatched() && rule.permissionMatched()));
                PathFilter filter = filter(compiled, subject, permission, "");
                assertThat(filter.matches(path)).isEqualTo(expected != null);
                if (expected != null) {
                    assertThat(filter.literalPrefixes())
                            .anyMatch(prefix -> path.startsWith(prefix) || (path + "/").equals(prefix));
                }
                PathFilter shared = filter(compiled, subject, permission, "partner/");
                boolean sharedAllowed = plainly(policies, subject, permission, "partner/" + path) != null;
                assertThat(shared.matches(path)).isEqualTo(sharedAllowed);
                if (sharedAllowed) {
                    assertThat(shared.literalPrefixes())
                            .anyMatch(prefix -> path.startsWith(prefix) || (path + "/").equals(prefix));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void anotherBinding_neverTakesAccessAway(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<BoundPolicy> before = policies(random);
            List<BoundPolicy> after = new ArrayList<>(before);
            int chosen = random.nextInt(after.size());
            BoundPolicy old = after.get(chosen);
            List<Grantee> more = new ArrayList<>(old.grantees());
            more.add(new Grantee(random.nextBoolean() ? JO : OPS, NOW - 10 + random.nextInt(20)));
            after.set(chosen, new BoundPolicy(old.id(), old.name(), old.rules(), more));
            CompiledPolicies one = new CompiledPolicies(new PolicySnapshot(1, before));
            CompiledPolicies two = new CompiledPolicies(new PolicySnapshot(2, after));
            for (int question = 0; question < 40; question++) {
                Subject subject = subject(random);
                Permission permission = permission(random);
                String path = path(random);
                if (one.match(subject, permission, path, NOW) != null) {
                    assertThat(two.match(subject, permission, path, NOW)).isNotNull();
                }
            }
        }
    }

    @Test
    void tenThousandRules_decideFast() {
        List<BoundPolicy> policies = new ArrayList<>();
        for (int p = 0; p < 100; p++) {
            List<PolicyRule> rules = new ArrayList<>();
            for (int r = 0; r < 100; r++) {
                rules.add(
                        new PolicyRule(PathGlob.parse("team-" + p + "/svc-" + r + "/**"), EnumSet.of(Permission.READ)));
            }
            policies.add(new BoundPolicy("pol_" + p, "p" + p, rules, List.of(new Grantee(JO, Long.MAX_VALUE))));
        }
        CompiledPolicies compiled = new CompiledPolicies(new PolicySnapshot(1, policies));
        Subject jo = new Subject(JO, Set.of(OPS));
        int allowed = 0;
        long started = 0;
        int rounds = 20_000;
        for (int i = -rounds; i < rounds; i++) {
            if (i == 0) {
                started = System.nanoTime();
            }
            String path = "team-" + Math.floorMod(i, 101) + "/svc-7/db/password";
            allowed += compiled.match(jo, Permission.READ, path, NOW) != null ? 1 : 0;
        }
        double micros = (System.nanoTime() - started) / 1000.0 / rounds;
        System.out.printf("decision among 10,000 rules: %.2f us%n", micros);
        assertThat(allowed).isBetween(rounds, 2 * rounds - 1);
        assertThat(micros).isLessThan(1000);
    }

    private static PathFilter filter(CompiledPolicies compiled, Subject subject, Permission permission, String space) {
        return new PathFilter(
                AccessDatabase.actor(AccessDatabase.ACME, "user:jo"),
                permission,
                space,
                1,
                compiled.granting(subject, permission, NOW));
    }

    /** The definition, without index, order or shortcut: the first rule of the first policy. */
    private static Match plainly(List<BoundPolicy> policies, Subject subject, Permission permission, String path) {
        for (BoundPolicy policy : policies) {
            boolean bound = policy.grantees().stream()
                    .anyMatch(grantee -> grantee.expiresAtMillis() > NOW
                            && (grantee.identity().equals(subject.identity())
                                    || subject.groups().contains(grantee.identity())));
            for (int i = 0; bound && i < policy.rules().size(); i++) {
                PolicyRule rule = policy.rules().get(i);
                boolean granted = rule.permissions().contains(permission)
                        || rule.permissions().contains(Permission.ADMIN);
                if (granted && rule.pathPattern().matches(path)) {
                    return new Match(policy.id(), policy.name(), i);
                }
            }
        }
        return null;
    }

    private static List<BoundPolicy> policies(Random random) {
        List<BoundPolicy> policies = new ArrayList<>();
        for (int p = 1 + random.nextInt(5); p > 0; p--) {
            List<PolicyRule> rules = new ArrayList<>();
            for (int r = 1 + random.nextInt(6); r > 0; r--) {
                EnumSet<Permission> permissions = EnumSet.of(permission(random));
                permissions.add(permission(random));
                rules.add(new PolicyRule(glob(random), permissions));
            }
            List<Grantee> grantees = new ArrayList<>();
            for (IdentityId identity : List.of(JO, OPS, new IdentityId("user:else"))) {
                if (random.nextBoolean()) {
                    grantees.add(new Grantee(identity, NOW - 2 + random.nextInt(5)));
                }
            }
            policies.add(new BoundPolicy("pol_" + policies.size(), "policy " + policies.size(), rules, grantees));
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
