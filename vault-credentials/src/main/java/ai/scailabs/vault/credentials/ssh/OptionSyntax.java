package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Critical options and extensions that certificates of users may have, and their values. Who meets an option that they do not know refuses the certificate, so that there are no others. */
final class OptionSyntax {
    static final String FORCE_COMMAND = "force-command";
    static final String SOURCE_ADDRESS = "source-address";
    static final String VERIFY_REQUIRED = "verify-required";

    static final Set<String> CRITICAL = Set.of(FORCE_COMMAND, SOURCE_ADDRESS, VERIFY_REQUIRED);
    static final Set<String> EXTENSIONS = Set.of(
            "permit-pty",
            "permit-port-forwarding",
            "permit-agent-forwarding",
            "permit-X11-forwarding",
            "permit-user-rc",
            "no-touch-required");

    static final int MAX_OPTIONS = 32;
    private static final int MAX_VALUE_BYTES = 4_096;

    /** Names that vendors make, as {@code login@github.com}. */
    private static final Pattern OF_A_VENDOR =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[a-z0-9][a-z0-9.-]{0,126}[a-z0-9]");

    private static final AddressRange ALL_OF_IPV4 =
            AddressRange.parse("0.0.0.0/0").orElseThrow();

    private OptionSyntax() {}

    static boolean isCritical(String name) {
        return CRITICAL.contains(name);
    }

    static boolean isExtension(String name) {
        return EXTENSIONS.contains(name) || OF_A_VENDOR.matcher(name).matches();
    }

    /** @throws VaultException for a name that is none, or a value that it cannot have */
    static void requireCritical(String field, Map<String, String> options) {
        requireFew(field, options);
        options.forEach((name, value) -> {
            if (!isCritical(name)) {
                throw VaultException.invalidField(field, "has an option other than " + listed(CRITICAL));
            }
            criticalProblem(name, value).ifPresent(problem -> {
                throw VaultException.invalidField(field + "." + name, problem);
            });
        });
    }

    /** @throws VaultException for a name that is none, or a value that it cannot have */
    static void requireExtensions(String field, Map<String, String> extensions) {
        requireFew(field, extensions);
        extensions.forEach((name, value) -> {
            if (EXTENSIONS.contains(name)) {
                if (!value.isEmpty()) {
                    throw VaultException.invalidField(field + "." + name, "has no value");
                }
            } else if (!isExtension(name)) {
                throw VaultException.invalidField(
                        field, "has a name other than " + listed(EXTENSIONS) + " and those of vendors, with an @");
            } else if (!isText(value)) {
                throw VaultException.invalidField(field, "has a value that is too long or has a control character");
            }
        });
    }

    private static void requireFew(String field, Map<String, String> options) {
        if (options.size() > MAX_OPTIONS) {
            throw VaultException.invalidField(field, "has more than " + MAX_OPTIONS + " members");
        }
    }

    private static Optional<String> criticalProblem(String name, String value) {
        return switch (name) {
            case FORCE_COMMAND ->
                value.isBlank() || !isText(value)
                        ? Optional.of("must be a command of up to " + MAX_VALUE_BYTES
                                + " bytes, on one line and without control characters")
                        : Optional.empty();
            case SOURCE_ADDRESS ->
                areRanges(value)
                        ? Optional.empty()
                        : Optional.of("must be ranges of addresses in CIDR notation, with commas between them");
            default -> value.isEmpty() ? Optional.empty() : Optional.of("has no value");
        };
    }

    private static boolean isText(String value) {
        return value.getBytes(StandardCharsets.UTF_8).length <= MAX_VALUE_BYTES && PrincipalSyntax.isPrintable(value);
    }

    /** As OpenSSH reads them: it refuses everybody if one range has bits of a host, and those of IPv4 in the form of IPv6 hold nobody. */
    private static boolean areRanges(String value) {
        if (value.length() > MAX_VALUE_BYTES) {
            return false;
        }
        for (String text : value.split(",", -1)) {
            Optional<AddressRange> range = AddressRange.parse(text);
            if (range.isEmpty() || range.get().hasHostBits() || isMapped(text)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMapped(String range) {
        int slash = range.indexOf('/');
        Optional<IpAddress> address = IpAddress.parse(slash < 0 ? range : range.substring(0, slash));
        return range.indexOf(':') >= 0 && address.filter(ALL_OF_IPV4::contains).isPresent();
    }

    static String listed(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }
}
