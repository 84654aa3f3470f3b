package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * What the certificate of an authority says, whoever made it.
 *
 * @param key by the identifier that the certificate gives it
 * @param pathLength null for any number
 * @param constraints as far as they are of kinds that are shown; what is held is what the certificate says
 * @param shown whether that is all of them
 * @param usages nested usages (RFC 5280 §4.2.1.12); empty for none
 * @param problem why nothing can be signed by it that others accept; null where there is none
 */
public record AuthorityContents(
        Subject subject,
        SubjectKey key,
        SerialNumber serial,
        Validity validity,
        @Nullable Integer pathLength,
        NameConstraints constraints,
        boolean shown,
        Set<ExtendedKeyUsage> usages,
        @Nullable String problem) {
    private static final BigInteger LONGEST_PATH = BigInteger.valueOf(99);

    /**
     * Empty for what is no certificate, or has a number or times that none may have.
     *
     * @throws VaultException {@code csr_rejected} for a key that is weak or of no kind that is supported
     */
    public static Optional<AuthorityContents> of(byte[] der) {
        try {
            return Optional.of(read(Certificate.getInstance(TbsView.primitive(der))));
        } catch (VaultException refused) {
            throw refused;
        } catch (RuntimeException malformed) {
            // The library has no one exception for what it cannot read.
            return Optional.empty();
        }
    }

    /** Whether its bounds on names are these, in whatever order. */
    public boolean isBoundBy(NameConstraints asked) {
        return subtrees(constraints).equals(subtrees(asked));
    }

    private static List<Set<GeneralSubtree>> subtrees(NameConstraints constraints) {
        return subtrees(TbsAssembly.constraints(constraints));
    }

    private static List<Set<GeneralSubtree>> subtrees(org.bouncycastle.asn1.x509.NameConstraints encoded) {
        return List.of(set(encoded.getPermittedSubtrees()), set(encoded.getExcludedSubtrees()));
    }

    private static Set<GeneralSubtree> set(GeneralSubtree @Nullable [] subtrees) {
        return subtrees == null ? Set.of() : new HashSet<>(List.of(subtrees));
    }

    private static AuthorityContents read(Certificate certificate) {
        Extensions extensions = certificate.getTBSCertificate().getExtensions();
        SubjectKey key = SubjectKey.decode(TbsView.der(certificate.getSubjectPublicKeyInfo()));
        BasicConstraints basic = extensions == null ? null : BasicConstraints.fromExtensions(extensions);
        SubjectKeyIdentifier identifier = extensions == null ? null : SubjectKeyIdentifier.fromExtensions(extensions);
        BigInteger pathLength = basic == null ? null : basic.getPathLenConstraint();
        var decoded = decoded(extensions);
        NameConstraints constraints = constraints(decoded);
        return new AuthorityContents(
                Subject.copyOf(TbsView.der(certificate.getSubject())),
                identifier == null ? key : key.withKeyIdentifier(identifier.getKeyIdentifier()),
                new SerialNumber(certificate.getSerialNumber().getPositiveValue()),
                new Validity(
                        certificate.getStartDate().getDate().toInstant(),
                        certificate.getEndDate().getDate().toInstant()),
                pathLength == null ? null : pathLength.min(LONGEST_PATH).intValue(),
                constraints,
                subtrees(constraints).equals(decoded == null ? List.of(Set.of(), Set.of()) : subtrees(decoded)),
                usages(extensions),
                problem(certificate, extensions, basic, identifier));
    }

    private static @Nullable String problem(
            Certificate certificate,
            @Nullable Extensions extensions,
            @Nullable BasicConstraints basic,
            @Nullable SubjectKeyIdentifier identifier) {
        if (extensions == null || basic == null || !basic.isCA()) {
            return "it is no authority's: its basic constraints do not say cA";
        }
        if (!extensions.getExtension(Extension.basicConstraints).isCritical()) {
            return "its basic constraints are not critical (RFC 5280 §4.2.1.9)";
        }
        KeyUsage usage = KeyUsage.fromExtensions(extensions);
        if (usage == null || !usage.hasUsages(KeyUsage.keyCertSign)) {
            return "its key usage has no keyCertSign";
        }
        if (!usage.hasUsages(KeyUsage.cRLSign)) {
            return "its key usage has no cRLSign: nobody could be told what was revoked";
        }
        if (identifier == null) {
            return "it has no subject key identifier (RFC 5280 §4.2.1.2)";
        }
        int octets = identifier.getKeyIdentifier().length;
        if (octets == 0 || octets > KeyRules.MAX_IDENTIFIER_OCTETS) {
            return "its subject key identifier has " + octets + " octets";
        }
        if (basic.getPathLenConstraint() != null && basic.getPathLenConstraint().signum() < 0) {
            return "its path length is below zero (RFC 5280 §4.2.1.9)";
        }
        if (certificate.getSubject().getRDNs().length == 0) {
            return "it has no subject";
        }
        return Subject.copyOf(TbsView.der(certificate.getSubject())).isReadable()
                ? null
                : "its subject is no text that others read";
    }

    private static Set<ExtendedKeyUsage> usages(@Nullable Extensions extensions) {
        var usages = extensions == null ? null : org.bouncycastle.asn1.x509.ExtendedKeyUsage.fromExtensions(extensions);
        Set<ExtendedKeyUsage> found = new HashSet<>();
        for (KeyPurposeId purpose : usages == null ? new KeyPurposeId[0] : usages.getUsages()) {
            found.add(new ExtendedKeyUsage(purpose.getId()));
        }
        return Set.copyOf(found);
    }

    private static org.bouncycastle.asn1.x509.@Nullable NameConstraints decoded(@Nullable Extensions extensions) {
        Extension extension = extensions == null ? null : extensions.getExtension(Extension.nameConstraints);
        return extension == null
                ? null
                : org.bouncycastle.asn1.x509.NameConstraints.getInstance(
                        extension.getExtnValue().getOctets());
    }

    private static NameConstraints constraints(org.bouncycastle.asn1.x509.@Nullable NameConstraints decoded) {
        if (decoded == null) {
            return NameConstraints.NONE;
        }
        GeneralSubtree[] permitted = decoded.getPermittedSubtrees();
        GeneralSubtree[] excluded = decoded.getExcludedSubtrees();
        return new NameConstraints(
                texts(permitted, org.bouncycastle.asn1.x509.GeneralName.dNSName),
                texts(excluded, org.bouncycastle.asn1.x509.GeneralName.dNSName),
                ranges(permitted),
                ranges(excluded),
                texts(permitted, org.bouncycastle.asn1.x509.GeneralName.rfc822Name),
                texts(excluded, org.bouncycastle.asn1.x509.GeneralName.rfc822Name),
                texts(permitted, org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier),
                texts(excluded, org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier));
    }

    /** Those that could have been asked for here; others may be written in ways that are not. */
    private static List<String> texts(GeneralSubtree @Nullable [] subtrees, int kind) {
        List<String> texts = new ArrayList<>();
        for (GeneralSubtree subtree : subtrees == null ? new GeneralSubtree[0] : subtrees) {
            if (subtree.getBase().getTagNo() == kind && subtree.getBase().getName() instanceof ASN1String text) {
                if (isShown(kind, text.getString())) {
                    texts.add(text.getString());
                }
            }
        }
        return texts;
    }

    private static boolean isShown(int kind, String text) {
        try {
            List<String> one = List.of(text);
            List<String> none = List.of();
            NameConstraints unused = switch (kind) {
                case org.bouncycastle.asn1.x509.GeneralName.dNSName ->
                    new NameConstraints(one, none, none, none, none, none, none, none);
                case org.bouncycastle.asn1.x509.GeneralName.rfc822Name ->
                    new NameConstraints(none, none, none, none, one, none, none, none);
                default -> new NameConstraints(none, none, none, none, none, none, one, none);
            };
            return true;
        } catch (VaultException notOfOurs) {
            return false;
        }
    }

    private static List<String> ranges(GeneralSubtree @Nullable [] subtrees) {
        List<String> ranges = new ArrayList<>();
        for (GeneralSubtree subtree : subtrees == null ? new GeneralSubtree[0] : subtrees) {
            if (subtree.getBase().getTagNo() == org.bouncycastle.asn1.x509.GeneralName.iPAddress) {
                range(ASN1OctetString.getInstance(subtree.getBase().getName()).getOctets())
                        .ifPresent(ranges::add);
            }
        }
        return ranges;
    }

    private static Optional<String> range(byte[] addressAndMask) {
        int half = addressAndMask.length / 2;
        if (half != 4 && half != 16) {
            return Optional.empty();
        }
        int bits = 0;
        while (bits < half * 8 && (addressAndMask[half + bits / 8] >> 7 - bits % 8 & 1) != 0) {
            bits++;
        }
        try {
            byte[] address = Arrays.copyOf(addressAndMask, half);
            String text = InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
            return AddressRange.parse(text)
                    .filter(range -> !range.hasHostBits())
                    .map(_ -> text);
        } catch (UnknownHostException neitherLength) {
            return Optional.empty();
        }
    }
}
