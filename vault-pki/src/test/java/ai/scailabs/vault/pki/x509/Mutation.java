package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;

/** Changes one thing of an encoded TBSCertificate. */
final class Mutation {
    static final int VERSION = 0;
    static final int SERIAL = 1;
    static final int SIGNATURE = 2;
    static final int ISSUER = 3;
    static final int VALIDITY = 4;
    static final int SUBJECT = 5;
    static final int KEY = 6;
    private static final int EXTENSIONS = 7;

    private Mutation() {}

    static byte[] field(byte[] tbs, int index, ASN1Encodable value) {
        List<ASN1Encodable> fields = fields(tbs);
        fields.set(index, value);
        return encode(fields);
    }

    static byte[] without(byte[] tbs, int index) {
        List<ASN1Encodable> fields = fields(tbs);
        fields.remove(index);
        return encode(fields);
    }

    static byte[] inserted(byte[] tbs, int index, ASN1Encodable value) {
        List<ASN1Encodable> fields = fields(tbs);
        fields.add(index, value);
        return encode(fields);
    }

    static byte[] extensions(byte[] tbs, UnaryOperator<List<ASN1Encodable>> change) {
        ASN1Sequence all =
                ASN1Sequence.getInstance((ASN1TaggedObject) fields(tbs).get(EXTENSIONS), true);
        List<ASN1Encodable> parts = new ArrayList<>();
        all.forEach(parts::add);
        return field(tbs, EXTENSIONS, new DERTaggedObject(true, 3, sequence(change.apply(parts))));
    }

    /** In the place of the one of this type, or behind all. */
    static byte[] extension(byte[] tbs, ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {
        return extensions(tbs, parts -> {
            parts.removeIf(part -> isOf(part, type));
            parts.add(new Extension(type, critical, der(value)));
            return parts;
        });
    }

    static byte[] withoutExtension(byte[] tbs, ASN1ObjectIdentifier type) {
        return extensions(tbs, parts -> {
            parts.removeIf(part -> isOf(part, type));
            return parts;
        });
    }

    /** The same value with another flag. */
    static byte[] critical(byte[] tbs, ASN1ObjectIdentifier type, boolean critical) {
        return extensions(tbs, parts -> {
            parts.replaceAll(part -> isOf(part, type)
                    ? new Extension(
                            type,
                            critical,
                            Extension.getInstance(part).getExtnValue().getOctets())
                    : part);
            return parts;
        });
    }

    /** An extension whose value is these bytes, whatever they are. */
    static byte[] rawExtension(byte[] tbs, ASN1ObjectIdentifier type, boolean critical, byte[] value) {
        return extensions(tbs, parts -> {
            parts.removeIf(part -> isOf(part, type));
            parts.add(new Extension(type, critical, new DEROctetString(value)));
            return parts;
        });
    }

    private static boolean isOf(ASN1Encodable part, ASN1ObjectIdentifier type) {
        return ASN1Sequence.getInstance(part).getObjectAt(0).equals(type);
    }

    private static List<ASN1Encodable> fields(byte[] tbs) {
        List<ASN1Encodable> fields = new ArrayList<>();
        ASN1Sequence.getInstance(tbs).forEach(fields::add);
        return fields;
    }

    private static DERSequence sequence(List<ASN1Encodable> parts) {
        ASN1EncodableVector vector = new ASN1EncodableVector();
        parts.forEach(vector::add);
        return new DERSequence(vector);
    }

    private static byte[] encode(List<ASN1Encodable> fields) {
        return der(sequence(fields));
    }

    static byte[] der(ASN1Encodable object) {
        try {
            return object.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static ASN1Primitive parsed(byte[] der) {
        return TbsView.primitive(der);
    }
}
