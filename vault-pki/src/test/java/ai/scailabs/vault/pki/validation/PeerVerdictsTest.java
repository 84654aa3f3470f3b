package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.Peer;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains with one fault each, before OpenSSL ({@code -x509_strict}), GnuTLS and us. Where a verdict differs the case says why. */
class PeerVerdictsTest {
    private static final Crafted ROOT = Crafted.root("Root");
    private static final Crafted ISSUER = Crafted.authority("Issuer", ROOT).make();
    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

    @TempDir
    private static Path folder;

    /** @param difference who judges otherwise, and why; empty where all judge alike */
    record Case(String fault, Crafted leaf, Crafted issuer, Crafted root, String ours, String difference) {
        @Override
        public String toString() {
            return fault;
        }
    }

    private static Case faulty(String fault, Crafted.Maker leaf, String ours, String difference) {
        return new Case(fault, leaf.make(), ISSUER, ROOT, ours, difference);
    }

    private static Case below(String fault, Crafted.Maker issuer, String ours, String difference) {
        Crafted made = issuer.make();
        return new Case(fault, Crafted.leaf(made).make(), made, ROOT, ours, difference);
    }

    private static Case underRoot(String fault, Crafted.Maker root, String ours, String difference) {
        Crafted top = root.make();
        Crafted issuer = Crafted.authority("Issuer", top).make();
        return new Case(fault, Crafted.leaf(issuer).make(), issuer, top, ours, difference);
    }

    static Stream<Case> cases() {
        Duration day = Duration.ofDays(1);
        KeyPair rsa = Crafted.rsa(2048);
        Crafted rsaIssuer = Crafted.authority("Issuer", ROOT).keys(rsa).make();
        return Stream.of(
                faulty("none", leaf(), "", ""),
                new Case("none, RSA", Crafted.leaf(rsaIssuer).make(), rsaIssuer, ROOT, "", ""),
                new Case(
                        "none, PSS",
                        Crafted.leaf(rsaIssuer)
                                .signedWith("SHA256withRSAandMGF1")
                                .make(),
                        rsaIssuer,
                        ROOT,
                        "",
                        ""),
                faulty("expired", leaf().valid(day.multipliedBy(-9), day.negated()), "expired@0", ""),
                faulty("not yet valid", leaf().valid(day, day.multipliedBy(9)), "not_yet_valid@0", ""),
                faulty("forged", leaf().forged(), "signature_invalid@0", ""),
                faulty(
                        "unknown critical extension",
                        leaf().with(UNKNOWN, true, DERNull.INSTANCE),
                        "unknown_critical_extension@0",
                        ""),
                faulty("unknown extension", leaf().with(UNKNOWN, false, DERNull.INSTANCE), "", ""),
                faulty("for clients", leaf().usages(KeyPurposeId.id_kp_clientAuth), "usage_not_allowed@0", ""),
                faulty(
                        "key usage of an authority",
                        leaf().with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
                        "profile_violation@0,usage_not_allowed@0",
                        "gnutls: does not look at the key usage of the last certificate"),
                faulty(
                        "another name",
                        leaf().names(new GeneralName(GeneralName.dNSName, "other.example.test")),
                        "name_mismatch@0",
                        ""),
                faulty(
                        "name in the common name only",
                        leaf().without(Extension.subjectAlternativeName),
                        "name_mismatch@0",
                        "openssl, gnutls: take the common name where there is no alternative name, which RFC 9525 forbids"),
                faulty("wildcard", leaf().names(new GeneralName(GeneralName.dNSName, "*.example.test")), "", ""),
                faulty(
                        "wildcard within a label",
                        leaf().names(new GeneralName(GeneralName.dNSName, "h*.example.test")),
                        "name_mismatch@0",
                        "openssl: takes it, which RFC 9525 forbids"),
                faulty(
                        "wildcard of two labels",
                        leaf().names(new GeneralName(GeneralName.dNSName, "*.test")),
                        "name_mismatch@0",
                        ""),
                faulty(
                        "no key identifiers",
                        leaf().anonymous(),
                        "profile_violation@0",
                        "gnutls: does not ask for them"),
                faulty(
                        "serial number below zero",
                        leaf().serial(-5),
                        "profile_violation@0",
                        "openssl, gnutls: take it, which RFC 5280 §4.1.2.2 forbids to make"),
                below("issuer expired", issuer().valid(day.multipliedBy(-9), day.negated()), "expired@1", ""),
                below("issuer forged", issuer().forged(), "signature_invalid@1", ""),
                below(
                        "issuer is none",
                        issuer().with(Extension.basicConstraints, true, new BasicConstraints(false)),
                        "not_a_ca@1",
                        ""),
                below(
                        "issuer without basic constraints",
                        issuer().without(Extension.basicConstraints),
                        "profile_violation@1,not_a_ca@1",
                        ""),
                below(
                        "issuer may not certify",
                        issuer().with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign)),
                        "key_usage@1",
                        ""),
                below(
                        "basic constraints that are not critical",
                        issuer().with(Extension.basicConstraints, false, new BasicConstraints(true)),
                        "profile_violation@1",
                        "gnutls: does not ask for it"),
                below(
                        "issuer without key usage",
                        issuer().without(Extension.keyUsage),
                        "profile_violation@1",
                        "gnutls: does not ask for it"),
                below(
                        "issuer for other usages",
                        issuer().usages(KeyPurposeId.id_kp_codeSigning),
                        "usage_not_allowed@1",
                        ""),
                below(
                        "issuer of SHA-1",
                        Crafted.authority("Issuer", rsaRoot()).signedWith("SHA1withRSA"),
                        "no_path@1",
                        ""),
                below("excluded name", issuer().excludes("example.test"), "name_constraint_violation@0", ""),
                below("permitted name", issuer().permits("example.test"), "", ""),
                below("name that is not permitted", issuer().permits("example.org"), "name_constraint_violation@0", ""),
                underRoot("path length", Crafted.authority("Root", null).pathLength(0), "path_length_exceeded@1", ""),
                underRoot(
                        "root expired",
                        Crafted.authority("Root", null).valid(day.multipliedBy(-9), day.negated()),
                        "expired@2",
                        ""),
                underRoot(
                        "root that excludes",
                        Crafted.authority("Root", null).excludes("example.test"),
                        "name_constraint_violation@0",
                        ""),
                underRoot(
                        "short key of the root",
                        Crafted.authority("Root", null).keys(Crafted.rsa(1024)),
                        "key_weak@2",
                        "openssl: holds key sizes by a level that is off for this command"),
                new Case("nobody's root", leaf().make(), ISSUER, Crafted.root("Other"), "no_path@1", ""));
    }

    private static Crafted rsaRoot() {
        return Crafted.authority("RSA root", null).keys(Crafted.rsa(2048)).make();
    }

    private static Crafted.Maker leaf() {
        return Crafted.leaf(ISSUER);
    }

    private static Crafted.Maker issuer() {
        return Crafted.authority("Issuer", ROOT);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void oneFault_isJudgedAlike(Case each) throws IOException {
        List<String> errors = Question.of(each.leaf())
                .through(each.issuer())
                .to(each.root())
                .named(NameSyntax.dns("host.example.test"))
                .forUsage(ExtendedKeyUsage.SERVER_AUTH)
                .errors();
        assertThat(String.join(",", errors)).isEqualTo(each.ours());
        boolean valid = errors.isEmpty();
        Path root = pem("root", each.root());
        Path issuer = pem("issuer", each.issuer());
        Path leaf = pem("leaf", each.leaf());
        Path chain = pem("chain", each.leaf(), each.issuer());

        Peer openssl = Peer.run(
                "openssl",
                "verify",
                "-x509_strict",
                "-CAfile",
                root.toString(),
                "-untrusted",
                issuer.toString(),
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "host.example.test",
                leaf.toString());
        Peer gnutls = Peer.run(
                "certtool",
                "--verify",
                "--verify-profile",
                "medium",
                "--load-ca-certificate",
                root.toString(),
                "--verify-hostname",
                "host.example.test",
                "--verify-purpose",
                "1.3.6.1.5.5.7.3.1",
                "--infile",
                chain.toString());
        List<String> others = new ArrayList<>();
        if (valid != (openssl.exitCode() == 0)) {
            others.add("openssl");
        }
        if (valid != (gnutls.exitCode() == 0)) {
            others.add("gnutls");
        }
        String named = each.difference().isEmpty()
                ? ""
                : each.difference().substring(0, each.difference().indexOf(':'));
        assertThat(String.join(", ", others))
                .as("%s %s", openssl.output(), gnutls.output())
                .isEqualTo(named);
    }

    private static Path pem(String name, Crafted... certificates) throws IOException {
        Path file = folder.resolve(name + ".pem");
        Files.writeString(
                file,
                Pem.writeAll(
                        Pem.CERTIFICATE,
                        Stream.of(certificates).map(Crafted::der).toList()));
        return file;
    }
}
