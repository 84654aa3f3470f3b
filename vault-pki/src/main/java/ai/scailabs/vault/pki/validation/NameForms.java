package ai.scailabs.vault.pki.validation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;

/** One name of a certificate, or the base of a constraint, in the form in which they are compared (RFC 5280 §4.2.1.10). */
sealed interface NameForms {
    /** Whether the base takes it in. */
    boolean isWithin(NameForms base);

    /** Whether anything that it stands for, or may be taken for, is within the base: what is excluded. */
    default boolean mayBeWithin(NameForms base) {
        return isWithin(base);
    }

    /** @throws IllegalArgumentException for one that cannot be read */
    static NameForms of(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> new Dns(text(name));
            case GeneralName.rfc822Name -> new Email(text(name));
            case GeneralName.uniformResourceIdentifier -> new Uri(text(name));
            case GeneralName.iPAddress ->
                new Ip(ASN1OctetString.getInstance(name.getName()).getOctets());
            case GeneralName.directoryName -> new Directory(DistinguishedName.of(X500Name.getInstance(name.getName())));
            default -> new Other(name.getTagNo());
        };
    }

    private static String text(GeneralName name) {
        if (name.getName() instanceof ASN1String text) {
            return text.getString();
        }
        throw new IllegalArgumentException("not a text");
    }

    /** @param text in lower case */
    record Dns(String text) implements NameForms {
        public Dns(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            this.text = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }

        @Override
        public boolean isWithin(NameForms base) {
            return base instanceof Dns domain && isIn(text, domain.text);
        }

        /** A wildcard is also every name that it stands for. */
        @Override
        public boolean mayBeWithin(NameForms base) {
            if (!(base instanceof Dns domain)) {
                return false;
            }
            if (isIn(text, domain.text)) {
                return true;
            }
            int dot = domain.text.indexOf('.', 1);
            return text.startsWith("*.")
                    && dot > 0
                    && domain.text.substring(dot).equals(text.substring(1));
        }

        private static boolean isIn(String name, String domain) {
            return domain.isEmpty()
                    || name.equals(domain)
                    || name.endsWith(domain) && (domain.startsWith(".") || isLabelStart(name, domain));
        }

        private static boolean isLabelStart(String name, String domain) {
            int before = name.length() - domain.length() - 1;
            return before >= 0 && name.charAt(before) == '.';
        }
    }

    /** {@code .example.com} is everything below, {@code example.com} the host alone. */
    private static boolean isHost(String host, String base) {
        return !host.isEmpty() && (base.startsWith(".") ? host.endsWith(base) : host.equals(base));
    }

    record Email(String text) implements NameForms {
        @Override
        public boolean isWithin(NameForms base) {
            return base instanceof Email mailbox && isMailbox(mailbox.text);
        }

        /** What is no mailbox may be anybody's. */
        @Override
        public boolean mayBeWithin(NameForms base) {
            return base instanceof Email && text.lastIndexOf('@') < 1 || isWithin(base);
        }

        private boolean isMailbox(String base) {
            int at = text.lastIndexOf('@');
            if (at < 1) {
                return false;
            }
            String host = text.substring(at + 1).toLowerCase(Locale.ROOT);
            int baseAt = base.lastIndexOf('@');
            if (baseAt >= 0) {
                return text.substring(0, at).equals(base.substring(0, baseAt))
                        && host.equals(base.substring(baseAt + 1).toLowerCase(Locale.ROOT));
            }
            return base.isEmpty() || isHost(host, base.toLowerCase(Locale.ROOT));
        }
    }

    record Uri(String text) implements NameForms {
        @Override
        public boolean isWithin(NameForms base) {
            return base instanceof Uri host
                    && host().filter(own -> isHost(own, host.text.toLowerCase(Locale.ROOT)))
                            .isPresent();
        }

        /** One without a host is excluded by any bound on hosts. */
        @Override
        public boolean mayBeWithin(NameForms base) {
            return base instanceof Uri && host().isEmpty() || isWithin(base);
        }

        /** Empty for a URI without one, and for an address: constraints are about domains. */
        private Optional<String> host() {
            try {
                String host = new URI(text).getHost();
                return host == null || host.startsWith("[") || host.matches("[0-9.]+")
                        ? Optional.empty()
                        : Optional.of(host.toLowerCase(Locale.ROOT));
            } catch (URISyntaxException malformed) {
                return Optional.empty();
            }
        }
    }

    /** An address; as a base, an address and a mask. */
    record Ip(byte[] octets) implements NameForms {
        @Override
        public boolean isWithin(NameForms base) {
            if (!(base instanceof Ip range) || range.octets.length != octets.length * 2) {
                return false;
            }
            for (int i = 0; i < octets.length; i++) {
                if (((octets[i] ^ range.octets[i]) & range.octets[octets.length + i]) != 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Ip that && Arrays.equals(octets, that.octets);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(octets);
        }
    }

    record Directory(DistinguishedName name) implements NameForms {
        @Override
        public boolean isWithin(NameForms base) {
            return base instanceof Directory above && name.isBelow(above.name);
        }
    }

    /** A form that nobody compares: a constraint on it lets no name of that form through. */
    record Other(int tag) implements NameForms {
        @Override
        public boolean isWithin(NameForms base) {
            return false;
        }

        @Override
        public boolean mayBeWithin(NameForms base) {
            return base instanceof Other that && that.tag == tag;
        }
    }
}
