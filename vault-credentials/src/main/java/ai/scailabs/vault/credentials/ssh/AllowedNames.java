package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** For whom a role certifies keys. Nobody is named by a pattern. */
sealed interface AllowedNames {
    /**
     * @param requested as somebody asked for them
     * @return those that the certificate has, never none
     * @throws VaultException {@code name_not_allowed}, or {@code validation_error} for what is no name
     */
    List<String> granted(List<String> requested);

    SshCertificateType type();

    void describe(ObjectNode role);

    /** @param defaultName for requests that name nobody; allowed as the others are */
    record Users(SortedSet<String> allowed, @Nullable String defaultName) implements AllowedNames {
        static Users read(ObjectMembers members) {
            members.requireAbsent(
                    "is for roles of cert_type host only", "allowed_domains", "allow_bare_domains", "allow_subdomains");
            SortedSet<String> allowed = new TreeSet<>();
            List<String> names = members.list("allowed_users");
            for (int i = 0; i < names.size(); i++) {
                allowed.add(checked(SshCertificateType.USER, "allowed_users[" + i + "]", names.get(i)));
            }
            String defaultName = members.text("default_user");
            if (defaultName != null && defaultName.isEmpty()) {
                defaultName = null;
            }
            if (defaultName != null) {
                checked(SshCertificateType.USER, "default_user", defaultName);
            } else if (allowed.isEmpty()) {
                throw VaultException.invalidField(
                        "allowed_users", "must name somebody, unless there is a default_user");
            }
            return new Users(allowed, defaultName);
        }

        @Override
        public List<String> granted(List<String> requested) {
            if (requested.isEmpty() && defaultName != null) {
                return List.of(defaultName);
            }
            return each(requested, SshCertificateType.USER, name -> allowed.contains(name) || name.equals(defaultName));
        }

        @Override
        public SshCertificateType type() {
            return SshCertificateType.USER;
        }

        @Override
        public void describe(ObjectNode role) {
            allowed.forEach(role.putArray("allowed_users")::add);
            if (defaultName != null) {
                role.put("default_user", defaultName);
            }
        }
    }

    /**
     * @param bare whether a host may be called as one of the domains
     * @param below whether it may be called as something below one
     */
    record Hosts(SortedSet<String> domains, boolean bare, boolean below) implements AllowedNames {
        static Hosts read(ObjectMembers members) {
            members.requireAbsent("is for roles of cert_type user only", "allowed_users", "default_user");
            SortedSet<String> domains = new TreeSet<>();
            List<String> names = members.list("allowed_domains");
            for (int i = 0; i < names.size(); i++) {
                String name = PrincipalSyntax.lowerCase(names.get(i));
                domains.add(checked(SshCertificateType.HOST, "allowed_domains[" + i + "]", name));
            }
            if (domains.isEmpty()) {
                throw VaultException.invalidField("allowed_domains", "must name a domain");
            }
            boolean bare = members.flag("allow_bare_domains");
            boolean below = members.flag("allow_subdomains");
            if (!bare && !below) {
                throw VaultException.invalidField(
                        "allow_subdomains", "must be true, or allow_bare_domains: else there is no host to certify");
            }
            return new Hosts(domains, bare, below);
        }

        @Override
        public List<String> granted(List<String> requested) {
            return each(
                    requested.stream().map(PrincipalSyntax::lowerCase).toList(), SshCertificateType.HOST, this::allows);
        }

        private boolean allows(String name) {
            return domains.stream()
                    .anyMatch(domain -> (bare && name.equals(domain)) || (below && name.endsWith("." + domain)));
        }

        @Override
        public SshCertificateType type() {
            return SshCertificateType.HOST;
        }

        @Override
        public void describe(ObjectNode role) {
            domains.forEach(role.putArray("allowed_domains")::add);
            role.put("allow_bare_domains", bare);
            role.put("allow_subdomains", below);
        }
    }

    /** Whether one name is. */
    interface Rule {
        boolean allows(String name);
    }

    private static List<String> each(List<String> requested, SshCertificateType type, Rule rule) {
        if (requested.isEmpty()) {
            throw VaultException.invalidField("valid_principals", "must name somebody: nobody is meant by none");
        }
        if (requested.size() > SshCertificate.MAX_PRINCIPALS) {
            throw VaultException.invalidField(
                    "valid_principals", "has more than " + SshCertificate.MAX_PRINCIPALS + " names");
        }
        List<String> granted = new ArrayList<>();
        for (int i = 0; i < requested.size(); i++) {
            String field = "valid_principals[" + i + "]";
            String name = checked(type, field, requested.get(i));
            if (!rule.allows(name)) {
                throw new VaultException(
                        ErrorCode.NAME_NOT_ALLOWED,
                        field + " is not allowed by the role",
                        Map.of(
                                "rule",
                                type == SshCertificateType.USER ? "allowed_users" : "allowed_domains",
                                "field",
                                field));
            }
            granted.add(name);
        }
        return granted;
    }

    private static String checked(SshCertificateType type, String field, String name) {
        Optional<String> problem = PrincipalSyntax.problem(type, name);
        if (problem.isPresent()) {
            throw VaultException.invalidField(field, problem.get());
        }
        return name;
    }
}
