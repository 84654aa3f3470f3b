package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a user of MongoDB may do, as roles of HashiCorp Vault say it: {@code {"db": "admin", "roles": [{"role": "readWrite", "db": "app"}]}}. Names are values and nothing else.
 *
 * @param database whose user it is
 */
public record MongoRoles(String database, List<Grant> grants) implements Statements {
    /** @param database where the role is known; absent: the user's own */
    public record Grant(String role, @Nullable String database) {}

    private static final String DB = "db";
    private static final String ROLES = "roles";
    private static final String ROLE = "role";
    private static final String USERS = "admin";
    private static final int MOST_BYTES = 8 * 1024;
    private static final int MOST_ROLES = 32;
    private static final int LONGEST_ROLE = 128;
    private static final int DEEPEST = 4;
    /** What MongoDB takes on every system; users of {@code $external} have no passwords. */
    private static final Pattern DATABASE = Pattern.compile("[^\\p{Cntrl}/\\\\. \"$*<>:|?]{1,63}");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public MongoRoles {
        grants = List.copyOf(grants);
    }

    /** @throws VaultException {@code validation_error} with the statement; repeats nothing of it */
    static MongoRoles parse(List<String> creation, List<String> revocation) {
        ObjectNode made = object(CREATION, creation, Set.of(DB, ROLES));
        ObjectNode ended = object(REVOCATION, revocation, Set.of(DB));
        String database = database(CREATION, made, USERS);
        if (!database(REVOCATION, ended, database).equals(database)) {
            throw invalid(REVOCATION, "must name the same db as " + CREATION + ", where the user is");
        }
        return new MongoRoles(database, grants(made));
    }

    private static ObjectNode object(String field, List<String> statements, Set<String> known) {
        if (statements.isEmpty()) {
            return JSON.createObjectNode();
        }
        if (statements.size() > 1) {
            throw VaultException.invalidField(field, "must be one object, as one command does all of it");
        }
        String text = statements.getFirst();
        if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw invalid(field, "must be at most 8 KiB");
        }
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                requireOnly(field, object, known);
                return object;
            }
        } catch (JacksonException malformed) {
            throw invalid(field, "must be an object in JSON, each member once");
        }
        throw invalid(field, "must be an object in JSON, each member once");
    }

    private static void requireOnly(String field, ObjectNode object, Set<String> known) {
        if (!known.containsAll(object.propertyNames())) {
            throw invalid(field, "has a member that is unknown");
        }
    }

    private static String database(String field, ObjectNode object, String otherwise) {
        JsonNode given = object.path(DB);
        if (given.isMissingNode()) {
            return otherwise;
        }
        if (!given.isString() || !DATABASE.matcher(given.stringValue()).matches()) {
            throw invalid(field, "has a db that is none");
        }
        return given.stringValue();
    }

    private static List<Grant> grants(ObjectNode made) {
        JsonNode given = made.path(ROLES);
        if (given.isMissingNode()) {
            return List.of();
        }
        if (!given.isArray() || given.size() > MOST_ROLES) {
            throw invalid(CREATION, "must have at most " + MOST_ROLES + " roles");
        }
        List<Grant> grants = new ArrayList<>();
        given.forEach(each -> grants.add(grant(each)));
        return grants;
    }

    private static Grant grant(JsonNode given) {
        if (!(given instanceof ObjectNode object) || !object.path(ROLE).isString()) {
            throw invalid(CREATION, "must have roles of the form {\"role\": \"readWrite\", \"db\": \"app\"}");
        }
        requireOnly(CREATION, object, Set.of(ROLE, DB));
        String role = object.path(ROLE).stringValue();
        if (role.isEmpty() || role.length() > LONGEST_ROLE || role.indexOf('\0') >= 0) {
            throw invalid(CREATION, "has a role that is none");
        }
        String database = database(CREATION, object, "");
        return new Grant(role, database.isEmpty() ? null : database);
    }

    private static VaultException invalid(String field, String problem) {
        return VaultException.invalidField(field + "[0]", problem);
    }
}
