package ai.scailabs.vault.pki.x509;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;

/** The octets around the entries of a list, whose length is all that they need to know of them. */
final class CrlAssembly {
    private static final int V2 = 1;

    private CrlAssembly() {}

    /** What comes before the entries inside the TBSCertList, with its own header: that of the list of entries is left out when there are none. */
    static byte[] head(CrlFrame frame, long entriesLength, int tailLength) {
        byte[] fields = fields(frame);
        byte[] entriesHeader = entriesLength == 0 ? new byte[0] : header(0x30, entriesLength);
        long length = fields.length + entriesHeader.length + entriesLength + tailLength;
        return joined(header(0x30, length), fields, entriesHeader);
    }

    private static byte[] fields(CrlFrame frame) {
        return joined(
                TbsView.der(new ASN1Integer(V2)),
                TbsView.der(frame.issuer().scheme().identifier()),
                frame.issuer().subject().encoded(),
                TbsView.der(TimeText.encode(frame.thisUpdate())),
                TbsView.der(TimeText.encode(frame.nextUpdate())));
    }

    /** What comes behind the entries: the extensions. */
    static byte[] tail(CrlFrame frame) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new AuthorityKeyIdentifier(frame.issuer().keyIdentifierOctets()));
            extensions.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(frame.number())));
            Long base = frame.baseNumber();
            if (base != null) {
                extensions.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.valueOf(base)));
            }
            if (frame.distributionPoint() != null) {
                extensions.addExtension(
                        Extension.issuingDistributionPoint,
                        true,
                        new IssuingDistributionPoint(
                                place(frame.distributionPoint()), false, false, null, false, false));
            }
            if (!frame.freshest().isEmpty()) {
                extensions.addExtension(
                        Extension.freshestCRL,
                        false,
                        new CRLDistPoint(frame.freshest().stream()
                                .map(url -> new DistributionPoint(place(url), null, null))
                                .toArray(DistributionPoint[]::new)));
            }
            return TbsView.der(new DERTaggedObject(true, 0, extensions.generate()));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException("an extension does not encode", e);
        }
    }

    private static DistributionPointName place(String url) {
        return new DistributionPointName(new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url)));
    }

    /** What follows the TBSCertList in the whole. */
    static byte[] end(SignatureScheme scheme, byte[] signature) {
        return joined(TbsView.der(scheme.identifier()), TbsView.der(new DERBitString(signature)));
    }

    /** The tag and a length in the fewest octets. */
    static byte[] header(int tag, long length) {
        if (length < 0x80) {
            return new byte[] {(byte) tag, (byte) length};
        }
        byte[] octets = BigInteger.valueOf(length).toByteArray();
        int from = octets[0] == 0 ? 1 : 0;
        byte[] header = new byte[2 + octets.length - from];
        header[0] = (byte) tag;
        header[1] = (byte) (0x80 | octets.length - from);
        System.arraycopy(octets, from, header, 2, octets.length - from);
        return header;
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
