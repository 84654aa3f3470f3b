package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of several ways to an anchor one that holds is found, whatever is wrong with the others: the cases of BetterTLS. */
class PathBuildingTest {
    private static final Crafted ROOT = Crafted.root("Root");
    private static final KeyPair KEYS = Crafted.ec();
    private static final Crafted GOOD =
            Crafted.authority("Issuer", ROOT).keys(KEYS).make();
    private static final Crafted LEAF = Crafted.leaf(GOOD).make();

    /** Certificates of the same issuer, for the same key, each with a fault of its own. */
    static Stream<Crafted> twins() {
        Crafted old = Crafted.authority("Old", ROOT)
                .valid(Duration.ofDays(-9), Duration.ofDays(-1))
                .make();
        Crafted weak = Crafted.authority("Weak", ROOT).keys(Crafted.rsa(1024)).make();
        return Stream.of(
                twin().valid(Duration.ofDays(-9), Duration.ofDays(-1)).make(),
                twin().valid(Duration.ofDays(1), Duration.ofDays(9)).make(),
                twin().permits("other.test").make(),
                twin().excludes("example.test").make(),
                twin().usages(KeyPurposeId.id_kp_codeSigning).make(),
                twin().with(Extension.basicConstraints, true, new BasicConstraints(false))
                        .make(),
                twin().without(Extension.basicConstraints).make(),
                twin().forged().make(),
                Crafted.authority("Issuer", old).keys(KEYS).make(),
                Crafted.authority("Issuer", weak).keys(KEYS).make(),
                Crafted.authority("Issuer", Crafted.root("Nobody")).keys(KEYS).make(),
                // Of the same name with another key.
                Crafted.authority("Issuer", ROOT).make());
    }

    private static Crafted.Maker twin() {
        return Crafted.authority("Issuer", ROOT).keys(KEYS);
    }

    @ParameterizedTest
    @MethodSource("twins")
    void twinWithAFault_isPassedBy(Crafted twin) {
        for (List<Crafted> order : List.of(List.of(twin, GOOD), List.of(GOOD, twin))) {
            PathReport report = Question.of(LEAF)
                    .through(order.toArray(new Crafted[0]))
                    .to(ROOT)
                    .forUsage(ExtendedKeyUsage.SERVER_AUTH)
                    .report();
            assertThat(report.errors()).isEmpty();
            assertThat(report.chain()).containsExactly(LEAF.read(), GOOD.read(), ROOT.read());
        }
        assertThat(Question.of(LEAF)
                        .through(twin)
                        .to(ROOT)
                        .forUsage(ExtendedKeyUsage.SERVER_AUTH)
                        .errors())
                .isNotEmpty();
    }

    @Test
    void weakSignature_isAvoidedWhereThereIsAnother() {
        KeyPair keys = Crafted.rsa(2048);
        Crafted root = Crafted.authority("RSA root", null).keys(keys).make();
        Crafted weak = Crafted.authority("Issuer", root)
                .keys(KEYS)
                .signedWith("SHA1withRSA")
                .make();
        Crafted sound = Crafted.authority("Issuer", root).keys(KEYS).make();
        assertThat(Question.of(LEAF).through(weak, sound).to(root).errors()).isEmpty();
        assertThat(Question.of(LEAF).through(weak).to(root).errors()).containsExactly("signature_weak@1");
    }

    @Test
    void crossSignedRoot_leadsToTheAnchorThatIsThere() {
        Crafted other = Crafted.root("Other");
        KeyPair keys = Crafted.ec();
        Crafted fresh = Crafted.authority("Fresh", null).keys(keys).make();
        Crafted cross = Crafted.authority("Fresh", other).keys(keys).make();
        Crafted issuer = Crafted.authority("Below", fresh).make();
        Crafted leaf = Crafted.leaf(issuer).make();
        assertThat(Question.of(leaf).through(issuer, fresh, cross).to(other).errors())
                .isEmpty();
        assertThat(Question.of(leaf).through(issuer, cross).to(fresh).errors()).isEmpty();
        assertThat(Question.of(leaf).through(issuer, fresh).to(other).errors()).containsExactly("no_path@2");
    }

    @Test
    void anchorInTheMiddle_endsThePath_andBindsByItsOwnCertificate() {
        assertThat(Question.of(LEAF).to(GOOD).errors()).isEmpty();
        Crafted narrow = twin().permits("other.test").make();
        assertThat(Question.of(LEAF).to(narrow).errors()).containsExactly("name_constraint_violation@0");
        Crafted over = twin().valid(Duration.ofDays(-9), Duration.ofDays(-1)).make();
        assertThat(Question.of(LEAF).to(over).errors()).containsExactly("expired@1");
        assertThat(Question.of(GOOD).to(GOOD).errors()).isEmpty();
    }

    @Test
    void everythingThatIsWrong_isToldAtItsPlace() {
        Crafted issuer = Crafted.authority("Late", ROOT)
                .valid(Duration.ofDays(-9), Duration.ofDays(-1))
                .permits("other.test")
                .make();
        Crafted leaf = Crafted.leaf(issuer)
                .valid(Duration.ofDays(-9), Duration.ofDays(-2))
                .usages(KeyPurposeId.id_kp_clientAuth)
                .make();
        assertThat(Question.of(leaf)
                        .through(issuer)
                        .to(ROOT)
                        .forUsage(ExtendedKeyUsage.SERVER_AUTH)
                        .errors())
                .containsExactly("expired@0", "name_constraint_violation@0", "usage_not_allowed@0", "expired@1");
        assertThat(Question.of(leaf).through(issuer).errors()).contains("no_path@1", "expired@0");
    }
}
