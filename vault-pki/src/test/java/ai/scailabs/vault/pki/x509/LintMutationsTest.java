package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the lint refuses bytes that break it: one thing is changed in what it would have let through. */
class LintMutationsTest {
    static Stream<Arguments> mutations() {
        return Stream.of(
                        FieldMutations.fields(),
                        FieldMutations.subjects(),
                        FieldMutations.keys(),
                        ExtensionMutations.names(),
                        ExtensionMutations.authorities(),
                        ExtensionMutations.pointers())
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mutations")
    void changedBytes_areRefusedByTheRule(
            String rule, String what, byte[] tbs, IssuerView issuer, UnaryOperator<byte[]> change) {
        assertThat(CertificateLint.findings(change.apply(tbs), issuer))
                .as(what)
                .extracting(LintFinding::rule)
                .contains(rule);
    }

    @Test
    void unchangedBytes_areNotRefused() {
        assertThat(CertificateLint.findings(Mutants.LEAF, Mutants.BOUNDED.view()))
                .isEmpty();
        assertThat(CertificateLint.findings(Mutants.AUTHORITY, Mutants.ROOT.view()))
                .isEmpty();
    }

    @Test
    void everyRule_hasAMutation() {
        Set<String> mutated =
                mutations().map(each -> (String) each.get()[0]).collect(Collectors.toCollection(TreeSet::new));
        mutated.remove("structure");
        assertThat(LintRule.ALL.stream().map(LintRule::name)).doesNotHaveDuplicates();
        assertThat(mutated)
                .isEqualTo(LintRule.ALL.stream().map(LintRule::name).collect(Collectors.toCollection(TreeSet::new)));
    }
}
