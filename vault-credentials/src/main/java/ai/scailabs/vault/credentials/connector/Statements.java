package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;

/** What a role says about its accounts, read once. Immutable. */
public sealed interface Statements permits SqlStatements, RedisRules, MongoRoles {
    String CREATION = "creation_statements";
    String RENEW = "renew_statements";
    String REVOCATION = "revocation_statements";
    String ROLLBACK = "rollback_statements";

    /**
     * Empty lists are what a role does not say, so that the target's own way holds.
     *
     * @param creation for Redis, rules of {@code ACL SETUSER}; for MongoDB, one object in JSON
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
                none(RENEW, renew, "as accounts of Redis consist of rules alone");
                none(REVOCATION, revocation, "as accounts of Redis consist of rules alone");
                none(ROLLBACK, rollback, "as accounts of Redis consist of rules alone");
                yield RedisRules.parse(creation);
            }
            case MONGODB -> {
                none(RENEW, renew, "as users of MongoDB have no end");
                none(ROLLBACK, rollback, "as a user of MongoDB is made by one command");
                yield MongoRoles.parse(creation, revocation);
            }
        };
    }

    private static void none(String field, List<String> statements, String reason) {
        if (!statements.isEmpty()) {
            throw VaultException.invalidField(field, "must be absent, " + reason);
        }
    }
}
