package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Critical options and extensions of a role.
 *
 * @param allowedCritical that a request may set as it likes
 * @param setCritical that every certificate has as they are
 * @param allowedExtensions that a request may have, those of vendors with any value
 * @param setExtensions that a certificate has unless its request says otherwise
 */
record AllowedOptions(
        SortedSet<String> allowedCritical,
        SortedMap<String, String> setCritical,
        SortedSet<String> allowedExtensions,
        SortedMap<String, String> setExtensions) {
    private static final String ALLOWED_CRITICAL = "allowed_critical_options";
    private static final String DEFAULT_CRITICAL = "default_critical_options";
    private static final String ALLOWED_EXTENSIONS = "allowed_extensions";
    private static final String DEFAULT_EXTENSIONS = "default_extensions";
    private static final String CRITICAL = "critical_options";
    private static final String EXTENSIONS = "extensions";

    static AllowedOptions read(ObjectMembers members, SshCertificateType type) {
        if (type == SshCertificateType.HOST) {
            members.requireAbsent(
                    "is for roles of cert_type user only: hosts have no options",
                    ALLOWED_CRITICAL,
                    DEFAULT_CRITICAL,
                    ALLOWED_EXTENSIONS,
                    DEFAULT_EXTENSIONS);
        }
        Map<String, String> critical = members.map(DEFAULT_CRITICAL);
        Map<String, String> extensions = members.map(DEFAULT_EXTENSIONS);
        OptionSyntax.requireCritical(DEFAULT_CRITICAL, critical);
        OptionSyntax.requireExtensions(DEFAULT_EXTENSIONS, extensions);
        return new AllowedOptions(
                names(members, ALLOWED_CRITICAL, OptionSyntax::isCritical),
                new TreeMap<>(critical),
                names(members, ALLOWED_EXTENSIONS, OptionSyntax::isExtension),
                new TreeMap<>(extensions));
    }

    private static SortedSet<String> names(ObjectMembers members, String member, Predicate<String> isName) {
        SortedSet<String> names = new TreeSet<>();
        for (String name : members.list(member)) {
            if (!isName.test(name)) {
                throw VaultException.invalidField(
                        member, "has what is no name of an option: each is listed, and * is none");
            }
            names.add(name);
        }
        return names;
    }

    /** What the role sets stays as it is, whatever else is allowed. */
    SortedMap<String, String> critical(Map<String, String> requested) {
        OptionSyntax.requireCritical(CRITICAL, requested);
        SortedMap<String, String> granted = new TreeMap<>(setCritical);
        requested.forEach((name, value) -> {
            String set = setCritical.get(name);
            if (set != null && !set.equals(value)) {
                throw VaultException.invalidField(CRITICAL + "." + name, "is set by the role to something else");
            }
            if (set == null && !allowedCritical.contains(name)) {
                throw VaultException.invalidField(CRITICAL + "." + name, "is not allowed by the role");
            }
            granted.put(name, value);
        });
        return granted;
    }

    /** Whoever asks for some gets these alone; to leave some out is always allowed. */
    SortedMap<String, String> extensions(@Nullable Map<String, String> requested) {
        if (requested == null) {
            return setExtensions;
        }
        OptionSyntax.requireExtensions(EXTENSIONS, requested);
        requested.forEach((name, value) -> {
            if (!allowedExtensions.contains(name) && !value.equals(setExtensions.get(name))) {
                // The name is one of OpenSSH's own, or one that somebody made.
                String field = OptionSyntax.EXTENSIONS.contains(name) ? EXTENSIONS + "." + name : EXTENSIONS;
                throw VaultException.invalidField(field, "is not allowed by the role");
            }
        });
        return new TreeMap<>(requested);
    }

    void describe(ObjectNode role) {
        allowedCritical.forEach(role.putArray(ALLOWED_CRITICAL)::add);
        setCritical.forEach(role.putObject(DEFAULT_CRITICAL)::put);
        allowedExtensions.forEach(role.putArray(ALLOWED_EXTENSIONS)::add);
        setExtensions.forEach(role.putObject(DEFAULT_EXTENSIONS)::put);
    }
}
