package ai.scailabs.vault.pki.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.OtherName;
import org.jspecify.annotations.Nullable;

/** What the authorities above let a certificate name (RFC 5280 §6.1.4 (g)): each one's permitted lists, and all that is excluded. Not thread-safe. */
final class NameBounds {
    private static final int MAX_SHOWN = 200;
    private static final ASN1ObjectIdentifier SMTP_UTF8_MAILBOX = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.8.9");

    private final Work work;
    private final List<List<Base>> permitted = new ArrayList<>();
    private final List<Base> excluded = new ArrayList<>();

    NameBounds(Work work) {
        this.work = work;
    }

    /** @throws IllegalArgumentException when one of them cannot be read */
    void add(NameConstraints constraints) {
        List<Base> more = bases(constraints.getPermittedSubtrees());
        excluded.addAll(bases(constraints.getExcludedSubtrees()));
        if (!more.isEmpty()) {
            permitted.add(more);
        }
    }

    private static List<Base> bases(GeneralSubtree @Nullable [] subtrees) {
        List<Base> bases = new ArrayList<>();
        for (GeneralSubtree subtree : subtrees == null ? new GeneralSubtree[0] : subtrees) {
            boolean bounded = subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null;
            bases.add(new Base(subtree.getBase().getTagNo(), NameForms.of(subtree.getBase()), bounded));
        }
        return bases;
    }

    /** The first name that is not allowed, and why. */
    Optional<String> violation(PathCertificate certificate, boolean leaf) {
        if (permitted.isEmpty() && excluded.isEmpty()) {
            return Optional.empty();
        }
        if (!certificate.subject().isEmpty()) {
            Optional<String> violated = violation(
                    GeneralName.directoryName,
                    new NameForms.Directory(certificate.subject()),
                    certificate.subjectText());
            if (violated.isPresent()) {
                return violated;
            }
        }
        boolean named = false;
        for (GeneralName name : certificate.extensions().alternativeNames()) {
            named |= name.getTagNo() == GeneralName.dNSName || name.getTagNo() == GeneralName.iPAddress;
            Optional<String> violated = violation(name);
            if (violated.isPresent()) {
                return violated;
            }
        }
        return ofSubject(certificate.contents().getSubject(), leaf && !named);
    }

    private Optional<String> violation(GeneralName name) {
        String shown = shown(name.getName().toString());
        try {
            if (name.getTagNo() == GeneralName.otherName
                    && OtherName.getInstance(name.getName()).getTypeID().equals(SMTP_UTF8_MAILBOX)) {
                // Constraints on mailboxes bind these too (RFC 9598), and nobody compares them here: none passes one.
                return violation(GeneralName.rfc822Name, new NameForms.Email(""), shown);
            }
            return violation(name.getTagNo(), NameForms.of(name), shown);
        } catch (IllegalArgumentException unreadable) {
            return Optional.of("'" + shown + "' cannot be read");
        }
    }

    /** Mailboxes in the subject are held as names; a common name that reads as a host is too, where nothing else names one: some verifiers take it for that. */
    private Optional<String> ofSubject(X500Name subject, boolean commonNames) {
        for (RDN rdn : subject.getRDNs()) {
            for (AttributeTypeAndValue each : rdn.getTypesAndValues()) {
                if (!(each.getValue() instanceof ASN1String text)) {
                    continue;
                }
                String value = text.getString();
                Optional<String> violated = Optional.empty();
                if (each.getType().equals(BCStyle.EmailAddress)) {
                    violated = violation(GeneralName.rfc822Name, new NameForms.Email(value), shown(value));
                } else if (commonNames && each.getType().equals(BCStyle.CN) && readsAsHost(value)) {
                    violated = violation(GeneralName.dNSName, new NameForms.Dns(value), shown(value));
                }
                if (violated.isPresent()) {
                    return violated;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean readsAsHost(String text) {
        return text.length() <= 253
                && text.indexOf('.') > 0
                && text.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || c == '-'
                                || c == '_'
                                || c == '.'
                                || c == '*');
    }

    private Optional<String> violation(int kind, NameForms name, String shown) {
        work.compare(1L + excluded.size());
        for (Base base : excluded) {
            if (base.kind == kind && (base.bounded || name.mayBeWithin(base.form))) {
                return Optional.of("'" + shown + "' is excluded by an authority above");
            }
        }
        for (List<Base> list : permitted) {
            work.compare(list.size());
            boolean constrained = false;
            boolean allowed = false;
            for (Base base : list) {
                if (base.kind == kind) {
                    constrained = true;
                    allowed |= !base.bounded && name.isWithin(base.form);
                }
            }
            if (constrained && !allowed) {
                return Optional.of("'" + shown + "' is not among what an authority above permits");
            }
        }
        return Optional.empty();
    }

    static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    /** @param bounded by a minimum or maximum, which nobody implements alike: such a base permits nothing, and excludes all of its kind */
    private record Base(int kind, NameForms form, boolean bounded) {}
}
