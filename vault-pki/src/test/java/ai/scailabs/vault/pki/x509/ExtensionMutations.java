package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.pki.x509.Mutants.AUTHORITY;
import static ai.scailabs.vault.pki.x509.Mutants.BOUNDED;
import static ai.scailabs.vault.pki.x509.Mutants.LEAF;
import static ai.scailabs.vault.pki.x509.Mutants.ROOT;
import static ai.scailabs.vault.pki.x509.Mutants.access;
import static ai.scailabs.vault.pki.x509.Mutants.authority;
import static ai.scailabs.vault.pki.x509.Mutants.bounded;
import static ai.scailabs.vault.pki.x509.Mutants.constrained;
import static ai.scailabs.vault.pki.x509.Mutants.constraints;
import static ai.scailabs.vault.pki.x509.Mutants.dns;
import static ai.scailabs.vault.pki.x509.Mutants.leaf;
import static ai.scailabs.vault.pki.x509.Mutants.mapped;
import static ai.scailabs.vault.pki.x509.Mutants.name;
import static ai.scailabs.vault.pki.x509.Mutants.notCertifying;
import static ai.scailabs.vault.pki.x509.Mutants.point;
import static ai.scailabs.vault.pki.x509.Mutants.policy;
import static ai.scailabs.vault.pki.x509.Mutants.same;
import static ai.scailabs.vault.pki.x509.Mutants.subject;
import static ai.scailabs.vault.pki.x509.Mutants.tagged;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.params.provider.Arguments;

/** Of the names, the bounds and the pointers. */
final class ExtensionMutations {
    private ExtensionMutations() {}

    static Stream<Arguments> names() {
        return Stream.of(
                leaf("names_present", "none", t -> Mutation.withoutExtension(t, Extension.subjectAlternativeName)),
                leaf(
                        "names_critical_iff_no_subject",
                        "critical beside one",
                        t -> Mutation.critical(t, Extension.subjectAlternativeName, true)),
                leaf(
                        "names_critical_iff_no_subject",
                        "not critical without",
                        t -> Mutation.field(t, Mutation.SUBJECT, new DERSequence())),
                leaf(
                        "name_form",
                        "an empty list",
                        t -> Mutation.extension(t, Extension.subjectAlternativeName, false, new DERSequence())),
                leaf("name_form", "IP as a name", t -> dns(t, "10.0.0.1")),
                leaf("name_form", "upper case", t -> dns(t, "A.corp.example")),
                leaf("name_form", "trailing dot", t -> dns(t, "a.corp.example.")),
                leaf("name_form", "space", t -> dns(t, " ")),
                leaf("name_form", "partial wildcard", t -> dns(t, "f*o.corp.example")),
                leaf("name_form", "second wildcard", t -> dns(t, "*.*.corp.example")),
                leaf("name_form", "wide wildcard", t -> dns(t, "*.example")),
                leaf("name_form", "label of 64", t -> dns(t, "a".repeat(64) + ".corp.example")),
                leaf("name_form", "254 characters", t -> dns(t, ("a".repeat(60) + ".").repeat(4) + "corp.example")),
                leaf("name_form", "no A-label", t -> dns(t, "xn--a.corp.example")),
                leaf("name_form", "A-label of a dash", t -> dns(t, "xn--web01-0u3b.corp.example")),
                leaf(
                        "name_form",
                        "UTF-8",
                        t -> name(
                                t,
                                2,
                                new DEROctetString(
                                        "bücher.corp.example".getBytes(java.nio.charset.StandardCharsets.UTF_8)))),
                leaf("name_form", "8 octets", t -> name(t, 7, new DEROctetString(new byte[8]))),
                leaf("name_form", "mapped address", t -> name(t, 7, new DEROctetString(mapped()))),
                leaf("name_form", "relative URI", t -> name(t, 6, new DERIA5String("/pay"))),
                leaf("name_form", "no mailbox", t -> name(t, 1, new DERIA5String("corp.example"))),
                leaf("name_form", "another kind", t -> name(t, 8, new ASN1ObjectIdentifier("1.2.3"))),
                leaf(
                        "name_form",
                        "twice",
                        t -> Mutation.extension(
                                t, Extension.subjectAlternativeName, false, new DERSequence(new ASN1Encodable[] {
                                    tagged(2, new DERIA5String("a.corp.example")),
                                    tagged(2, new DERIA5String("a.corp.example"))
                                }))),
                leaf("names_within_constraints", "another domain", t -> dns(t, "a.other.example")),
                leaf("names_within_constraints", "alike", t -> dns(t, "evilcorp.example")),
                leaf(
                        "names_within_constraints",
                        "another range",
                        t -> name(t, 7, new DEROctetString(new byte[] {11, 0, 0, 1}))),
                leaf(
                        "names_within_constraints",
                        "in the common name",
                        t -> subject(t, BCStyle.CN, new DERUTF8String("a.other.example"))));
    }

    static Stream<Arguments> authorities() {
        return Stream.of(
                arguments("issuer_may_certify", "no keyCertSign", LEAF, notCertifying(BOUNDED.view()), same()),
                leaf(
                        "basic_constraints_form",
                        "FALSE is written",
                        t -> Mutation.extension(
                                t, Extension.basicConstraints, false, new DERSequence(ASN1Boolean.FALSE))),
                leaf(
                        "basic_constraints_form",
                        "critical",
                        t -> Mutation.extension(t, Extension.basicConstraints, true, new DERSequence())),
                authority(
                        "basic_constraints_form",
                        "not critical",
                        t -> Mutation.critical(t, Extension.basicConstraints, false)),
                authority(
                        "basic_constraints_form",
                        "missing",
                        t -> Mutation.withoutExtension(t, Extension.basicConstraints)),
                arguments("path_length", "none is left", AUTHORITY, BOUNDED.view(), same()),
                arguments(
                        "path_length",
                        "unsaid below a bound",
                        Mutation.extension(AUTHORITY, Extension.basicConstraints, true, new BasicConstraints(true)),
                        bounded(ROOT.view(), 3),
                        same()),
                arguments(
                        "path_length",
                        "as much as above",
                        Mutation.extension(AUTHORITY, Extension.basicConstraints, true, new BasicConstraints(3)),
                        bounded(ROOT.view(), 3),
                        same()),
                leaf(
                        "constraints_in_authorities",
                        "in a leaf",
                        t -> Mutation.extension(
                                t,
                                Extension.nameConstraints,
                                true,
                                constraints(tagged(2, new DERIA5String("corp.example"))))),
                authority(
                        "constraints_form",
                        "empty",
                        t -> Mutation.extension(t, Extension.nameConstraints, true, new DERSequence())),
                authority(
                        "constraints_form",
                        "leading dot",
                        t -> constrained(t, tagged(2, new DERIA5String(".corp.example")))),
                authority(
                        "constraints_form",
                        "URI of a whole",
                        t -> constrained(t, tagged(6, new DERIA5String("https://corp.example/")))),
                authority(
                        "constraints_form", "no mask", t -> constrained(t, tagged(7, new DEROctetString(new byte[4])))),
                authority(
                        "constraints_form",
                        "mask with a hole",
                        t -> constrained(t, tagged(7, new DEROctetString(new byte[] {
                            10, 0, 0, 0, (byte) 0xff, 0, (byte) 0xff, 0
                        })))));
    }

    static Stream<Arguments> pointers() {
        return Stream.of(
                leaf(
                        "crl_distribution_points",
                        "https",
                        t -> Mutation.extension(
                                t,
                                Extension.cRLDistributionPoints,
                                false,
                                point(new DERIA5String("https://pki.example/1.crl")))),
                leaf(
                        "crl_distribution_points",
                        "empty",
                        t -> Mutation.extension(t, Extension.cRLDistributionPoints, false, new DERSequence())),
                leaf(
                        "authority_information_access",
                        "ldap",
                        t -> Mutation.extension(
                                t,
                                Extension.authorityInfoAccess,
                                false,
                                access(AccessDescription.id_ad_caIssuers, "ldap://pki.example/"))),
                leaf(
                        "authority_information_access",
                        "another method",
                        t -> Mutation.extension(
                                t,
                                Extension.authorityInfoAccess,
                                false,
                                access(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.48.3"), "http://pki.example/"))),
                leaf(
                        "no_revocation",
                        "beside a CRL",
                        t -> Mutation.extension(t, Extension.noRevAvail, false, DERNull.INSTANCE)),
                authority(
                        "no_revocation",
                        "in an authority",
                        t -> Mutation.extension(t, Extension.noRevAvail, false, DERNull.INSTANCE)),
                leaf(
                        "ocsp_nocheck",
                        "in a server",
                        t -> Mutation.extension(
                                t, OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE)),
                leaf(
                        "certificate_policies",
                        "twice",
                        t -> Mutation.extension(
                                t, Extension.certificatePolicies, false, new DERSequence(new ASN1Encodable[] {
                                    policy(), policy()
                                }))));
    }
}
