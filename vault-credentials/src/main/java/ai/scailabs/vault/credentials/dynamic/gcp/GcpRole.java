package ai.scailabs.vault.credentials.dynamic.gcp;

import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a role gives. Its members are called as those of static and impersonated accounts of HashiCorp Vault.
 *
 * @param email of the service account
 * @param scopes of tokens
 * @param extended whether the organisation lets tokens of the service account live for twelve hours
 */
record GcpRole(Type type, String email, List<String> scopes, boolean extended) {
    /** Kinds of credentials. */
    enum Type {
        ACCESS_TOKEN,
        SERVICE_ACCOUNT_KEY;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String EMAIL = "service_account_email";
    static final String SCOPES = "token_scopes";
    static final String EXTENDED = "extended_lifetime";

    private static final String TYPE = "secret_type";
    private static final int MOST_SCOPES = 20;
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration LONGEST_EXTENDED = Duration.ofHours(12);
    private static final Pattern ADDRESS =
            Pattern.compile("[a-z0-9][a-z0-9-]{0,99}@[a-z0-9][a-z0-9.-]{0,150}\\.gserviceaccount\\.com");
    private static final Pattern SCOPE = Pattern.compile("https://[A-Za-z0-9./_-]{1,256}|openid|email|profile");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** @throws VaultException {@code validation_error}; {@code invalid_request} for a member that means nothing */
    static GcpRole parse(ObjectNode role) {
        ObjectMembers members = new ObjectMembers(role);
        Type type = type(members.text(TYPE));
        if (type == Type.SERVICE_ACCOUNT_KEY) {
            members.requireAbsent("is for access_token only", SCOPES, EXTENDED);
        }
        String email = members.text(EMAIL);
        if (email == null || !ADDRESS.matcher(email).matches()) {
            throw VaultException.invalidField(EMAIL, "must be the address of a service account");
        }
        List<String> scopes = members.list(SCOPES);
        require(scopes.size() <= MOST_SCOPES, SCOPES, "has more than " + MOST_SCOPES + " items");
        for (int i = 0; i < scopes.size(); i++) {
            require(SCOPE.matcher(scopes.get(i)).matches(), SCOPES + "[" + i + "]", "is no scope of Google's");
        }
        require(type == Type.SERVICE_ACCOUNT_KEY || !scopes.isEmpty(), SCOPES, "must name a scope");
        GcpRole parsed = new GcpRole(type, email, List.copyOf(scopes), members.flag(EXTENDED));
        members.requireNothingElse();
        return parsed;
    }

    private static Type type(@Nullable String code) {
        return Arrays.stream(Type.values())
                .filter(type -> type.code().equals(code))
                .findFirst()
                .orElseThrow(() -> VaultException.invalidField(
                        TYPE,
                        "must be one of "
                                + Arrays.stream(Type.values()).map(Type::code).collect(Collectors.joining(", "))));
    }

    private static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw VaultException.invalidField(field, problem);
        }
    }

    boolean isToken() {
        return type == Type.ACCESS_TOKEN;
    }

    /** Of a token. */
    Duration longest() {
        return extended ? LONGEST_EXTENDED : LONGEST;
    }

    /** To be stored and shown. */
    ObjectNode described() {
        ObjectNode role = JSON.createObjectNode().put(TYPE, type.code()).put(EMAIL, email);
        if (isToken()) {
            scopes.forEach(role.putArray(SCOPES)::add);
            role.put(EXTENDED, extended);
        }
        return role;
    }
}
