package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.pki.x509.SerialNumber;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Null;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * Which certificate is asked about (a CertID).
 *
 * @param encoded as it was sent, and as the answer repeats it
 * @param hash none when it is one that nobody here knows
 * @param serial none where no certificate can have such a number
 */
record CertificateName(
        ASN1Sequence encoded,
        Optional<IssuerHash> hash,
        byte[] issuerName,
        byte[] issuerKey,
        Optional<SerialNumber> serial) {
    /** @throws IllegalArgumentException when it is no CertID */
    static CertificateName of(ASN1Encodable asked) {
        ASN1Sequence fields = ASN1Sequence.getInstance(asked);
        if (fields.size() != 4) {
            throw new IllegalArgumentException("not four fields");
        }
        ASN1Sequence algorithm = ASN1Sequence.getInstance(fields.getObjectAt(0));
        if (algorithm.size() < 1 || algorithm.size() > 2) {
            throw new IllegalArgumentException("no algorithm");
        }
        boolean bare = algorithm.size() == 1 || algorithm.getObjectAt(1) instanceof ASN1Null;
        ASN1ObjectIdentifier identifier = ASN1ObjectIdentifier.getInstance(algorithm.getObjectAt(0));
        return new CertificateName(
                fields,
                bare ? IssuerHash.of(identifier) : Optional.empty(),
                ASN1OctetString.getInstance(fields.getObjectAt(1)).getOctets(),
                ASN1OctetString.getInstance(fields.getObjectAt(2)).getOctets(),
                SerialNumber.of(ASN1Integer.getInstance(fields.getObjectAt(3)).getValue()));
    }

    @Override
    public String toString() {
        return "CertificateName[" + hash + "]";
    }
}
