package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/** What is around the entries of a list, read from its octets and held against RFC 5280 §5.1 and §5.2. */
final class CrlRules {
    private static final int FIELDS = 5;

    private static final Set<ASN1ObjectIdentifier> CRITICAL =
            Set.of(Extension.deltaCRLIndicator, Extension.issuingDistributionPoint);
    private static final Set<ASN1ObjectIdentifier> OTHERS =
            Set.of(Extension.authorityKeyIdentifier, Extension.cRLNumber, Extension.freshestCRL);

    private CrlRules() {}

    /** The first rule that does not hold. */
    static Optional<LintFinding> check(byte[] head, byte[] tail, long entriesLength, CrlFrame frame) {
        try {
            return structure(head, tail, entriesLength)
                    .or(() -> fields(head, entriesLength, frame))
                    .or(() -> extensions(tail, frame));
        } catch (RuntimeException unreadable) {
            return finding("§5.1", "structure", "not readable");
        }
    }

    /** Lengths are right, and where there is no entry there is no list of them (§5.1.2.6). */
    private static Optional<LintFinding> structure(byte[] head, byte[] tail, long entriesLength) {
        int own = headerLength(head, 0);
        if (head[0] != 0x30 || length(head, 0) != head.length - own + entriesLength + tail.length) {
            return finding("§5.1", "structure", "the length is not that of the whole");
        }
        int at = own;
        for (int i = 0; i < FIELDS; i++) {
            at += headerLength(head, at) + Math.toIntExact(length(head, at));
        }
        if (entriesLength == 0) {
            return at == head.length ? Optional.empty() : finding("§5.1.2.6", "revoked_certificates", "empty");
        }
        boolean right =
                head[at] == 0x30 && length(head, at) == entriesLength && at + headerLength(head, at) == head.length;
        return right ? Optional.empty() : finding("§5.1.2.6", "revoked_certificates", "of another length");
    }

    private static Optional<LintFinding> fields(byte[] head, long entriesLength, CrlFrame frame) {
        int from = headerLength(head, 0);
        int to = entriesLength == 0 ? head.length : head.length - CrlAssembly.header(0x30, entriesLength).length;
        byte[] fields = Arrays.copyOfRange(head, from, to);
        ASN1Sequence read = ASN1Sequence.getInstance(
                TbsView.primitive(CrlAssembly.joined(CrlAssembly.header(0x30, fields.length), fields)));
        if (read.size() != FIELDS) {
            return finding("§5.1.2", "fields", "missing or more");
        }
        if (!ASN1Integer.getInstance(read.getObjectAt(0)).hasValue(1)) {
            return finding("§5.1.2.1", "version", "not 2");
        }
        IssuerView issuer = frame.issuer();
        if (!Arrays.equals(
                TbsView.der(read.getObjectAt(1)), TbsView.der(issuer.scheme().identifier()))) {
            return finding("§5.1.2.2", "signature_algorithm", "not the issuer's");
        }
        if (!Arrays.equals(TbsView.der(read.getObjectAt(2)), issuer.subject().encoded())) {
            return finding("§5.1.2.3", "issuer", "not the octets of the issuer's name");
        }
        if (!issuer.mayRevoke()) {
            return finding("§4.2.1.3", "issuer_may_revoke", "an issuer without cRLSign");
        }
        Optional<Instant> thisUpdate = TimeText.decode(read.getObjectAt(3).toASN1Primitive());
        Optional<Instant> nextUpdate = TimeText.decode(read.getObjectAt(4).toASN1Primitive());
        boolean ordered = thisUpdate.isPresent()
                && nextUpdate.isPresent()
                && thisUpdate.get().isBefore(nextUpdate.get());
        return ordered ? Optional.empty() : finding("§5.1.2.5", "times", "another form, or the next before this");
    }

    private static Optional<LintFinding> extensions(byte[] tail, CrlFrame frame) {
        Map<ASN1ObjectIdentifier, ASN1Primitive> found = new HashMap<>();
        for (ASN1Encodable each :
                ASN1Sequence.getInstance(ASN1TaggedObject.getInstance(TbsView.primitive(tail)), true)) {
            ASN1Sequence extension = ASN1Sequence.getInstance(each);
            ASN1ObjectIdentifier type = ASN1ObjectIdentifier.getInstance(extension.getObjectAt(0));
            boolean critical = extension.size() == 3
                    && ASN1Boolean.getInstance(extension.getObjectAt(1)).isTrue();
            boolean known = critical ? CRITICAL.contains(type) : OTHERS.contains(type) && extension.size() == 2;
            ASN1OctetString value = ASN1OctetString.getInstance(extension.getObjectAt(extension.size() - 1));
            if (!known || found.put(type, TbsView.primitive(value.getOctets())) != null) {
                return finding("§5.2", "extensions", type.getId() + " twice, unknown, or of the wrong criticality");
            }
        }
        return keyAndNumbers(found, frame).or(() -> scope(found, frame));
    }

    private static Optional<LintFinding> keyAndNumbers(Map<ASN1ObjectIdentifier, ASN1Primitive> found, CrlFrame frame) {
        AuthorityKeyIdentifier key = AuthorityKeyIdentifier.getInstance(found.get(Extension.authorityKeyIdentifier));
        if (key == null
                || !Arrays.equals(key.getKeyIdentifierOctets(), frame.issuer().keyIdentifierOctets())) {
            return finding("§5.2.1", "authority_key_identifier", "not the issuer's key");
        }
        if (!found.containsKey(Extension.cRLNumber)) {
            return finding("§5.2.3", "crl_number", "missing");
        }
        ASN1Integer number = ASN1Integer.getInstance(found.get(Extension.cRLNumber));
        if (number.getValue().signum() < 0 || number.getValue().bitLength() > 159) {
            return finding("§5.2.3", "crl_number", "negative or too long");
        }
        ASN1Primitive base = found.get(Extension.deltaCRLIndicator);
        if (base == null == frame.isDelta()) {
            return finding("§5.2.4", "delta_indicator", "of another kind of list");
        }
        boolean older = base == null || ASN1Integer.getInstance(base).getValue().compareTo(number.getValue()) <= 0;
        return older ? Optional.empty() : finding("§5.2.4", "delta_indicator", "a base that comes later");
    }

    private static Optional<LintFinding> scope(Map<ASN1ObjectIdentifier, ASN1Primitive> found, CrlFrame frame) {
        ASN1Primitive point = found.get(Extension.issuingDistributionPoint);
        if (point == null == (frame.distributionPoint() != null)) {
            return finding("§5.2.5", "issuing_distribution_point", "missing, or in a list of everything");
        }
        if (point != null) {
            ASN1Sequence parts = ASN1Sequence.getInstance(point);
            boolean place = parts.size() == 1
                    && ASN1TaggedObject.getInstance(parts.getObjectAt(0)).getTagNo() == 0;
            if (!place) {
                return finding("§5.2.5", "issuing_distribution_point", "no name, or a default that is written");
            }
        }
        boolean freshestInDelta = frame.isDelta() && found.containsKey(Extension.freshestCRL);
        return freshestInDelta ? finding("§5.2.6", "freshest_crl", "in a list of changes") : Optional.empty();
    }

    private static Optional<LintFinding> finding(String section, String rule, String value) {
        return Optional.of(new LintFinding("RFC 5280 " + section, rule, value, ErrorCode.INTERNAL_ERROR));
    }

    private static int headerLength(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return first < 0x80 ? 2 : 2 + (first & 0x7f);
    }

    private static long length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        long length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        return length;
    }
}
