package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/**
 * A TBSCertificate field by field as its bytes have it. The library's own class fills in defaults and forgives; the lint wants to see what is there.
 *
 * @param pieces what follows the key: unique identifiers, the extensions
 */
record TbsView(
        byte[] encoded,
        @Nullable ASN1Encodable version,
        ASN1Integer serial,
        ASN1Primitive signature,
        ASN1Primitive issuer,
        ASN1Sequence validity,
        ASN1Primitive subject,
        ASN1Primitive key,
        List<ASN1TaggedObject> pieces,
        List<Part> extensions) {
    /** @param criticalWritten whether the flag is there at all: DER leaves the default out */
    record Part(ASN1ObjectIdentifier type, boolean critical, boolean criticalWritten, ASN1OctetString value) {
        ASN1Primitive content() {
            return primitive(value.getOctets());
        }
    }

    /** @throws IllegalArgumentException when it is not the structure of a TBSCertificate */
    static TbsView parse(byte[] encoded) {
        ASN1Sequence fields = ASN1Sequence.getInstance(primitive(encoded));
        int next = 0;
        ASN1Encodable version = null;
        if (fields.size() > 0 && fields.getObjectAt(0) instanceof ASN1TaggedObject tagged) {
            version = tagged.getExplicitBaseObject();
            next = 1;
        }
        if (fields.size() < next + 6) {
            throw new IllegalArgumentException("too few fields");
        }
        List<ASN1TaggedObject> pieces = new ArrayList<>();
        for (int i = next + 6; i < fields.size(); i++) {
            pieces.add(ASN1TaggedObject.getInstance(fields.getObjectAt(i)));
        }
        return new TbsView(
                encoded,
                version,
                ASN1Integer.getInstance(fields.getObjectAt(next)),
                fields.getObjectAt(next + 1).toASN1Primitive(),
                fields.getObjectAt(next + 2).toASN1Primitive(),
                ASN1Sequence.getInstance(fields.getObjectAt(next + 3)),
                fields.getObjectAt(next + 4).toASN1Primitive(),
                fields.getObjectAt(next + 5).toASN1Primitive(),
                List.copyOf(pieces),
                extensions(pieces));
    }

    private static List<Part> extensions(List<ASN1TaggedObject> pieces) {
        List<Part> parts = new ArrayList<>();
        for (ASN1TaggedObject piece : pieces) {
            if (piece.getTagNo() != 3) {
                continue;
            }
            for (ASN1Encodable each : ASN1Sequence.getInstance(piece, true)) {
                ASN1Sequence fields = ASN1Sequence.getInstance(each);
                boolean written = fields.size() == 3;
                if (!written && fields.size() != 2) {
                    throw new IllegalArgumentException("not an extension");
                }
                parts.add(new Part(
                        ASN1ObjectIdentifier.getInstance(fields.getObjectAt(0)),
                        written
                                && ASN1Boolean.getInstance(fields.getObjectAt(1))
                                        .isTrue(),
                        written,
                        ASN1OctetString.getInstance(fields.getObjectAt(fields.size() - 1))));
            }
        }
        return List.copyOf(parts);
    }

    Optional<Part> extension(ASN1ObjectIdentifier type) {
        return extensions.stream().filter(part -> part.type().equals(type)).findFirst();
    }

    boolean has(ASN1ObjectIdentifier type) {
        return extension(type).isPresent();
    }

    boolean isAuthority() {
        return extension(Extension.basicConstraints)
                .map(part -> BasicConstraints.getInstance(part.content()).isCA())
                .orElse(false);
    }

    /** Named by itself and with its own key: a root. */
    boolean isSelfSigned(IssuerView by) {
        return Arrays.equals(der(subject), by.subject().encoded())
                && Arrays.equals(der(key), by.key().encoded());
    }

    boolean isResponder() {
        return usages().contains(ExtendedKeyUsage.OCSP_SIGNING);
    }

    /** The usages that can be written; {@code anyExtendedKeyUsage} is a finding of its own. */
    List<ExtendedKeyUsage> usages() {
        return usageIdentifiers().stream()
                .filter(oid -> !oid.equals(ExtendedKeyUsage.ANY))
                .map(ExtendedKeyUsage::new)
                .toList();
    }

    List<String> usageIdentifiers() {
        List<String> found = new ArrayList<>();
        extension(Extension.extendedKeyUsage).ifPresent(part -> {
            for (ASN1Encodable each : ASN1Sequence.getInstance(part.content())) {
                found.add(ASN1ObjectIdentifier.getInstance(each).getId());
            }
        });
        return found;
    }

    boolean mayUse(int keyUsage) {
        return extension(Extension.keyUsage)
                .map(part -> KeyUsage.getInstance(part.content()).hasUsages(keyUsage))
                .orElse(false);
    }

    Subject subjectName() {
        return Subject.copyOf(der(subject));
    }

    /** @throws IllegalArgumentException when these are not the bytes of one value */
    static ASN1Primitive primitive(byte[] encoded) {
        try {
            return ASN1Primitive.fromByteArray(encoded);
        } catch (IOException malformed) {
            throw new IllegalArgumentException("not DER", malformed);
        }
    }

    static byte[] der(ASN1Encodable object) {
        try {
            return object.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalArgumentException("not DER", e);
        }
    }
}
