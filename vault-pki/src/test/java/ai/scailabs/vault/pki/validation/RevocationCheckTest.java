package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What NIST's suite does not ask of revocation. */
class RevocationCheckTest {
    private static final Crafted ROOT = Crafted.root("Root");
    private static final Crafted ISSUER = Crafted.authority("Issuer", ROOT).make();
    private static final Crafted LEAF = Crafted.leaf(ISSUER).serial(77).make();

    private static Question question() {
        return Question.of(LEAF).through(ISSUER).to(ROOT);
    }

    @Test
    void everyCertificateBelowTheAnchor_mustBeSpokenOf() {
        assertThat(question().unrevoked().errors()).containsExactly("revocation_unknown@0", "revocation_unknown@1");
        assertThat(question().unrevoked(ISSUER.list()).errors()).containsExactly("revocation_unknown@1");
        assertThat(question().unrevoked(ISSUER.list(), ROOT.list()).errors()).isEmpty();
        assertThat(question()
                        .unrevoked(ISSUER.list(BigInteger.valueOf(77)), ROOT.list())
                        .errors())
                .containsExactly("revoked@0");
        BigInteger issuer = ISSUER.read().serial();
        assertThat(question().unrevoked(ISSUER.list(), ROOT.list(issuer)).errors())
                .containsExactly("revoked@1");
    }

    @Test
    void listThatIsOver_orOfAnotherKey_saysNothing() {
        RevocationList over = RevocationList.read(ISSUER.listOf(List.of(), Crafted.NOW.minus(Duration.ofHours(1))))
                .orElseThrow();
        assertThat(question().unrevoked(over, ROOT.list()).errors()).containsExactly("revocation_unknown@0");
        Crafted namesake = Crafted.authority("Issuer", Crafted.root("Nobody")).make();
        assertThat(question().unrevoked(namesake.list(), ROOT.list()).errors()).containsExactly("revocation_unknown@0");
        assertThat(question()
                        .through(namesake)
                        .unrevoked(namesake.list(), ROOT.list())
                        .errors())
                .containsExactly("revocation_unknown@0");
    }

    private static List<String> errors(RevocationList... ofTheIssuer) {
        return question().unrevoked(ROOT.list()).unrevoked(ofTheIssuer).errors();
    }

    private static RevocationList list(Duration age, @Nullable Long number, @Nullable Long base, int... reasons) {
        Map<BigInteger, Integer> entries = reasons.length == 0 ? Map.of() : Map.of(BigInteger.valueOf(77), reasons[0]);
        return ISSUER.list(Crafted.NOW.minus(age), number, base, entries);
    }

    /** Whoever gives both gives them in any order. */
    @Test
    void newerOfTwoLists_counts() {
        Duration old = Duration.ofHours(2);
        Duration young = Duration.ofHours(1);
        for (Long number : Arrays.asList(9L, null)) {
            RevocationList before = list(old, number, null);
            RevocationList revoked = list(young, number == null ? null : 10L, null, 1);
            assertThat(errors(before, revoked)).containsExactly("revoked@0");
            assertThat(errors(revoked, before)).containsExactly("revoked@0");
            RevocationList held = list(old, number, null, 6);
            RevocationList released = list(young, number == null ? null : 10L, null);
            assertThat(errors(held, released)).isEmpty();
            assertThat(errors(released, held)).isEmpty();
        }
        // Of one second.
        assertThat(errors(list(old, 9L, null), list(old, 10L, null, 1))).containsExactly("revoked@0");
        assertThat(errors(list(old, 10L, null, 1), list(old, 9L, null))).containsExactly("revoked@0");
    }

    @Test
    void newerOfTwoListsOfChanges_counts() {
        Duration old = Duration.ofHours(2);
        RevocationList complete = list(Duration.ofHours(3), 1L, null);
        RevocationList held = list(old, 2L, 1L, 6);
        RevocationList released = list(Duration.ofHours(1), 3L, 1L, 8);
        assertThat(errors(complete, held)).containsExactly("revoked@0");
        assertThat(errors(complete, held, released)).isEmpty();
        assertThat(errors(released, held, complete)).isEmpty();
        RevocationList silent = list(old, 2L, 1L);
        RevocationList revoked = list(Duration.ofHours(1), 3L, 1L, 1);
        assertThat(errors(complete, silent, revoked)).containsExactly("revoked@0");
        assertThat(errors(revoked, silent, complete)).containsExactly("revoked@0");
    }

    @Test
    void listOfTheFuture_saysNothing() {
        assertThat(question()
                        .at(Crafted.NOW.minus(Duration.ofDays(3)))
                        .unrevoked(ISSUER.list(), ROOT.list())
                        .errors())
                .containsExactly("revocation_unknown@0", "revocation_unknown@1");
    }

    @Test
    void whoIsKnownHere_needsNoList() {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(question()
                        .known((certificate, issuer) -> Optional.of(new KnownStatus.Good()))
                        .errors())
                .isEmpty();
        assertThat(question()
                        .known((certificate, issuer) -> issuer.equals(ISSUER.read())
                                ? Optional.of(new KnownStatus.Revoked(at, "superseded"))
                                : Optional.of(new KnownStatus.Good()))
                        .report()
                        .errors())
                .containsExactly(new PathError(PathProblem.REVOKED, "revoked at " + at + ", superseded", 0));
        assertThat(question()
                        .known((certificate, issuer) -> Optional.of(new KnownStatus.UnknownNumber()))
                        .errors())
                .containsExactly("revocation_unknown@0", "revocation_unknown@1");
    }

    @Test
    void forgedCertificate_isNotAskedAbout() {
        KeyPair keys = Crafted.ec();
        Crafted other = Crafted.authority("Issuer", ROOT).keys(keys).make();
        assertThat(Question.of(LEAF)
                        .through(other)
                        .to(ROOT)
                        .known((certificate, issuer) -> {
                            throw new IllegalStateException("nobody can say whose it is");
                        })
                        .errors())
                .contains("signature_invalid@0");
    }
}
