package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.pki.revocation.CertificateStatus;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** Writes and signs an OCSPResponse (RFC 6960 §4.2.1). */
final class AnswerText {
    private static final SignatureScheme SCHEME = SignatureScheme.ECDSA_SHA256;
    private static final AlgorithmIdentifier ALGORITHM = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    /** Always with the century, to the second. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final int BY_KEY = 2;

    private final SignatureProvider signatures;

    AnswerText(SignatureProvider signatures) {
        this.signatures = signatures;
    }

    /** One certificate and what is known of it. */
    record Single(ASN1Sequence certificate, CertificateStatus status) {}

    /** From when until when it may be believed. */
    record Period(Instant thisUpdate, Instant nextUpdate) {}

    byte[] signed(Responder responder, List<Single> singles, Period period, byte @Nullable [] nonce) {
        try {
            byte[] data = data(responder, singles, period, nonce);
            ASN1EncodableVector basic = new ASN1EncodableVector();
            basic.add(ASN1Primitive.fromByteArray(data));
            basic.add(ALGORITHM);
            basic.add(new DERBitString(signatures.sign(SCHEME, responder.key(), data)));
            basic.add(explicit(0, new DERSequence(ASN1Primitive.fromByteArray(responder.certificate()))));
            DERSequence bytes = sequence(
                    OCSPObjectIdentifiers.id_pkix_ocsp_basic,
                    new DEROctetString(new DERSequence(basic).getEncoded(ASN1Encoding.DER)));
            return sequence(new ASN1Enumerated(0), explicit(0, bytes)).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("an answer does not encode", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the responder's key does not sign", e);
        }
    }

    private static byte[] data(Responder responder, List<Single> singles, Period period, byte @Nullable [] nonce)
            throws IOException {
        ASN1EncodableVector answers = new ASN1EncodableVector();
        for (Single single : singles) {
            answers.add(sequence(
                    single.certificate(),
                    status(single.status()),
                    time(period.thisUpdate()),
                    explicit(0, time(period.nextUpdate()))));
        }
        ASN1EncodableVector data = new ASN1EncodableVector();
        data.add(explicit(BY_KEY, new DEROctetString(responder.keyHash())));
        data.add(time(period.thisUpdate()));
        data.add(new DERSequence(answers));
        if (nonce != null) {
            Extension extension = new Extension(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                    false,
                    new DEROctetString(nonce).getEncoded(ASN1Encoding.DER));
            data.add(explicit(1, new DERSequence(extension)));
        }
        return new DERSequence(data).getEncoded(ASN1Encoding.DER);
    }

    private static ASN1Encodable status(CertificateStatus status) {
        return switch (status) {
            case CertificateStatus.Good _ -> new DERTaggedObject(false, 0, DERNull.INSTANCE);
            case CertificateStatus.Revoked revoked -> new DERTaggedObject(false, 1, revocation(revoked));
            case CertificateStatus.NeverIssued _ -> new DERTaggedObject(false, 2, DERNull.INSTANCE);
        };
    }

    private static DERSequence revocation(CertificateStatus.Revoked revoked) {
        return revoked.reason() == RevocationReason.UNSPECIFIED
                ? new DERSequence(time(revoked.at()))
                : sequence(
                        time(revoked.at()),
                        explicit(0, new ASN1Enumerated(revoked.reason().code())));
    }

    private static ASN1GeneralizedTime time(Instant instant) {
        return new DERGeneralizedTime(TIME.format(instant));
    }

    private static DERTaggedObject explicit(int number, ASN1Encodable content) {
        return new DERTaggedObject(true, number, content);
    }

    private static DERSequence sequence(ASN1Encodable... fields) {
        return new DERSequence(fields);
    }
}
