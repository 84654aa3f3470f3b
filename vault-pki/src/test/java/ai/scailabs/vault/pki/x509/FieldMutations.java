package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.pki.TestIssuer.NOW;
import static ai.scailabs.vault.pki.x509.Mutants.BOUNDED;
import static ai.scailabs.vault.pki.x509.Mutants.KEY;
import static ai.scailabs.vault.pki.x509.Mutants.LEAF;
import static ai.scailabs.vault.pki.x509.Mutants.authority;
import static ai.scailabs.vault.pki.x509.Mutants.leaf;
import static ai.scailabs.vault.pki.x509.Mutants.name;
import static ai.scailabs.vault.pki.x509.Mutants.ofCurve;
import static ai.scailabs.vault.pki.x509.Mutants.offCurve;
import static ai.scailabs.vault.pki.x509.Mutants.purposes;
import static ai.scailabs.vault.pki.x509.Mutants.same;
import static ai.scailabs.vault.pki.x509.Mutants.subject;
import static ai.scailabs.vault.pki.x509.Mutants.times;
import static ai.scailabs.vault.pki.x509.Mutants.usage;
import static ai.scailabs.vault.pki.x509.Mutants.withScheme;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigInteger;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.params.provider.Arguments;

/** Of the fields, the subject and the key. */
final class FieldMutations {
    private FieldMutations() {}

    static Stream<Arguments> fields() {
        IssuerView view = BOUNDED.view();
        return Stream.of(
                leaf("der_encoding", "BER length", Mutants::longLength),
                leaf(
                        "der_encoding",
                        "extension of BER",
                        t -> Mutation.rawExtension(
                                t, Extension.extendedKeyUsage, false, new byte[] {0x30, (byte) 0x80, 0, 0})),
                leaf("version_3", "version 1", t -> Mutation.without(t, Mutation.VERSION)),
                leaf(
                        "version_3",
                        "version 2",
                        t -> Mutation.field(t, Mutation.VERSION, new DERTaggedObject(true, 0, new ASN1Integer(1)))),
                leaf(
                        "serial_number",
                        "negative",
                        t -> Mutation.field(
                                t,
                                Mutation.SERIAL,
                                new ASN1Integer(BigInteger.ONE.shiftLeft(100).negate()))),
                leaf("serial_number", "zero", t -> Mutation.field(t, Mutation.SERIAL, new ASN1Integer(0))),
                leaf(
                        "serial_number",
                        "21 octets",
                        t -> Mutation.field(t, Mutation.SERIAL, new ASN1Integer(BigInteger.ONE.shiftLeft(159)))),
                leaf("serial_number", "counted", t -> Mutation.field(t, Mutation.SERIAL, new ASN1Integer(1001))),
                leaf(
                        "signature_algorithm",
                        "NULL with ECDSA",
                        t -> Mutation.field(
                                t,
                                Mutation.SIGNATURE,
                                new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256, DERNull.INSTANCE))),
                leaf(
                        "signature_algorithm",
                        "SHA-1",
                        t -> Mutation.field(
                                t, Mutation.SIGNATURE, new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA1))),
                arguments(
                        "signature_fits_key",
                        "SHA-384 with P-256",
                        LEAF,
                        withScheme(view, SignatureScheme.ECDSA_SHA384),
                        same()),
                leaf(
                        "issuer_bytes",
                        "other string type",
                        t -> Mutation.field(t, Mutation.ISSUER, name(BCStyle.CN, new DERPrintableString("Bounded")))),
                leaf(
                        "validity_form",
                        "UTCTime without seconds",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(new DERUTCTime("2611260000Z"), TimeText.encode(NOW.plusSeconds(60))))),
                leaf(
                        "validity_form",
                        "GeneralizedTime before 2050",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(TimeText.encode(NOW), new DERGeneralizedTime("20270101000000Z")))),
                leaf(
                        "validity_form",
                        "fraction",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(TimeText.encode(NOW), new DERGeneralizedTime("20510101000000.5Z")))),
                leaf(
                        "validity_form",
                        "ends before it begins",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(TimeText.encode(NOW.plusSeconds(9)), TimeText.encode(NOW)))),
                leaf(
                        "validity_within_issuer",
                        "past the issuer",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(
                                        TimeText.encode(NOW),
                                        TimeText.encode(
                                                view.validity().notAfter().plusSeconds(1))))),
                leaf(
                        "validity_within_issuer",
                        "before the issuer",
                        t -> Mutation.field(
                                t,
                                Mutation.VALIDITY,
                                times(
                                        TimeText.encode(
                                                view.validity().notBefore().minusSeconds(1)),
                                        TimeText.encode(NOW)))),
                leaf(
                        "unique_identifiers",
                        "issuer's",
                        t -> Mutation.inserted(t, 7, new DERTaggedObject(false, 1, new DERBitString(new byte[] {1})))),
                leaf(
                        "extension_once",
                        "twice",
                        t -> Mutation.extensions(t, parts -> {
                            parts.add(parts.getFirst());
                            return parts;
                        })),
                leaf(
                        "extension_known",
                        "of a request",
                        t -> Mutation.extension(t, new ASN1ObjectIdentifier("1.2.3.4"), false, DERNull.INSTANCE)),
                leaf("extension_criticality", "key usage", t -> Mutation.critical(t, Extension.keyUsage, false)),
                leaf(
                        "extension_criticality",
                        "identifier",
                        t -> Mutation.critical(t, Extension.subjectKeyIdentifier, true)),
                leaf("extension_criticality", "FALSE is written", t -> Mutation.extensions(t, Mutants::falseWritten)),
                arguments("structure", "no sequence", new byte[] {5, 0}, view, same()));
    }

    static Stream<Arguments> subjects() {
        return Stream.of(
                leaf(
                        "subject_form",
                        "an empty part",
                        t -> Mutation.field(t, Mutation.SUBJECT, new DERSequence(new DERSet()))),
                leaf("subject_strings", "BMPString", t -> subject(t, BCStyle.CN, new DERBMPString("a.corp.example"))),
                leaf("subject_strings", "country of three", t -> subject(t, BCStyle.C, new DERPrintableString("NLD"))),
                leaf("subject_strings", "country in UTF-8", t -> subject(t, BCStyle.C, new DERUTF8String("NL"))),
                leaf(
                        "subject_strings",
                        "mailbox in UTF-8",
                        t -> subject(t, BCStyle.EmailAddress, new DERUTF8String("a@b.c"))),
                leaf(
                        "subject_upper_bounds",
                        "65 characters",
                        t -> subject(t, BCStyle.CN, new DERUTF8String("x".repeat(65)))),
                leaf("subject_upper_bounds", "empty", t -> subject(t, BCStyle.O, new DERUTF8String(""))),
                authority("authority_has_subject", "none", t -> Mutation.field(t, Mutation.SUBJECT, new DERSequence())),
                leaf(
                        "host_in_cn_only",
                        "another host",
                        t -> subject(t, BCStyle.CN, new DERUTF8String("b.corp.example"))),
                leaf(
                        "host_in_cn_only",
                        "another case",
                        t -> subject(t, BCStyle.CN, new DERUTF8String("A.corp.example"))));
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                leaf(
                        "public_key",
                        "another curve",
                        t -> Mutation.field(
                                t,
                                Mutation.KEY,
                                Mutation.parsed(ofCurve("secp521r1").getEncoded()))),
                leaf(
                        "public_key",
                        "no point",
                        t -> Mutation.field(t, Mutation.KEY, new DERSequence(new ASN1Encodable[] {
                            KEY.info().getAlgorithm(), new DERBitString(offCurve())
                        }))),
                leaf(
                        "authority_key_identifier",
                        "missing",
                        t -> Mutation.withoutExtension(t, Extension.authorityKeyIdentifier)),
                leaf(
                        "authority_key_identifier",
                        "another",
                        t -> Mutation.extension(
                                t,
                                Extension.authorityKeyIdentifier,
                                false,
                                new DERSequence(new DERTaggedObject(false, 0, new DEROctetString(new byte[20]))))),
                leaf(
                        "subject_key_identifier",
                        "missing",
                        t -> Mutation.withoutExtension(t, Extension.subjectKeyIdentifier)),
                leaf(
                        "subject_key_identifier",
                        "empty",
                        t -> Mutation.extension(
                                t, Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[0]))),
                leaf("key_usage_form", "missing", t -> Mutation.withoutExtension(t, Extension.keyUsage)),
                leaf(
                        "key_usage_form",
                        "no bit",
                        t -> Mutation.rawExtension(t, Extension.keyUsage, true, new byte[] {3, 1, 0})),
                leaf(
                        "key_usage_form",
                        "trailing zeros",
                        t -> Mutation.rawExtension(t, Extension.keyUsage, true, new byte[] {3, 2, 5, (byte) 0x80})),
                leaf(
                        "key_usage_authority",
                        "a leaf signs",
                        t -> usage(t, KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
                authority(
                        "key_usage_authority",
                        "no cRLSign",
                        t -> usage(t, KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
                authority(
                        "key_usage_authority",
                        "encipherment",
                        t -> usage(
                                t,
                                KeyUsage.digitalSignature
                                        | KeyUsage.keyCertSign
                                        | KeyUsage.cRLSign
                                        | KeyUsage.keyEncipherment)),
                leaf(
                        "key_usage_of_key",
                        "keyEncipherment with EC",
                        t -> usage(t, KeyUsage.digitalSignature | KeyUsage.keyEncipherment)),
                leaf(
                        "key_usage_of_key",
                        "keyAgreement",
                        t -> usage(t, KeyUsage.digitalSignature | KeyUsage.keyAgreement)),
                leaf("key_usage_of_key", "not digitalSignature", t -> usage(t, KeyUsage.keyEncipherment)),
                leaf(
                        "key_usage_fits_usages",
                        "encipherment of a client",
                        t -> purposes(
                                usage(t, KeyUsage.digitalSignature | KeyUsage.keyEncipherment), "1.3.6.1.5.5.7.3.2")),
                leaf("extended_key_usage", "any", t -> purposes(t, "2.5.29.37.0")),
                leaf("extended_key_usage", "missing", t -> Mutation.withoutExtension(t, Extension.extendedKeyUsage)),
                leaf("extended_key_usage", "empty", t -> purposes(t)),
                leaf("extended_key_usage", "twice", t -> purposes(t, "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.1")),
                leaf("ocsp_signing_alone", "beside server", t -> purposes(t, "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.9")),
                leaf(
                        "time_stamping_alone",
                        "beside server",
                        t -> purposes(t, "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.8")),
                leaf(
                        "time_stamping_alone",
                        "critical server",
                        t -> Mutation.critical(t, Extension.extendedKeyUsage, true)),
                leaf("nested_usages", "client below server", t -> purposes(t, "1.3.6.1.5.5.7.3.2")));
    }
}
