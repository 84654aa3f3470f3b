package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;

/** What a role says about its accounts, read once. Immutable. */
public sealed interface Statements permits SqlStatements, RedisRules {
    String CREATION = "creation_statements";
    String RENEW = "renew_statements";
    String REVOCATION = "revocation_statements";
    String ROLLBACK = "rollback_statements";

    /**
     * Empty lists are what a role does not say, so that the target's own way holds.
     *
     * @param creation for Redis, rules of {@code ACL SETUSER}
     * @throws VaultException {@code validation_error} with the statement, and where in it
     */
    static Statements parse(
            TargetType type,
            List<String> creation,
            List<String> renew,
            List<String> revocation,
            List<String> rollback) {
        return switch (type) {
            case POSTGRESQL -> SqlStatements.parse(SqlDialect.POSTGRESQL, creation, renew, revocation, rollback);
            case MYSQL -> SqlStatements.parse(SqlDialect.MYSQL, creation, renew, revocation, rollback);
            case REDIS -> {
                none(RENEW, renew);
                none(REVOCATION, revocation);
                none(ROLLBACK, rollback);
                yield RedisRules.parse(creation);
            }
        };
    }

    private static void none(String field, List<String> statements) {
        if (!statements.isEmpty()) {
            throw VaultException.invalidField(field, "must be absent, as accounts of Redis consist of rules alone");
        }
    }
}
