package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.time.Instant;
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
 * A TBSCertificate field by field as its bytes have it. The library's own class fills in defaults and forgives; the lint wants to see what is there. What many rules look at is read once. For one thread.
 */
final class TbsView {
    private final byte[] encoded;
    private final ASN1Sequence fields;
    private final @Nullable ASN1Encodable version;
    /** Of the field behind the version. */
    private final int first;

    private final List<ASN1TaggedObject> pieces;
    private final List<Part> extensions;
    private @Nullable SubjectKey subjectKey;
    private @Nullable Optional<Validity> period;
    private @Nullable Subject subjectName;
    private @Nullable List<GeneralName> names;
    private @Nullable List<String> usageIdentifiers;
    private @Nullable List<ExtendedKeyUsage> usages;

    /** An extension. */
    static final class Part {
        private final ASN1ObjectIdentifier type;
        private final boolean critical;
        private final boolean criticalWritten;
        private final byte[] value;
        private @Nullable ASN1Primitive content;

        Part(ASN1ObjectIdentifier type, boolean critical, boolean criticalWritten, byte[] value) {
            this.type = type;
            this.critical = critical;
            this.criticalWritten = criticalWritten;
            this.value = value;
        }

        ASN1ObjectIdentifier type() {
            return type;
        }

        boolean critical() {
            return critical;
        }

        /** Whether the flag is there at all: DER leaves the default out. */
        boolean criticalWritten() {
            return criticalWritten;
        }

        /** What the octet string holds; not to be written to. */
        byte[] value() {
            return value;
        }

        /** @throws IllegalArgumentException when the octets are not those of one value */
        ASN1Primitive content() {
            ASN1Primitive known = content;
            if (known == null) {
                known = primitive(value);
                content = known;
            }
            return known;
        }
    }

    private TbsView(byte[] encoded) {
        this.encoded = encoded;
        this.fields = ASN1Sequence.getInstance(primitive(encoded));
        boolean versioned = fields.size() > 0 && fields.getObjectAt(0) instanceof ASN1TaggedObject;
        this.version =
                versioned ? ASN1TaggedObject.getInstance(fields.getObjectAt(0)).getExplicitBaseObject() : null;
        this.first = versioned ? 1 : 0;
        if (fields.size() < first + 6) {
            throw new IllegalArgumentException("too few fields");
        }
        List<ASN1TaggedObject> behind = new ArrayList<>();
        for (int i = first + 6; i < fields.size(); i++) {
            behind.add(ASN1TaggedObject.getInstance(fields.getObjectAt(i)));
        }
        this.pieces = List.copyOf(behind);
        this.extensions = extensions(behind);
        if (!(fields.getObjectAt(first) instanceof ASN1Integer)
                || !(fields.getObjectAt(first + 3) instanceof ASN1Sequence)) {
            throw new IllegalArgumentException("not the fields of a certificate");
        }
    }

    /** @throws IllegalArgumentException when it is not the structure of a TBSCertificate */
    static TbsView parse(byte[] encoded) {
        return new TbsView(encoded);
    }

    byte[] encoded() {
        return encoded;
    }

    /** All of it. */
    ASN1Sequence fields() {
        return fields;
    }

    @Nullable
    ASN1Encodable version() {
        return version;
    }

    ASN1Integer serial() {
        return ASN1Integer.getInstance(fields.getObjectAt(first));
    }

    ASN1Primitive signature() {
        return fields.getObjectAt(first + 1).toASN1Primitive();
    }

    ASN1Primitive issuer() {
        return fields.getObjectAt(first + 2).toASN1Primitive();
    }

    ASN1Sequence validity() {
        return ASN1Sequence.getInstance(fields.getObjectAt(first + 3));
    }

    /** From when to when; empty where the times are written in another form than they ought to be, or end before they begin. */
    Optional<Validity> period() {
        Optional<Validity> known = period;
        if (known == null) {
            known = readPeriod();
            period = known;
        }
        return known;
    }

    private Optional<Validity> readPeriod() {
        ASN1Sequence times = validity();
        if (times.size() != 2) {
            return Optional.empty();
        }
        Optional<Instant> notBefore = TimeText.decode(times.getObjectAt(0).toASN1Primitive());
        Optional<Instant> notAfter = TimeText.decode(times.getObjectAt(1).toASN1Primitive());
        return notBefore.isEmpty() || notAfter.isEmpty() || notAfter.get().isBefore(notBefore.get())
                ? Optional.empty()
                : Optional.of(new Validity(notBefore.get(), notAfter.get()));
    }

    ASN1Primitive subject() {
        return fields.getObjectAt(first + 4).toASN1Primitive();
    }

    ASN1Primitive key() {
        return fields.getObjectAt(first + 5).toASN1Primitive();
    }

    /**
     * The key, read from its bytes.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link SubjectKey#decode}
     */
    SubjectKey subjectKey() {
        SubjectKey known = subjectKey;
        if (known == null) {
            known = SubjectKey.decode(der(key()));
            subjectKey = known;
        }
        return known;
    }

    /**
     * The alternative names.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link NameRules#read}
     */
    List<GeneralName> names() {
        List<GeneralName> known = names;
        if (known == null) {
            known = List.copyOf(NameRules.read(this));
            names = known;
        }
        return known;
    }

    /** What follows the key: unique identifiers, the extensions. */
    List<ASN1TaggedObject> pieces() {
        return pieces;
    }

    List<Part> extensions() {
        return extensions;
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
                        ASN1OctetString.getInstance(fields.getObjectAt(fields.size() - 1))
                                .getOctets()));
            }
        }
        return List.copyOf(parts);
    }

    Optional<Part> extension(ASN1ObjectIdentifier type) {
        for (Part part : extensions) {
            if (part.type.equals(type)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
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
        return Arrays.equals(der(subject()), by.subject().encoded())
                && Arrays.equals(der(key()), by.key().encoded());
    }

    boolean isResponder() {
        return usages().contains(ExtendedKeyUsage.OCSP_SIGNING);
    }

    /** The usages that can be written; {@code anyExtendedKeyUsage} is a finding of its own. */
    List<ExtendedKeyUsage> usages() {
        List<ExtendedKeyUsage> known = usages;
        if (known == null) {
            known = usageIdentifiers().stream()
                    .filter(oid -> !oid.equals(ExtendedKeyUsage.ANY))
                    .map(ExtendedKeyUsage::new)
                    .toList();
            usages = known;
        }
        return known;
    }

    List<String> usageIdentifiers() {
        List<String> known = usageIdentifiers;
        if (known == null) {
            List<String> found = new ArrayList<>();
            extension(Extension.extendedKeyUsage).ifPresent(part -> {
                for (ASN1Encodable each : ASN1Sequence.getInstance(part.content())) {
                    found.add(ASN1ObjectIdentifier.getInstance(each).getId());
                }
            });
            known = List.copyOf(found);
            usageIdentifiers = known;
        }
        return known;
    }

    boolean mayUse(int keyUsage) {
        return extension(Extension.keyUsage)
                .map(part -> KeyUsage.getInstance(part.content()).hasUsages(keyUsage))
                .orElse(false);
    }

    Subject subjectName() {
        Subject known = subjectName;
        if (known == null) {
            known = Subject.copyOf(der(subject()));
            subjectName = known;
        }
        return known;
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
