package ai.scailabs.vault.pki.x509;

import java.net.InetAddress;

/**
 * One subject alternative name, in the one spelling in which it is written into certificates: a DNS name in lower case with A-labels, an address, a mailbox or an absolute URI. Made by
 * {@link NameSyntax}, which refuses what RFC 5280 §4.2.1.6 does not have; two that are equal are the same name.
 */
public sealed interface GeneralName {
    /** As it stands in the certificate; an IPv6 address as RFC 5952 writes it. */
    String text();

    /** How the API calls its kind: {@code dns}, {@code ip}, {@code email}, {@code uri}. */
    String kind();

    /** @param text lower case, at most 253 characters; its left-most label may be {@code *} */
    record Dns(String text) implements GeneralName {
        public Dns {
            NameSyntax.requireDns(text);
        }

        @Override
        public String kind() {
            return "dns";
        }

        public boolean isWildcard() {
            return text.startsWith("*.");
        }
    }

    /** Never an IPv4-mapped IPv6 address. */
    record Ip(InetAddress address) implements GeneralName {
        @Override
        public String text() {
            return NameSyntax.text(address.getAddress());
        }

        @Override
        public String kind() {
            return "ip";
        }
    }

    /** @param text ASCII; the domain in lower case */
    record Email(String text) implements GeneralName {
        public Email {
            NameSyntax.requireEmail(text);
        }

        @Override
        public String kind() {
            return "email";
        }

        public String domain() {
            return text.substring(text.lastIndexOf('@') + 1);
        }
    }

    /** @param text absolute, ASCII, as it was given */
    record Uri(String text) implements GeneralName {
        public Uri {
            NameSyntax.requireUri(text);
        }

        @Override
        public String kind() {
            return "uri";
        }
    }
}
