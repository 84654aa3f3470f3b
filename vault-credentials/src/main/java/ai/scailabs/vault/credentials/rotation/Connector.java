package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a secret is the login of an account, and is changed with it. Holds nothing secret.
 *
 * @param loginPath the secret with the login that changes the account; absent: the account changes its own password
 * @param usernameField of the secret
 * @param passwordField of the secret
 * @param users two accounts that take turns; empty for one
 * @param members as it was given
 */
public record Connector(
        TargetConfig target,
        @Nullable SecretPath loginPath,
        String usernameField,
        String passwordField,
        List<String> users,
        ObjectNode members) {
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            "type",
            "connection_url",
            "tls",
            "tls_ca_pem",
            "account_host",
            "login_path",
            "username_field",
            "password_field",
            "alternate_users"));
    private static final int LONGEST_NAME = 64;

    public Connector {
        users = List.copyOf(users);
    }

    /**
     * @param development whether a target on this machine may be plain text without saying so
     * @throws VaultException {@code invalid_config} with {@code details.field}
     */
    public static Connector parse(JsonNode given, boolean development) {
        if (!(given instanceof ObjectNode members)) {
            throw invalid("connector", "must be an object");
        }
        members.propertyNames().forEach(name -> {
            if (!KNOWN.contains(name)) {
                throw invalid("connector", "has a member that is none of " + String.join(", ", KNOWN));
            }
        });
        TargetType type = TargetType.of(required(members, "type"))
                .orElseThrow(() -> invalid("connector.type", "must be postgresql, mysql or redis"));
        TargetConfig target = TargetConfig.parse(
                type,
                required(members, "connection_url"),
                text(members, "tls"),
                text(members, "tls_ca_pem"),
                text(members, "account_host"),
                development);
        String login = text(members, "login_path");
        SecretPath loginPath = login == null ? null : new SecretPath(login);
        List<String> users = users(members);
        if (loginPath == null && (type != TargetType.POSTGRESQL || !users.isEmpty())) {
            throw invalid(
                    "connector.login_path", "is required but for one account of PostgreSQL, which may change its own");
        }
        return new Connector(
                target,
                loginPath,
                field(members, "username_field", "username"),
                field(members, "password_field", "password"),
                users,
                members);
    }

    private static List<String> users(ObjectNode members) {
        JsonNode given = members.path("alternate_users");
        if (given.isMissingNode() || given.isNull()) {
            return List.of();
        }
        List<String> users = new ArrayList<>();
        given.forEach(each -> users.add(each.isString() ? each.stringValue() : ""));
        boolean sound = given.isArray()
                && users.size() == 2
                && users.stream().allMatch(Connector::isAccount)
                && !users.getFirst().equals(users.getLast());
        if (!sound) {
            throw invalid("connector.alternate_users", "must be two different accounts");
        }
        return users;
    }

    private static boolean isAccount(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(each -> each >= ' ' && each != 0x7f);
    }

    private static String field(ObjectNode members, String name, String otherwise) {
        String text = text(members, name);
        if (text != null && (text.isEmpty() || text.length() > LONGEST_NAME)) {
            throw invalid("connector." + name, "must be the name of a member of the secret");
        }
        return text == null ? otherwise : text;
    }

    private static String required(ObjectNode members, String name) {
        String text = text(members, name);
        if (text == null) {
            throw invalid("connector." + name, "is required");
        }
        return text;
    }

    private static @Nullable String text(ObjectNode members, String name) {
        JsonNode node = members.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw invalid("connector." + name, "must be text");
        }
        return node.stringValue();
    }

    static VaultException invalid(String field, String problem) {
        return new VaultException(ErrorCode.INVALID_CONFIG, field + " " + problem, Map.of("field", field));
    }

    /** Of the two, the one that is not in use; the same where there is one. */
    String next(String inUse) {
        if (users.isEmpty()) {
            return inUse;
        }
        return users.getLast().equals(inUse) ? users.getFirst() : users.getLast();
    }

    @Override
    public String toString() {
        return "Connector[" + target + "]";
    }
}
