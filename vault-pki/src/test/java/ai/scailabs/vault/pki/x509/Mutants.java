package ai.scailabs.vault.pki.x509;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.scailabs.vault.pki.TestIssuer;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.params.provider.Arguments;

/** What is changed, a leaf and an authority that the lint lets through, and pieces to change them by. */
final class Mutants {
    static final TestIssuer ROOT = TestIssuer.root(KeySpec.EC_P256);
    static final TestIssuer BOUNDED = ROOT.intermediate(
            "Bounded",
            KeySpec.EC_P256,
            new CertificateProfile.Authority(
                    OptionalInt.of(0),
                    new NameConstraints(
                            List.of("corp.example"),
                            List.of(),
                            List.of("10.0.0.0/8"),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of()),
                    Set.of(ExtendedKeyUsage.SERVER_AUTH)));
    static final SubjectKey KEY = SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic());

    static final byte[] LEAF = BOUNDED.tbs(BOUNDED.draft(
            Subject.commonName("a.corp.example"),
            KEY,
            SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of("10.0.0.1")),
            CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
            Duration.ofDays(1)));
    static final byte[] AUTHORITY = ROOT.tbs(ROOT.draft(
            Subject.commonName("Below"),
            KEY,
            SubjectAlternativeNames.NONE,
            new CertificateProfile.Authority(
                    OptionalInt.of(0),
                    new NameConstraints(
                            List.of("corp.example"),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of()),
                    Set.of()),
            Duration.ofDays(100)));

    static Arguments leaf(String rule, String what, UnaryOperator<byte[]> change) {
        return arguments(rule, what, LEAF, BOUNDED.view(), change);
    }

    static Arguments authority(String rule, String what, UnaryOperator<byte[]> change) {
        return arguments(rule, what, AUTHORITY, ROOT.view(), change);
    }

    private Mutants() {}

    static UnaryOperator<byte[]> same() {
        return tbs -> tbs;
    }

    /** The outer length in one octet more than it needs. */
    static byte[] longLength(byte[] tbs) {
        // SEQUENCE, 0x82, two octets of length.
        byte[] longer = new byte[tbs.length + 1];
        longer[0] = tbs[0];
        longer[1] = (byte) 0x83;
        System.arraycopy(tbs, 2, longer, 3, tbs.length - 2);
        return longer;
    }

    static List<ASN1Encodable> falseWritten(List<ASN1Encodable> parts) {
        parts.replaceAll(part -> {
            ASN1Sequence fields = ASN1Sequence.getInstance(part);
            return fields.size() == 3
                    ? part
                    : new DERSequence(
                            new ASN1Encodable[] {fields.getObjectAt(0), ASN1Boolean.FALSE, fields.getObjectAt(1)});
        });
        return parts;
    }

    static IssuerView withScheme(IssuerView v, SignatureScheme scheme) {
        return new IssuerView(
                v.subject(),
                v.key(),
                v.keyIdentifier(),
                v.validity(),
                v.pathLength(),
                v.constraints(),
                v.usages(),
                v.mayCertify(),
                v.mayRevoke(),
                scheme);
    }

    static IssuerView notCertifying(IssuerView v) {
        return new IssuerView(
                v.subject(),
                v.key(),
                v.keyIdentifier(),
                v.validity(),
                v.pathLength(),
                v.constraints(),
                v.usages(),
                false,
                v.mayRevoke(),
                v.scheme());
    }

    static IssuerView bounded(IssuerView v, int pathLength) {
        return new IssuerView(
                v.subject(),
                v.key(),
                v.keyIdentifier(),
                v.validity(),
                OptionalInt.of(pathLength),
                v.constraints(),
                v.usages(),
                v.mayCertify(),
                v.mayRevoke(),
                v.scheme());
    }

    static ASN1Encodable name(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new DERSequence(new DERSet(new DERSequence(new ASN1Encodable[] {type, value})));
    }

    static byte[] subject(byte[] tbs, ASN1ObjectIdentifier type, ASN1Encodable value) {
        return Mutation.field(tbs, Mutation.SUBJECT, name(type, value));
    }

    static ASN1Encodable times(ASN1Primitive notBefore, ASN1Primitive notAfter) {
        return new DERSequence(new ASN1Encodable[] {notBefore, notAfter});
    }

    static byte[] usage(byte[] tbs, int bits) {
        return Mutation.extension(tbs, Extension.keyUsage, true, new KeyUsage(bits));
    }

    static byte[] purposes(byte[] tbs, String... oids) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        Arrays.stream(oids).map(ASN1ObjectIdentifier::new).forEach(all::add);
        return Mutation.extension(tbs, Extension.extendedKeyUsage, false, new DERSequence(all));
    }

    static ASN1Encodable tagged(int kind, ASN1Encodable value) {
        return new DERTaggedObject(false, kind, value);
    }

    static byte[] name(byte[] tbs, int kind, ASN1Encodable value) {
        return Mutation.extension(tbs, Extension.subjectAlternativeName, false, new DERSequence(tagged(kind, value)));
    }

    static byte[] dns(byte[] tbs, String text) {
        return name(tbs, 2, new DERIA5String(text));
    }

    /** {@code ::ffff:10.0.0.1}. */
    static byte[] mapped() {
        byte[] octets = new byte[16];
        octets[10] = (byte) 0xff;
        octets[11] = (byte) 0xff;
        octets[12] = 10;
        octets[15] = 1;
        return octets;
    }

    static PublicKey ofCurve(String name) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(name));
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] offCurve() {
        byte[] point = new byte[65];
        Arrays.fill(point, (byte) 1);
        point[0] = 4;
        return point;
    }

    static ASN1Encodable constraints(ASN1Encodable base) {
        return new DERSequence(new DERTaggedObject(false, 0, new DERSequence(new DERSequence(base))));
    }

    static byte[] constrained(byte[] tbs, ASN1Encodable base) {
        return Mutation.extension(tbs, Extension.nameConstraints, true, constraints(base));
    }

    static ASN1Encodable point(ASN1Encodable url) {
        return new DERSequence(new DERSequence(
                new DERTaggedObject(true, 0, new DERTaggedObject(false, 0, new DERSequence(tagged(6, url))))));
    }

    static ASN1Encodable access(ASN1ObjectIdentifier method, String url) {
        return new DERSequence(new DERSequence(new ASN1Encodable[] {method, tagged(6, new DERIA5String(url))}));
    }

    static ASN1Encodable policy() {
        return new DERSequence(new ASN1ObjectIdentifier("1.3.6.1.4.1.55555.1"));
    }
}
