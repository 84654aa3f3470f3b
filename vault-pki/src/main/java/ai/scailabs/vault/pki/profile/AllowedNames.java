package ai.scailabs.vault.pki.profile;

import java.util.List;

/**
 * Which names a role allows.
 *
 * @param allowedDomains domains, {@code *.domain} for one label before it, or with {@code allowSubdomains} any number
 * @param allowBareDomains a domain of the list itself; patterns with {@code *.} never mean that
 * @param allowWildcards {@code *.x} for what the other rules would allow {@code label.x} for
 * @param allowAnyName everything that is a host name
 * @param enforceHostnames no underscores
 * @param allowedIpRanges CIDR; empty for any address, where addresses are allowed
 * @param allowedUris exact in scheme and host; {@code *} in the path only
 * @param allowedEmailDomains exact; {@code *.domain} for one label before it
 */
public record AllowedNames(
        List<String> allowedDomains,
        boolean allowSubdomains,
        boolean allowBareDomains,
        boolean allowWildcards,
        boolean allowAnyName,
        boolean allowLocalhost,
        boolean enforceHostnames,
        boolean allowIpSans,
        List<String> allowedIpRanges,
        List<String> allowedUris,
        List<String> allowedEmailDomains,
        int maxSans) {
    public static final int DEFAULT_MAX_SANS = 100;

    public AllowedNames {
        allowedDomains = List.copyOf(allowedDomains);
        allowedIpRanges = List.copyOf(allowedIpRanges);
        allowedUris = List.copyOf(allowedUris);
        allowedEmailDomains = List.copyOf(allowedEmailDomains);
    }

    /** Nothing is allowed but the domains, with everything else as it is unless somebody says otherwise. */
    public static AllowedNames of(List<String> allowedDomains) {
        return new AllowedNames(
                allowedDomains,
                false,
                false,
                false,
                false,
                false,
                true,
                false,
                List.of(),
                List.of(),
                List.of(),
                DEFAULT_MAX_SANS);
    }
}
