package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An account at a database, with a password.
 *
 * @param loginPath the secret with the login that changes the account; absent: the account changes its own password
 * @param usernameField of the secret
 * @param passwordField of the secret
 * @param user the account; absent until the secret told it, or where two take turns
 * @param users two accounts that take turns; empty for one
 */
record AccountConnector(
        TargetConfig target,
        @Nullable SecretPath loginPath,
        String usernameField,
        String passwordField,
        @Nullable String user,
        List<String> users,
        ObjectNode members)
        implements Connector {
    private static final int LONGEST_NAME = 64;
    private static final String USERNAME = "username";

    AccountConnector {
        users = List.copyOf(users);
    }

    /** One that is alone has its new password in place of the old one. */
    @Override
    public boolean leavesReplaced() {
        return !users.isEmpty();
    }

    static AccountConnector parse(TargetType type, ConnectorMembers members, boolean development) {
        members.requireNoneBut(
                "type",
                "connection_url",
                "tls",
                "tls_ca_pem",
                "account_host",
                "login_path",
                "username",
                "username_field",
                "password_field",
                "alternate_users");
        TargetConfig target = TargetConfig.parse(
                type,
                members.required("connection_url"),
                members.text("tls"),
                members.text("tls_ca_pem"),
                members.text("account_host"),
                development);
        SecretPath loginPath = members.path("login_path");
        List<String> users = users(members.given());
        if (loginPath == null && (type != TargetType.POSTGRESQL || !users.isEmpty())) {
            throw ConnectorMembers.invalid(
                    "connector.login_path", "is required but for one account of PostgreSQL, which may change its own");
        }
        String user = members.text(USERNAME);
        if (user != null && (!users.isEmpty() || !isAccount(user))) {
            throw ConnectorMembers.invalid("connector.username", "must be an account, and the only one");
        }
        return new AccountConnector(
                target,
                loginPath,
                members.field("username_field", USERNAME),
                members.field("password_field", "password"),
                user,
                users,
                members.given());
    }

    /** The same, for the account that the secret names now, and for no other from then on. */
    AccountConnector of(String named) {
        if (user != null || !users.isEmpty()) {
            return this;
        }
        if (!isAccount(named)) {
            throw ConnectorMembers.invalid("connector.username_field", "must name an account");
        }
        return new AccountConnector(
                target,
                loginPath,
                usernameField,
                passwordField,
                named,
                users,
                members.deepCopy().put(USERNAME, named));
    }

    /**
     * Whoever may write the secret chooses a name in it, and not whose password the login at {@code login_path} changes.
     *
     * @throws VaultException {@code invalid_config}
     */
    void requireAccount(String named) {
        if (!users.isEmpty() && !users.contains(named)) {
            throw ConnectorMembers.invalid("connector.alternate_users", "must have the secret's user among them");
        }
        if (user != null && !user.equals(named)) {
            throw ConnectorMembers.invalid("connector.username", "must be the account that the secret names");
        }
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
                && users.stream().allMatch(AccountConnector::isAccount)
                && !users.getFirst().equals(users.getLast());
        if (!sound) {
            throw ConnectorMembers.invalid("connector.alternate_users", "must be two different accounts");
        }
        return users;
    }

    private static boolean isAccount(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(each -> each >= ' ' && each != 0x7f);
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
        return "AccountConnector[" + target + "]";
    }
}
