package ai.scailabs.vault.access.decision;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A token that was exchanged does what policies allow its identity, and of that only what its trust allows. */
class NarrowingTest {
    private static final IdentityId DEPLOYER = new IdentityId("sa:deployer");
    private static final List<String> WORDS = List.of("app", "apple", "db", "web", "x");
    private static final List<String> PARTS = List.of("app", "apple", "ap*", "db", "*", "**", "web", "?", "partner");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void rights_areThoseOfTheIdentity_thatAreAmongThoseOfTheTrust(long seed) {
        Random random = new Random(seed);
        int allowed = 0;
        int narrowedAway = 0;
        for (int round = 0; round < 100; round++) {
            CompiledPolicies policies = new CompiledPolicies(new PolicySnapshot(1, policies(random)));
            List<PathGlob> paths = globs(random);
            Actor actor = actor(paths);
            for (int question = 0; question < 40; question++) {
                Permission permission = Permission.values()[random.nextInt(Permission.values().length)];
                String path = path(random);
                for (String space : List.of("", "partner/")) {
                    String asked = space + path;
                    Circumstances at = new Circumstances(1_000_000, null, null);
                    boolean ofIdentity = policies.decide(new Subject(DEPLOYER, Set.of()), permission, asked, at)
                                    .match()
                            != null;
                    boolean ofTrust = paths.stream().anyMatch(glob -> glob.matches(asked));
                    Verdict verdict = policies.decide(Subject.of(actor), permission, asked, at);
                    assertThat(verdict.match() != null).isEqualTo(ofIdentity && ofTrust);

                    Decision explained = new Explanation(policies, Subject.of(actor), permission, asked, at).inFull();
                    assertThat(explained.allowed()).isEqualTo(ofIdentity && ofTrust);
                    assertThat(explained.tokenPathsMatched()).isEqualTo(ofTrust);

                    PathFilter filter = new PathFilter(Caller.fromSomewhere(actor), permission, space, policies, at);
                    assertThat(filter.matches(path)).isEqualTo(ofIdentity && ofTrust);
                    if (ofIdentity && ofTrust) {
                        assertThat(filter.isEmpty()).isFalse();
                        assertThat(filter.literalPrefixes())
                                .anyMatch(prefix -> path.startsWith(prefix) || (path + "/").equals(prefix));
                    }
                    allowed += ofIdentity && ofTrust ? 1 : 0;
                    narrowedAway += ofIdentity && !ofTrust ? 1 : 0;
                }
            }
        }
        assertThat(allowed).isGreaterThan(30);
        assertThat(narrowedAway).isGreaterThan(30);
    }

    @Test
    void prefixesOfAList_areNarrowedToo() {
        CompiledPolicies policies = new CompiledPolicies(new PolicySnapshot(
                1,
                List.of(new BoundPolicy(
                        "pol_1",
                        "all",
                        List.of(new PolicyRule(PathGlob.parse("**"), EnumSet.of(Permission.LIST))),
                        List.of(new Grantee(DEPLOYER, Long.MAX_VALUE))))));
        PathFilter filter = new PathFilter(
                Caller.fromSomewhere(actor(List.of(PathGlob.parse("app/web/**"), PathGlob.parse("app/db")))),
                Permission.LIST,
                "",
                policies,
                new Circumstances(0, null, null));
        assertThat(filter.literalPrefixes()).containsExactly("app/db", "app/web/");
    }

    @Test
    void everyWayToAPermit_isNarrowed_andARefusalTellsTheLogWhy() {
        try (AccessDatabase database = new AccessDatabase()) {
            AccessControl access = new AccessControl(database.transactions, database.clock);
            Actor admin = AccessDatabase.actor(ACME, "user:admin@acme.test");
            database.grant(admin, DEPLOYER.value(), "**", "admin");
            Actor free = actor(List.of());
            Actor narrowed = actor(List.of(PathGlob.parse("app/**")));
            SecretPath inside = new SecretPath("app/db");
            SecretPath outside = new SecretPath("web/db");

            Permit permit = access.require(narrowed, Permission.READ, inside);
            assertThat(access.confirm(permit, permit.policyEpoch() + 1).path()).isEqualTo(inside);
            assertThat(access.allows(permit, Permission.WRITE)).isTrue();
            assertThat(access.filter(narrowed, Permission.LIST).matches("web/db"))
                    .isFalse();
            assertThat(access.require(free, Permission.READ, outside).path()).isEqualTo(outside);
            assertThat(access.requireShared(free, Permission.READ, inside).isShared())
                    .isTrue();

            VaultException refusal = catchThrowableOfType(
                    VaultException.class, () -> access.require(narrowed, Permission.READ, outside));
            assertThat(refusal.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(refusal.evidence()).containsEntry("token_paths_matched", false);
            // What a partner shares is another place than one's own path of the same name.
            assertThat(catchThrowableOfType(
                                    VaultException.class, () -> access.requireShared(narrowed, Permission.READ, inside))
                            .code())
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(access.filterShared(narrowed, Permission.LIST).isEmpty()).isTrue();
            Actor shared = actor(List.of(PathGlob.parse("partner/app/**")));
            assertThat(access.requireShared(shared, Permission.READ, inside).isShared())
                    .isTrue();
            assertThat(catchThrowableOfType(VaultException.class, () -> access.require(shared, Permission.READ, inside))
                            .code())
                    .isEqualTo(ErrorCode.ACCESS_DENIED);

            Decision explained = access.explain(
                    ACME,
                    DEPLOYER,
                    Permission.READ,
                    "web/db",
                    new TestContext(null, null, null, List.of(PathGlob.parse("app/**"))));
            assertThat(explained.allowed()).isFalse();
            assertThat(explained.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        }
    }

    private static Actor actor(List<PathGlob> paths) {
        return Actor.exchanged(
                DEPLOYER,
                ACME,
                new PartnerId("ptn_a"),
                Set.of(),
                Instant.MAX,
                "tok_1",
                new Workload("trust_1", 1, "https://issuer.example.test", "workload", paths));
    }

    private static List<BoundPolicy> policies(Random random) {
        List<BoundPolicy> policies = new ArrayList<>();
        for (int p = 1 + random.nextInt(4); p > 0; p--) {
            List<PolicyRule> rules = new ArrayList<>();
            for (PathGlob glob : globs(random)) {
                rules.add(new PolicyRule(
                        glob,
                        EnumSet.of(Permission.values()[random.nextInt(Permission.values().length)], Permission.READ)));
            }
            policies.add(new BoundPolicy(
                    "pol_" + policies.size(),
                    "policy " + policies.size(),
                    rules,
                    List.of(new Grantee(DEPLOYER, Long.MAX_VALUE))));
        }
        return policies;
    }

    private static List<PathGlob> globs(Random random) {
        List<PathGlob> globs = new ArrayList<>();
        while (globs.isEmpty() || random.nextInt(3) == 0) {
            List<String> parts = new ArrayList<>();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                parts.add(PARTS.get(random.nextInt(PARTS.size())));
            }
            String pattern = String.join("/", parts);
            if (!pattern.contains("**/**")) {
                globs.add(PathGlob.parse(pattern));
            }
        }
        return globs;
    }

    private static String path(Random random) {
        List<String> parts = new ArrayList<>();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            parts.add(WORDS.get(random.nextInt(WORDS.size())));
        }
        return String.join("/", parts);
    }
}
