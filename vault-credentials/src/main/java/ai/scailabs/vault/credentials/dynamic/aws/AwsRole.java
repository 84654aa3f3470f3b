package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.aws.AwsRights;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.aws.RoleArn;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a role gives. Its members are called as those of roles of HashiCorp Vault.
 *
 * @param roleArns that may be taken, of {@link Type#ASSUMED_ROLE}
 * @param userPath of {@link Type#IAM_USER}
 */
record AwsRole(
        Type type,
        AwsRights rights,
        List<String> roleArns,
        @Nullable String externalId,
        String userPath) {
    /** Kinds of credentials. */
    enum Type {
        /** A user of IAM with one key, which is deleted with the lease. */
        IAM_USER,
        /** A session of a role. */
        ASSUMED_ROLE,
        /** A session of the engine's own user, narrowed by policies. */
        FEDERATION_TOKEN,
        /** A session of the engine's own user with all that it may do. */
        SESSION_TOKEN;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isSession() {
            return this != IAM_USER;
        }
    }

    private static final String TYPE = "credential_type";
    private static final String POLICY_ARNS = "policy_arns";
    private static final String POLICY_DOCUMENT = "policy_document";
    private static final String GROUPS = "iam_groups";
    private static final String BOUNDARY = "permissions_boundary_arn";
    private static final String USER_PATH = "user_path";
    private static final String ROLE_ARNS = "role_arns";
    private static final String EXTERNAL_ID = "external_id";

    /** As many as IAM attaches to one user. */
    private static final int MOST_POLICIES = 20;
    /** What IAM takes of a user's own policies. */
    private static final int LONGEST_DOCUMENT = 6_144;

    private static final Pattern POLICY_ARN =
            Pattern.compile("arn:aws[a-z-]{0,16}:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}");
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9+=,.@_-]{1,128}");
    private static final Pattern PATH = Pattern.compile("/|/[\\x21-\\x7E]{1,510}/");
    private static final Pattern EXTERNAL = Pattern.compile("[A-Za-z0-9+=,.@:/_-]{2,1224}");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** @throws VaultException {@code validation_error}; {@code invalid_request} for a member that means nothing */
    static AwsRole parse(ObjectNode role) {
        ObjectMembers members = new ObjectMembers(role);
        Type type = type(members.text(TYPE));
        switch (type) {
            case IAM_USER -> members.requireAbsent("is for assumed_role only", ROLE_ARNS, EXTERNAL_ID);
            case ASSUMED_ROLE -> members.requireAbsent("is for iam_user only", GROUPS, BOUNDARY, USER_PATH);
            case FEDERATION_TOKEN ->
                members.requireAbsent(
                        "is not for federation_token", GROUPS, BOUNDARY, USER_PATH, ROLE_ARNS, EXTERNAL_ID);
            case SESSION_TOKEN ->
                members.requireAbsent(
                        "is not for session_token, which has all that the engine's own user may do",
                        GROUPS,
                        BOUNDARY,
                        USER_PATH,
                        ROLE_ARNS,
                        EXTERNAL_ID,
                        POLICY_ARNS,
                        POLICY_DOCUMENT);
        }
        AwsRights rights = new AwsRights(
                each(members, POLICY_ARNS, POLICY_ARN, MOST_POLICIES),
                document(members.json(POLICY_DOCUMENT)),
                each(members, GROUPS, GROUP, MOST_POLICIES),
                one(members, BOUNDARY, POLICY_ARN));
        List<String> roleArns = members.list(ROLE_ARNS);
        for (int i = 0; i < roleArns.size(); i++) {
            require(RoleArn.isOne(roleArns.get(i)), ROLE_ARNS + "[" + i + "]", "is no ARN of a role");
        }
        require(type != Type.ASSUMED_ROLE || !roleArns.isEmpty(), ROLE_ARNS, "must name a role");
        boolean nothing = rights.policyArns().isEmpty()
                && rights.policyDocument() == null
                && rights.groups().isEmpty();
        require(
                !nothing || type == Type.ASSUMED_ROLE || type == Type.SESSION_TOKEN,
                POLICY_DOCUMENT,
                "is required, or policy_arns: else nothing is allowed");
        String path = one(members, USER_PATH, PATH);
        AwsRole parsed = new AwsRole(
                type, rights, List.copyOf(roleArns), one(members, EXTERNAL_ID, EXTERNAL), path == null ? "/" : path);
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

    private static List<String> each(ObjectMembers members, String field, Pattern form, int most) {
        List<String> texts = members.list(field);
        require(texts.size() <= most, field, "has more than " + most + " items");
        for (int i = 0; i < texts.size(); i++) {
            require(form.matcher(texts.get(i)).matches(), field + "[" + i + "]", "has not the form that AWS wants");
        }
        return texts;
    }

    private static @Nullable String one(ObjectMembers members, String field, Pattern form) {
        String text = members.text(field);
        require(text == null || form.matcher(text).matches(), field, "has not the form that AWS wants");
        return text;
    }

    /** A policy as an object, or as a text with one; what it means only AWS knows. */
    private static @Nullable String document(@Nullable JsonNode given) {
        if (given == null) {
            return null;
        }
        JsonNode policy = given;
        if (given.isString()) {
            try {
                policy = JSON.readTree(given.stringValue());
            } catch (JacksonException malformed) {
                throw VaultException.invalidField(POLICY_DOCUMENT, "is no JSON");
            }
        }
        require(policy.isObject(), POLICY_DOCUMENT, "is not an object");
        String text = policy.toString();
        require(text.length() <= LONGEST_DOCUMENT, POLICY_DOCUMENT, "is too long");
        return text;
    }

    private static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw VaultException.invalidField(field, problem);
        }
    }

    /** To be stored and shown. */
    ObjectNode described() {
        ObjectNode role = JSON.createObjectNode().put(TYPE, type.code());
        if (!rights.policyArns().isEmpty()) {
            rights.policyArns().forEach(role.putArray(POLICY_ARNS)::add);
        }
        if (rights.policyDocument() != null) {
            role.set(POLICY_DOCUMENT, JSON.readTree(rights.policyDocument()));
        }
        if (!rights.groups().isEmpty()) {
            rights.groups().forEach(role.putArray(GROUPS)::add);
        }
        if (rights.permissionsBoundary() != null) {
            role.put(BOUNDARY, rights.permissionsBoundary());
        }
        if (type == Type.IAM_USER) {
            role.put(USER_PATH, userPath);
        }
        if (!roleArns.isEmpty()) {
            roleArns.forEach(role.putArray(ROLE_ARNS)::add);
        }
        if (externalId != null) {
            role.put(EXTERNAL_ID, externalId);
        }
        return role;
    }
}
