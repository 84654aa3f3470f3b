package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;

/** Reads what issuing needs to know of an issuer. Costs a parse of the whole chain: once, and the view is kept. */
public final class Issuers {
    private Issuers() {}

    /** The view of a root that signs itself: it has no certificate yet. */
    public static IssuerView ofItself(Subject subject, SubjectKey key, Validity validity, SignatureScheme scheme) {
        return new IssuerView(
                subject,
                key,
                boxed(key.keyIdentifier()),
                validity,
                OptionalInt.empty(),
                List.of(),
                List.of(),
                true,
                true,
                scheme);
    }

    /**
     * @param certificate DER, of the authority that will sign
     * @param above its issuer's certificate, that one's issuer's, up to the root; without those, their bounds are not held
     * @throws IllegalArgumentException when one of them is no certificate, or the first is no authority's
     * @throws VaultException {@code csr_rejected} for a key of no kind that is supported
     */
    public static IssuerView of(byte[] certificate, List<byte[]> above, SignatureScheme scheme) {
        try {
            return read(certificate, above, scheme);
        } catch (VaultException refused) {
            throw refused;
        } catch (RuntimeException malformed) {
            // The library has no one exception for what it cannot read.
            throw new IllegalArgumentException("not the certificates of a chain of authorities", malformed);
        }
    }

    private static IssuerView read(byte[] certificate, List<byte[]> above, SignatureScheme scheme) {
        List<Certificate> chain = new ArrayList<>();
        chain.add(Certificate.getInstance(certificate));
        above.forEach(der -> chain.add(Certificate.getInstance(der)));

        Certificate own = chain.getFirst();
        Extensions extensions = own.getTBSCertificate().getExtensions();
        BasicConstraints basic = extensions == null ? null : BasicConstraints.fromExtensions(extensions);
        if (basic == null || !basic.isCA()) {
            throw new IllegalArgumentException("not the certificate of an authority");
        }
        KeyUsage usage = KeyUsage.fromExtensions(extensions);
        SubjectKeyIdentifier identifier = SubjectKeyIdentifier.fromExtensions(extensions);
        SubjectKey key = SubjectKey.decode(der(own.getSubjectPublicKeyInfo()));
        return new IssuerView(
                Subject.copyOf(der(own.getSubject())),
                key,
                boxed(identifier == null ? key.keyIdentifier() : identifier.getKeyIdentifier()),
                new Validity(
                        own.getStartDate().getDate().toInstant(),
                        own.getEndDate().getDate().toInstant()),
                pathLength(chain),
                constraints(chain),
                usages(chain),
                usage == null || usage.hasUsages(KeyUsage.keyCertSign),
                usage == null || usage.hasUsages(KeyUsage.cRLSign),
                scheme);
    }

    /** Each authority below one with a bound uses one up, unless it is issued to itself (RFC 5280 §6.1.4 (l)). */
    private static OptionalInt pathLength(List<Certificate> chain) {
        OptionalInt left = OptionalInt.empty();
        for (int i = chain.size() - 1; i >= 0; i--) {
            Certificate certificate = chain.get(i);
            if (left.isPresent() && !certificate.getSubject().equals(certificate.getIssuer())) {
                left = OptionalInt.of(left.getAsInt() - 1);
            }
            BasicConstraints basic = BasicConstraints.fromExtensions(
                    certificate.getTBSCertificate().getExtensions());
            if (basic != null && basic.getPathLenConstraintInteger() != null) {
                int own = basic.getPathLenConstraintInteger()
                        .getValue()
                        .min(BigInteger.valueOf(999))
                        .intValue();
                left = OptionalInt.of(left.isPresent() ? Math.min(left.getAsInt(), own) : own);
            }
        }
        return left;
    }

    private static List<DecodedConstraints> constraints(List<Certificate> chain) {
        List<DecodedConstraints> found = new ArrayList<>();
        for (Certificate certificate : chain) {
            Extension extension = extension(certificate, Extension.nameConstraints.getId());
            if (extension != null) {
                found.add(DecodedConstraints.of(extension.getExtnValue().getOctets()));
            }
        }
        return found;
    }

    private static List<Set<ExtendedKeyUsage>> usages(List<Certificate> chain) {
        List<Set<ExtendedKeyUsage>> found = new ArrayList<>();
        for (Certificate certificate : chain) {
            Extensions extensions = certificate.getTBSCertificate().getExtensions();
            org.bouncycastle.asn1.x509.ExtendedKeyUsage usages =
                    extensions == null ? null : org.bouncycastle.asn1.x509.ExtendedKeyUsage.fromExtensions(extensions);
            if (usages == null || usages.hasKeyPurposeId(KeyPurposeId.anyExtendedKeyUsage)) {
                continue;
            }
            Set<ExtendedKeyUsage> named = new HashSet<>();
            for (KeyPurposeId purpose : usages.getUsages()) {
                named.add(new ExtendedKeyUsage(purpose.getId()));
            }
            found.add(Set.copyOf(named));
        }
        return found;
    }

    private static @Nullable Extension extension(Certificate certificate, String oid) {
        Extensions extensions = certificate.getTBSCertificate().getExtensions();
        return extensions == null ? null : extensions.getExtension(new org.bouncycastle.asn1.ASN1ObjectIdentifier(oid));
    }

    private static byte[] der(org.bouncycastle.asn1.ASN1Object object) {
        try {
            return object.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalArgumentException("not DER", e);
        }
    }

    private static List<Byte> boxed(byte[] octets) {
        List<Byte> boxed = new ArrayList<>(octets.length);
        for (byte octet : octets) {
            boxed.add(octet);
        }
        return boxed;
    }
}
