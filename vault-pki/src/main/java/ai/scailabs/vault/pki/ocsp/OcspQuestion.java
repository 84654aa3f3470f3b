package ai.scailabs.vault.pki.ocsp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * An OCSPRequest. Strangers write it: it is bounded before it is read, and whatever is not as RFC 6960 §4.1.1 has it is {@link OcspFailure#MALFORMED_REQUEST}. Who signed it, if anybody, makes no difference to
 * what is answered, and is not looked at.
 *
 * @param certificates at least one
 * @param nonce to be repeated in the answer; none where nobody asked for that
 */
record OcspQuestion(List<CertificateName> certificates, byte @Nullable [] nonce) {
    /** One with as many certificates as are answered at once and the longest nonce has a fourth of it; signatures make them longer. */
    static final int MAX_OCTETS = 16 * 1024;

    static final int MAX_CERTIFICATES = 20;

    /** RFC 9654 §2.1. */
    private static final int MAX_NONCE = 128;

    private static final int TAG_VERSION = 0;
    private static final int TAG_REQUESTOR = 1;
    private static final int TAG_EXTENSIONS = 2;

    /** @throws UnansweredQuestion when it is no question */
    static OcspQuestion parse(byte[] der) {
        if (der.length > MAX_OCTETS) {
            throw new UnansweredQuestion(OcspFailure.MALFORMED_REQUEST);
        }
        try {
            ASN1Primitive whole = ASN1Primitive.fromByteArray(der);
            if (whole == null || !Arrays.equals(whole.getEncoded(ASN1Encoding.DER), der)) {
                throw new IllegalArgumentException("not DER");
            }
            ASN1Sequence request = ASN1Sequence.getInstance(whole);
            requireSize(request, 1, 2);
            if (request.size() == 2) {
                tagged(request.getObjectAt(1), 0);
            }
            return question(ASN1Sequence.getInstance(request.getObjectAt(0)));
        } catch (IOException | RuntimeException | StackOverflowError malformed) {
            // The library has no one exception for what it cannot read, and goes as deep as the question is nested.
            throw new UnansweredQuestion(OcspFailure.MALFORMED_REQUEST);
        }
    }

    private static OcspQuestion question(ASN1Sequence fields) {
        int next = 0;
        if (isTagged(fields, next, TAG_VERSION)) {
            ASN1Integer version = ASN1Integer.getInstance(tagged(fields.getObjectAt(next), TAG_VERSION));
            if (!version.hasValue(0)) {
                throw new IllegalArgumentException("another version");
            }
            next++;
        }
        if (isTagged(fields, next, TAG_REQUESTOR)) {
            next++;
        }
        ASN1Sequence requests = ASN1Sequence.getInstance(fields.getObjectAt(next++));
        requireSize(requests, 1, MAX_CERTIFICATES);
        byte[] nonce = null;
        if (isTagged(fields, next, TAG_EXTENSIONS)) {
            nonce = nonce(tagged(fields.getObjectAt(next), TAG_EXTENSIONS));
            next++;
        }
        if (next != fields.size()) {
            throw new IllegalArgumentException("more than there is");
        }
        List<CertificateName> certificates = new ArrayList<>();
        for (ASN1Encodable each : requests) {
            certificates.add(certificate(ASN1Sequence.getInstance(each)));
        }
        return new OcspQuestion(List.copyOf(certificates), nonce);
    }

    private static CertificateName certificate(ASN1Sequence request) {
        requireSize(request, 1, 2);
        if (request.size() == 2) {
            // None is known that would change the answer.
            nonce(tagged(request.getObjectAt(1), 0));
        }
        return CertificateName.of(request.getObjectAt(0));
    }

    /** Reads extensions: whichever is critical must be known, each is there once. */
    private static byte @Nullable [] nonce(ASN1Encodable extensions) {
        ASN1Sequence all = ASN1Sequence.getInstance(extensions);
        Set<ASN1ObjectIdentifier> seen = new HashSet<>();
        byte[] nonce = null;
        for (ASN1Encodable each : all) {
            ASN1Sequence extension = ASN1Sequence.getInstance(each);
            requireSize(extension, 2, 3);
            ASN1ObjectIdentifier type = ASN1ObjectIdentifier.getInstance(extension.getObjectAt(0));
            boolean critical = extension.size() == 3
                    && ASN1Boolean.getInstance(extension.getObjectAt(1)).isTrue();
            byte[] value = ASN1OctetString.getInstance(extension.getObjectAt(extension.size() - 1))
                    .getOctets();
            if (!seen.add(type)) {
                throw new IllegalArgumentException("an extension twice");
            }
            if (type.equals(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)) {
                nonce = ASN1OctetString.getInstance(value).getOctets();
                if (nonce.length == 0 || nonce.length > MAX_NONCE) {
                    throw new IllegalArgumentException("no nonce");
                }
            } else if (critical && !isOfOurKind(type, value)) {
                throw new IllegalArgumentException("a critical extension that is not known");
            }
        }
        return nonce;
    }

    /** Whether it says which kinds of answers may be given, and the only one there is is among them. */
    private static boolean isOfOurKind(ASN1ObjectIdentifier type, byte[] value) {
        if (!type.equals(OCSPObjectIdentifiers.id_pkix_ocsp_response)) {
            return false;
        }
        for (ASN1Encodable kind : ASN1Sequence.getInstance(value)) {
            if (OCSPObjectIdentifiers.id_pkix_ocsp_basic.equals(kind)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTagged(ASN1Sequence fields, int index, int number) {
        return index < fields.size()
                && fields.getObjectAt(index) instanceof ASN1TaggedObject tagged
                && tagged.hasContextTag(number);
    }

    private static ASN1Encodable tagged(ASN1Encodable field, int number) {
        ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(field);
        if (!tagged.hasContextTag(number)) {
            throw new IllegalArgumentException("another tag");
        }
        return tagged.getExplicitBaseObject();
    }

    private static void requireSize(ASN1Sequence sequence, int least, int most) {
        if (sequence.size() < least || sequence.size() > most) {
            throw new IllegalArgumentException("too few or too many");
        }
    }

    @Override
    public String toString() {
        return "OcspQuestion[" + certificates.size() + " certificates]";
    }
}
