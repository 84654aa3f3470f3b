package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a connector member by member. A refusal is {@code invalid_config}, names the member in {@code details.field} and repeats nothing of it. */
record ConnectorMembers(ObjectNode given) {
    private static final int LONGEST_NAME = 64;

    void requireNoneBut(String... known) {
        Set<String> names = new TreeSet<>(Set.of(known));
        given.propertyNames().forEach(name -> {
            if (!names.contains(name)) {
                throw invalid("connector", "has a member that is none of " + String.join(", ", names));
            }
        });
    }

    String required(String name) {
        String text = text(name);
        if (text == null) {
            throw invalid("connector." + name, "is required");
        }
        return text;
    }

    @Nullable
    String text(String name) {
        JsonNode node = given.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw invalid("connector." + name, "must be text");
        }
        return node.stringValue();
    }

    @Nullable
    SecretPath path(String name) {
        String text = text(name);
        return text == null ? null : new SecretPath(text);
    }

    /** The name of a member of the secret. */
    String field(String name, String otherwise) {
        String text = text(name);
        if (text != null && (text.isEmpty() || text.length() > LONGEST_NAME)) {
            throw invalid("connector." + name, "must be the name of a member of the secret");
        }
        return text == null ? otherwise : text;
    }

    static VaultException invalid(String field, String problem) {
        return new VaultException(ErrorCode.INVALID_CONFIG, field + " " + problem, Map.of("field", field));
    }
}
