package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a role lets a certificate say. The one place that says so; how long certificates live is not among it. Its members are called as those of roles of HashiCorp Vault, where they have them; but names are exact, and
 * nothing means everybody. Immutable.
 */
public final class SshRoleRules {
    /** By how much certificates begin earlier than they are made, for servers whose clocks are behind. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private static final String CERT_TYPE = "cert_type";
    private static final String KEY_TYPES = "allowed_key_types";
    private static final String RSA_BITS = "min_rsa_bits";

    private final AllowedNames names;
    private final AllowedOptions options;
    private final Set<SubjectKeyType> keyTypes;
    private final int minRsaBits;

    private SshRoleRules(AllowedNames names, AllowedOptions options, Set<SubjectKeyType> keyTypes, int minRsaBits) {
        this.names = names;
        this.options = options;
        this.keyTypes = Collections.unmodifiableSet(keyTypes);
        this.minRsaBits = minRsaBits;
    }

    /**
     * Reads these members, all but names optional: {@code cert_type} ({@code user}, or {@code host}); for users {@code allowed_users}, {@code default_user}, {@code allowed_critical_options},
     * {@code default_critical_options}, {@code allowed_extensions} and {@code default_extensions}; for hosts {@code allowed_domains}, {@code allow_bare_domains} and {@code allow_subdomains}; for both
     * {@code allowed_key_types}, absent for all, and {@code min_rsa_bits}. Lists may be texts with commas.
     *
     * @throws VaultException {@code validation_error}, also for any other member
     */
    public static SshRoleRules parse(JsonNode role) {
        ObjectMembers members = new ObjectMembers(role);
        String named = members.text(CERT_TYPE);
        SshCertificateType type = named == null
                ? SshCertificateType.USER
                : SshCertificateType.of(named)
                        .orElseThrow(() -> VaultException.invalidField(CERT_TYPE, "is neither user nor host"));
        AllowedNames names = switch (type) {
            case USER -> AllowedNames.Users.read(members);
            case HOST -> AllowedNames.Hosts.read(members);
        };
        AllowedOptions options = AllowedOptions.read(members, type);
        Set<SubjectKeyType> keyTypes = keyTypes(members.list(KEY_TYPES));
        if (!keyTypes.contains(SubjectKeyType.RSA)) {
            members.requireAbsent("is for roles that allow ssh-rsa only", RSA_BITS);
        }
        int minRsaBits =
                members.number(RSA_BITS, SubjectKey.MIN_RSA_BITS, SubjectKey.MIN_RSA_BITS, SubjectKey.MAX_RSA_BITS);
        members.requireNothingElse();
        return new SshRoleRules(names, options, keyTypes, minRsaBits);
    }

    private static Set<SubjectKeyType> keyTypes(List<String> listed) {
        EnumSet<SubjectKeyType> types = EnumSet.noneOf(SubjectKeyType.class);
        for (String name : listed) {
            types.add(SubjectKeyType.of(name)
                    .orElseThrow(() -> VaultException.invalidField(
                            KEY_TYPES, "has what is no type of key as OpenSSH writes it, such as ssh-ed25519")));
        }
        return types.isEmpty() ? EnumSet.allOf(SubjectKeyType.class) : types;
    }

    public SshCertificateType type() {
        return names.type();
    }

    /** Puts what {@link #parse} reads into a role that is to be stored or shown. */
    public void describe(ObjectNode role) {
        role.put(CERT_TYPE, names.type().code());
        names.describe(role);
        if (names.type() == SshCertificateType.USER) {
            options.describe(role);
        }
        if (keyTypes.size() < SubjectKeyType.values().length) {
            keyTypes.stream().map(SubjectKeyType::wireName).forEach(role.putArray(KEY_TYPES)::add);
        }
        if (keyTypes.contains(SubjectKeyType.RSA)) {
            role.put(RSA_BITS, minRsaBits);
        }
    }

    /**
     * @param notBefore the present; the certificate begins {@link #CLOCK_SKEW} earlier
     * @param notAfter when the lease ends, and with it the certificate, in the second that has begun
     * @param keyId for the logs of servers: up to 255 characters, none of them hidden
     * @param serial as {@link SshCertificate#randomSerial} makes them
     * @throws VaultException {@code name_not_allowed} for a principal, {@code validation_error} for all else that the role does not allow
     * @throws IllegalArgumentException for times, a key id or a number that no certificate can have
     */
    public SshCertificate certify(
            SshRequest request, SubjectKey key, Instant notBefore, Instant notAfter, String keyId, long serial) {
        requireAllowed(key);
        List<String> principals = names.granted(request.principals());
        if (type() == SshCertificateType.HOST) {
            requireNoOptions(request);
        }
        if (!notAfter.isAfter(notBefore)) {
            throw new IllegalArgumentException("a certificate ends after it begins");
        }
        return new SshCertificate(
                type(),
                key,
                serial,
                keyId,
                principals,
                notBefore.minus(CLOCK_SKEW).getEpochSecond(),
                notAfter.getEpochSecond(),
                options.critical(request.criticalOptions()),
                options.extensions(request.extensions()));
    }

    private void requireAllowed(SubjectKey key) {
        if (!keyTypes.contains(key.type())) {
            throw SubjectKey.refused("is of a type that the role does not allow");
        }
        if (key.type() == SubjectKeyType.RSA && key.bits() < minRsaBits) {
            throw SubjectKey.refused("has fewer than the " + minRsaBits + " bits that the role wants of RSA");
        }
    }

    private static void requireNoOptions(SshRequest request) {
        if (!request.criticalOptions().isEmpty()) {
            throw VaultException.invalidField("critical_options", "are for certificates of users only");
        }
        if (request.extensions() != null && !request.extensions().isEmpty()) {
            throw VaultException.invalidField("extensions", "are for certificates of users only");
        }
    }
}
