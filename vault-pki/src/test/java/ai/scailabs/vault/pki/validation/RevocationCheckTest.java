package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
