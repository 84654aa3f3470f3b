package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What an authority and all below it may name (RFC 5280 §4.2.1.10): eight lists. A kind of name that has a permitted list must be in it; whatever is excluded wins.
 *
 * @param permittedDns domains without a leading dot; each stands for itself and everything below it
 * @param permittedIp ranges such as {@code 10.0.0.0/8}
 * @param permittedEmail mailboxes ({@code a@b.example}), hosts ({@code b.example}), or domains below ({@code .b.example})
 * @param permittedUri hosts ({@code b.example}) or domains below ({@code .b.example}), never whole URIs
 */
public record NameConstraints(
        List<String> permittedDns,
        List<String> excludedDns,
        List<String> permittedIp,
        List<String> excludedIp,
        List<String> permittedEmail,
        List<String> excludedEmail,
        List<String> permittedUri,
        List<String> excludedUri) {
    public static final NameConstraints NONE =
            new NameConstraints(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** @throws VaultException {@code validation_error} that names the list and what is wrong with its entry */
    public NameConstraints {
        permittedDns = each("permitted_dns", permittedDns, NameConstraints::dnsProblem);
        excludedDns = each("excluded_dns", excludedDns, NameConstraints::dnsProblem);
        permittedIp = each("permitted_ip", permittedIp, NameConstraints::ipProblem);
        excludedIp = each("excluded_ip", excludedIp, NameConstraints::ipProblem);
        permittedEmail = each("permitted_email", permittedEmail, NameConstraints::emailProblem);
        excludedEmail = each("excluded_email", excludedEmail, NameConstraints::emailProblem);
        permittedUri = each("permitted_uri", permittedUri, NameConstraints::hostProblem);
        excludedUri = each("excluded_uri", excludedUri, NameConstraints::hostProblem);
    }

    /**
     * Itself. Asked of new ones alone: those that an authority has must be read whatever the rule is by now.
     *
     * @throws VaultException {@code validation_error} for a label that looks like an A-label and is none
     */
    public NameConstraints asked() {
        requireALabels("permitted_dns", permittedDns);
        requireALabels("excluded_dns", excludedDns);
        requireALabels("permitted_email", permittedEmail);
        requireALabels("excluded_email", excludedEmail);
        requireALabels("permitted_uri", permittedUri);
        requireALabels("excluded_uri", excludedUri);
        return this;
    }

    private static void requireALabels(String field, List<String> entries) {
        for (String entry : entries) {
            if (!NameSyntax.areALabels(entry.substring(entry.indexOf('@') + 1))) {
                throw VaultException.invalidField(
                        "name_constraints." + field, "must have no label that looks like an A-label and is none");
            }
        }
    }

    private static List<String> each(String field, List<String> entries, Function<String, Optional<String>> problemOf) {
        for (String entry : entries) {
            problemOf.apply(entry).ifPresent(problem -> {
                throw VaultException.invalidField("name_constraints." + field, problem);
            });
        }
        return entries.stream().distinct().toList();
    }

    private static Optional<String> dnsProblem(String domain) {
        return isDomain(domain)
                ? Optional.empty()
                : Optional.of("must be domains in lower case, without a leading dot or wildcard");
    }

    private static Optional<String> ipProblem(String range) {
        Optional<AddressRange> parsed = AddressRange.parse(range);
        return parsed.isPresent() && !parsed.get().hasHostBits() && !isMapped(range)
                ? Optional.empty()
                : Optional.of("must be ranges such as 10.0.0.0/8 whose address is the first of the range");
    }

    private static boolean isMapped(String range) {
        return range.indexOf(':') >= 0 && range.indexOf('.') >= 0;
    }

    private static Optional<String> emailProblem(String mailboxOrHost) {
        if (mailboxOrHost.indexOf('@') < 0) {
            return hostProblem(mailboxOrHost).map(_ -> "must be mailboxes, hosts, or domains with a leading dot");
        }
        try {
            NameSyntax.requireEmail(mailboxOrHost);
            return Optional.empty();
        } catch (VaultException notAMailbox) {
            return Optional.of("must be mailboxes, hosts, or domains with a leading dot");
        }
    }

    private static Optional<String> hostProblem(String host) {
        return isDomain(host.startsWith(".") ? host.substring(1) : host)
                ? Optional.empty()
                : Optional.of("must be hosts, or domains with a leading dot, in lower case and not whole URIs");
    }

    private static boolean isDomain(String text) {
        if (text.indexOf('*') >= 0) {
            return false;
        }
        try {
            NameSyntax.requireDns(text);
            return true;
        } catch (VaultException notADomain) {
            return false;
        }
    }

    public boolean isEmpty() {
        return Stream.of(
                        permittedDns,
                        excludedDns,
                        permittedIp,
                        excludedIp,
                        permittedEmail,
                        excludedEmail,
                        permittedUri,
                        excludedUri)
                .allMatch(List::isEmpty);
    }
}
