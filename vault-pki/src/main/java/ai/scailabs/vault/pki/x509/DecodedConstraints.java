package ai.scailabs.vault.pki.x509;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * The name constraints of one authority as its certificate has them, of whatever origin: an imported authority may have kinds that {@link ai.scailabs.vault.pki.x509.NameConstraints} does not make.
 * A bound of a minimum or maximum, which nobody implements alike, permits nothing.
 */
public final class DecodedConstraints {
    private final byte[] encoded;
    private final NameConstraints decoded;

    private DecodedConstraints(byte[] encoded, NameConstraints decoded) {
        this.encoded = encoded;
        this.decoded = decoded;
    }

    /** @param encoded the value of the extension {@link Extension#nameConstraints} */
    static DecodedConstraints of(byte[] encoded) {
        return new DecodedConstraints(encoded.clone(), NameConstraints.getInstance(encoded));
    }

    /**
     * The first name that is not allowed, and why.
     *
     * @param leaf whether the common name is a host name where it reads as one, as some verifiers take it
     */
    Optional<String> violation(Subject subject, List<GeneralName> names, boolean leaf) {
        for (GeneralName name : names) {
            Optional<String> violated =
                    held(kind(name), name.text(), base -> matches(name, base), base -> covers(name, base));
            if (violated.isPresent()) {
                return violated;
            }
        }
        if (!subject.isEmpty()) {
            X500Name whole = subject.name();
            Predicate<org.bouncycastle.asn1.x509.GeneralName> below =
                    base -> isBelow(whole, X500Name.getInstance(base.getName()));
            Optional<String> violated =
                    held(org.bouncycastle.asn1.x509.GeneralName.directoryName, subject.toString(), below, below);
            if (violated.isPresent()) {
                return violated;
            }
        }
        return leaf ? asHostsAndMailboxes(subject) : Optional.empty();
    }

    private Optional<String> asHostsAndMailboxes(Subject subject) {
        for (String commonName : subject.commonNames()) {
            if (SubjectRules.readsAsHost(commonName)) {
                GeneralName name = NameSyntax.parse(commonName);
                Optional<String> violated =
                        held(kind(name), commonName, base -> matches(name, base), base -> covers(name, base));
                if (violated.isPresent()) {
                    return violated;
                }
            }
        }
        for (RDN rdn : subject.name().getRDNs(BCStyle.EmailAddress)) {
            GeneralName name =
                    NameSyntax.email(IETFUtils.valueToString(rdn.getFirst().getValue()));
            Optional<String> violated =
                    held(kind(name), name.text(), base -> matches(name, base), base -> matches(name, base));
            if (violated.isPresent()) {
                return violated;
            }
        }
        return Optional.empty();
    }

    private Optional<String> held(
            int kind,
            String text,
            Predicate<org.bouncycastle.asn1.x509.GeneralName> permits,
            Predicate<org.bouncycastle.asn1.x509.GeneralName> excludes) {
        List<GeneralSubtree> excluded = ofKind(decoded.getExcludedSubtrees(), kind);
        if (excluded.stream().anyMatch(subtree -> isBounded(subtree) || excludes.test(subtree.getBase()))) {
            return Optional.of("'" + text + "' is excluded by an authority above");
        }
        List<GeneralSubtree> permitted = ofKind(decoded.getPermittedSubtrees(), kind);
        return permitted.isEmpty()
                        || permitted.stream()
                                .anyMatch(subtree -> !isBounded(subtree) && permits.test(subtree.getBase()))
                ? Optional.empty()
                : Optional.of("'" + text + "' is not among what an authority above permits");
    }

    private static List<GeneralSubtree> ofKind(GeneralSubtree @Nullable [] subtrees, int kind) {
        return subtrees == null
                ? List.of()
                : Arrays.stream(subtrees)
                        .filter(subtree -> subtree.getBase().getTagNo() == kind)
                        .toList();
    }

    private static boolean isBounded(GeneralSubtree subtree) {
        return subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null;
    }

    private static int kind(GeneralName name) {
        return switch (name) {
            case GeneralName.Dns _ -> org.bouncycastle.asn1.x509.GeneralName.dNSName;
            case GeneralName.Ip _ -> org.bouncycastle.asn1.x509.GeneralName.iPAddress;
            case GeneralName.Email _ -> org.bouncycastle.asn1.x509.GeneralName.rfc822Name;
            case GeneralName.Uri _ -> org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier;
        };
    }

    private static boolean matches(GeneralName name, org.bouncycastle.asn1.x509.GeneralName base) {
        return switch (name) {
            case GeneralName.Dns dns -> isInDomain(dns.text(), text(base));
            case GeneralName.Ip ip ->
                isInRange(
                        ip.address().getAddress(),
                        ASN1OctetString.getInstance(base.getName()).getOctets());
            case GeneralName.Email email -> isMailbox(email, text(base));
            case GeneralName.Uri uri -> isHost(host(uri), text(base));
        };
    }

    /** A wildcard is also every name that it stands for: {@code *.example.com} covers the excluded {@code a.example.com}. A URI without a host is excluded by any bound on hosts. */
    private static boolean covers(GeneralName name, org.bouncycastle.asn1.x509.GeneralName base) {
        if (name instanceof GeneralName.Uri uri && host(uri).isEmpty() || matches(name, base)) {
            return true;
        }
        if (!(name instanceof GeneralName.Dns dns) || !dns.isWildcard()) {
            return false;
        }
        String below = text(base);
        int dot = below.indexOf('.');
        return dot > 0 && below.substring(dot).equals(dns.text().substring(1));
    }

    private static String text(org.bouncycastle.asn1.x509.GeneralName base) {
        return ((ASN1String) base.getName()).getString().toLowerCase(Locale.ROOT);
    }

    private static boolean isInDomain(String name, String domain) {
        return domain.isEmpty() || name.equals(domain) || name.endsWith(domain.startsWith(".") ? domain : "." + domain);
    }

    /** {@code .example.com} is everything below, {@code example.com} the host alone (RFC 5280 §4.2.1.10). */
    private static boolean isHost(String host, String base) {
        return !host.isEmpty() && (base.startsWith(".") ? host.endsWith(base) : host.equals(base));
    }

    private static boolean isMailbox(GeneralName.Email email, String base) {
        if (base.indexOf('@') >= 0) {
            return email.text().toLowerCase(Locale.ROOT).equals(base);
        }
        return base.isEmpty() || isHost(email.domain(), base);
    }

    /** Empty for a URI without one, and for an address: constraints are about domains. */
    private static String host(GeneralName.Uri uri) {
        String host = URI.create(uri.text()).getHost();
        return host == null || host.startsWith("[") || host.matches("[0-9.]+") ? "" : host.toLowerCase(Locale.ROOT);
    }

    private static boolean isInRange(byte[] address, byte[] addressAndMask) {
        if (addressAndMask.length != address.length * 2) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            byte mask = addressAndMask[address.length + i];
            if ((address[i] & mask) != (addressAndMask[i] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBelow(X500Name name, X500Name base) {
        RDN[] parts = name.getRDNs();
        RDN[] first = base.getRDNs();
        if (first.length > parts.length) {
            return false;
        }
        // Part by part: the library's comparison of whole names does not mind their order.
        for (int i = 0; i < first.length; i++) {
            if (!IETFUtils.rDNAreEqual(parts[i], first[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DecodedConstraints that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
