package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a role allows a name. Each refusal names the field of the role that would have to be another. */
final class NameMatch {
    private static final Pattern HOST_LABELS =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

    private NameMatch() {}

    static Optional<Violation> refusal(GeneralName name, AllowedNames allowed) {
        return switch (name) {
            case GeneralName.Dns dns -> dns(dns, allowed);
            case GeneralName.Ip ip -> ip(ip, allowed);
            case GeneralName.Email email -> email(email, allowed);
            case GeneralName.Uri uri -> uri(uri, allowed);
        };
    }

    private static Optional<Violation> dns(GeneralName.Dns dns, AllowedNames allowed) {
        String name = dns.text();
        if (allowed.enforceHostnames() && !HOST_LABELS.matcher(name).matches()) {
            return violation("enforce_hostnames", name, "is not a host name");
        }
        if (dns.isWildcard() && !allowed.allowWildcards()) {
            return violation("allow_wildcard_certificates", name, "is a wildcard");
        }
        if (allowed.allowAnyName()) {
            return Optional.empty();
        }
        if (name.equals("localhost")) {
            return allowed.allowLocalhost() ? Optional.empty() : violation("allow_localhost", name, "is this machine");
        }
        Optional<Violation> closest = Optional.empty();
        for (String pattern : allowed.allowedDomains()) {
            String rule = ruleThatLacks(name, pattern, allowed);
            if (rule.isEmpty()) {
                return Optional.empty();
            }
            if (!rule.equals("allowed_domains")) {
                closest = violation(rule, name, "would need " + rule + " beside the pattern '" + pattern + "'");
            }
        }
        return closest.isPresent() ? closest : violation("allowed_domains", name, "matches none of the role's domains");
    }

    /** The rule without which a pattern does not allow the name; empty where it does. The wildcard label counts as a label like any other. */
    private static String ruleThatLacks(String name, String pattern, AllowedNames allowed) {
        boolean oneLabel = pattern.startsWith("*.");
        String domain = oneLabel ? pattern.substring(2) : pattern;
        if (name.equals(domain)) {
            return !oneLabel && allowed.allowBareDomains() ? "" : "allow_bare_domains";
        }
        if (!name.endsWith("." + domain)) {
            return "allowed_domains";
        }
        boolean nextLevel = name.indexOf('.') == name.length() - domain.length() - 1;
        return allowed.allowSubdomains() || oneLabel && nextLevel ? "" : "allow_subdomains";
    }

    private static Optional<Violation> ip(GeneralName.Ip ip, AllowedNames allowed) {
        if (!allowed.allowIpSans()) {
            return violation("allow_ip_sans", ip.text(), "is an IP address");
        }
        if (allowed.allowedIpRanges().isEmpty()) {
            return Optional.empty();
        }
        IpAddress address = IpAddress.parse(ip.text()).orElseThrow();
        return allowed.allowedIpRanges().stream()
                        .flatMap(range -> AddressRange.parse(range).stream())
                        .anyMatch(range -> range.contains(address))
                ? Optional.empty()
                : violation("allowed_ip_sans_cidr", ip.text(), "is in none of the role's ranges");
    }

    private static Optional<Violation> email(GeneralName.Email email, AllowedNames allowed) {
        for (String pattern : allowed.allowedEmailDomains()) {
            String domain = email.domain();
            boolean matches = pattern.startsWith("*.")
                    ? domain.endsWith(pattern.substring(1))
                            && domain.indexOf('.') == domain.length() - pattern.length() + 1
                    : domain.equals(pattern);
            if (matches) {
                return Optional.empty();
            }
        }
        return violation("allowed_email_domains", email.text(), "is in none of the role's domains of mailboxes");
    }

    private static Optional<Violation> uri(GeneralName.Uri uri, AllowedNames allowed) {
        return allowed.allowedUris().stream().anyMatch(pattern -> uriMatches(uri.text(), pattern))
                ? Optional.empty()
                : violation("allowed_uri_sans", uri.text(), "matches none of the role's URIs");
    }

    /** Scheme and authority exactly; {@code *} in what follows is any run of characters. A path that climbs is refused: two programs would read it differently. */
    private static boolean uriMatches(String text, String pattern) {
        URI uri = URI.create(text);
        int split = startOfPath(pattern);
        String authority = pattern.substring(0, split);
        if (startOfPath(text) == text.length() && split == pattern.length()) {
            return text.equalsIgnoreCase(pattern);
        }
        if (!text.substring(0, startOfPath(text)).toLowerCase(Locale.ROOT).equals(authority.toLowerCase(Locale.ROOT))) {
            return false;
        }
        if (!uri.normalize().toString().equals(text)
                || text.contains("%2e")
                || text.contains("%2E")
                || text.contains("%2f")
                || text.contains("%2F")) {
            return false;
        }
        return globMatches(text.substring(startOfPath(text)), pattern.substring(split));
    }

    private static int startOfPath(String uri) {
        int colon = uri.indexOf("://");
        if (colon < 0) {
            return uri.indexOf(':') + 1;
        }
        int end = colon + 3;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /** Linear but for what it must try again behind the last star. */
    private static boolean globMatches(String text, String pattern) {
        int at = 0;
        int in = 0;
        int star = -1;
        int resume = 0;
        while (at < text.length()) {
            if (in < pattern.length() && pattern.charAt(in) == '*') {
                star = in++;
                resume = at;
            } else if (in < pattern.length() && pattern.charAt(in) == text.charAt(at)) {
                in++;
                at++;
            } else if (star >= 0) {
                in = star + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (in < pattern.length() && pattern.charAt(in) == '*') {
            in++;
        }
        return in == pattern.length();
    }

    private static Optional<Violation> violation(String rule, String value, String problem) {
        return Optional.of(new Violation(rule, value, "'" + value + "' " + problem, ErrorCode.NAME_NOT_ALLOWED));
    }
}
