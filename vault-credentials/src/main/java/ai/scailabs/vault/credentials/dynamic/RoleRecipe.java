package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The statements of a role as they were written; empty lists are what it does not say. For Redis, {@code creation} are rules of {@code ACL SETUSER}. */
public record RoleRecipe(List<String> creation, List<String> renew, List<String> revocation, List<String> rollback) {
    private static final JsonMapper JSON = JsonMapper.shared();

    public RoleRecipe {
        creation = List.copyOf(creation);
        renew = List.copyOf(renew);
        revocation = List.copyOf(revocation);
        rollback = List.copyOf(rollback);
    }

    /** @throws VaultException {@code validation_error} with the statement, and where in it */
    public Statements parsed(EngineKind kind) {
        return Statements.parse(kind.target(), creation, renew, revocation, rollback);
    }

    static List<String> list(String field, @Nullable List<@Nullable String> given) {
        List<String> texts = new ArrayList<>();
        for (String each : given == null ? List.<@Nullable String>of() : given) {
            if (each == null) {
                throw VaultException.invalidField(field, "has an entry that is null");
            }
            texts.add(each);
        }
        return texts;
    }

    /** To be kept. */
    public String encoded() {
        return JSON.writeValueAsString(Map.of(
                Statements.CREATION,
                creation,
                Statements.RENEW,
                renew,
                Statements.REVOCATION,
                revocation,
                Statements.ROLLBACK,
                rollback));
    }

    /** The reverse of {@link #encoded()}. */
    public static RoleRecipe of(String encoded) {
        JsonNode root = JSON.readTree(encoded);
        return new RoleRecipe(
                texts(root.path(Statements.CREATION)),
                texts(root.path(Statements.RENEW)),
                texts(root.path(Statements.REVOCATION)),
                texts(root.path(Statements.ROLLBACK)));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asString()));
        return texts;
    }

    @Override
    public String toString() {
        return "RoleRecipe[" + creation.size() + " statements]";
    }
}
