package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which zones of a provider are used: {@code example.org} is the zone of this name, {@code *.example.org} every zone below it that the provider has. None is all that it has.
 *
 * @param patterns in small letters, without a dot at their end
 */
public record ManagedZones(List<String> patterns) {
    private static final int MOST = 200;
    private static final String BELOW = "*.";

    public ManagedZones {
        patterns = List.copyOf(patterns);
    }

    /** @throws VaultException {@code validation_error} */
    static ManagedZones parse(ProviderType type, List<String> texts) {
        if (texts.size() > MOST) {
            throw VaultException.invalidField("managed_zones", "has at most " + MOST + " entries");
        }
        Set<String> patterns = new LinkedHashSet<>();
        for (String text : texts) {
            String plain = DnsName.plain(text);
            if (!DnsName.isName(plain.startsWith(BELOW) ? plain.substring(BELOW.length()) : plain)) {
                throw VaultException.invalidField(
                        "managed_zones",
                        "has an entry that is neither the name of a zone, in ASCII, nor *. before one");
            }
            patterns.add(plain);
        }
        ManagedZones zones = new ManagedZones(new ArrayList<>(patterns));
        if (!type.lists() && zones.exact().size() != patterns.size()) {
            throw VaultException.invalidField(
                    "managed_zones", "must name each zone: a provider of this type cannot say which it has");
        }
        if (!type.lists() && patterns.isEmpty()) {
            throw VaultException.invalidField(
                    "managed_zones", "is required: a provider of this type cannot say which it has");
        }
        return zones;
    }

    /** Those that are named. */
    List<String> exact() {
        return patterns.stream().filter(pattern -> !pattern.startsWith(BELOW)).toList();
    }

    /** The longest zone that is named and has the name in it. */
    Optional<String> named(String name) {
        return longest(exact(), name);
    }

    /** Whether the provider must be asked for its zones to know whether one of those that are not named has the name in it. */
    boolean mayHave(String name) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> isBelow(pattern, name));
    }

    /** Whether the zone, which the provider has, is used. */
    boolean include(String zone) {
        return patterns.isEmpty()
                || patterns.contains(zone)
                || patterns.stream().anyMatch(pattern -> isBelow(pattern, zone));
    }

    private static boolean isBelow(String pattern, String name) {
        return pattern.startsWith(BELOW) && name.endsWith(pattern.substring(1));
    }

    /** The longest of the zones that has the name in it. */
    static Optional<String> longest(Collection<String> zones, String name) {
        return zones.stream().filter(zone -> DnsName.isWithin(name, zone)).max(Comparator.comparingInt(String::length));
    }
}
