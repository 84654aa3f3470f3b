package ai.scailabs.vault.pki.validation;

import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * A name as names are compared (RFC 5280 §7.1): whatever string type, letters of either case, and runs of white space are the same; the order of its parts counts.
 *
 * @param parts one text for each relative name
 */
record DistinguishedName(List<String> parts) {
    static final DistinguishedName EMPTY = new DistinguishedName(List.of());

    DistinguishedName {
        parts = List.copyOf(parts);
    }

    static DistinguishedName of(X500Name name) {
        List<String> parts = new ArrayList<>();
        for (RDN rdn : name.getRDNs()) {
            parts.add(part(rdn));
        }
        return new DistinguishedName(parts);
    }

    /** This name with one part more (RFC 5280 §4.2.1.13, nameRelativeToCRLIssuer). */
    DistinguishedName with(RDN rdn) {
        List<String> longer = new ArrayList<>(parts);
        longer.add(part(rdn));
        return new DistinguishedName(longer);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    boolean isBelow(DistinguishedName base) {
        return parts.size() >= base.parts.size()
                && parts.subList(0, base.parts.size()).equals(base.parts);
    }

    private static String part(RDN rdn) {
        List<String> attributes = new ArrayList<>();
        for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
            attributes.add(attribute.getType().getId() + "=" + value(attribute.getValue()));
        }
        attributes.sort(null);
        // No value has a line feed: white space has become blanks.
        return String.join("\n", attributes);
    }

    private static String value(ASN1Encodable value) {
        if (value instanceof ASN1String text
                && !(value instanceof DERBitString)
                && !(value instanceof DERUniversalString)) {
            String normal = Normalizer.normalize(text.getString(), Normalizer.Form.NFKC);
            return "'" + normal.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
        }
        try {
            return "#" + HexFormat.of().formatHex(value.toASN1Primitive().getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new IllegalArgumentException("a name that cannot be read", e);
        }
    }
}
