package ai.scailabs.vault.credentials.dynamic.database;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Targets;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Accounts of databases, made by the statements of roles. */
public final class DatabaseEngines implements EngineType {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Targets targets;
    private final RootLogins logins;
    private final MadeValues values;
    private final AccountNames names;
    private final boolean development;

    /** @param development whether a target on this machine may be plain text without saying so */
    public DatabaseEngines(
            Targets targets, RootLogins logins, MadeValues values, AccountNames names, boolean development) {
        this.targets = targets;
        this.logins = logins;
        this.values = values;
        this.names = names;
        this.development = development;
    }

    @Override
    public Set<EngineKind> kinds() {
        return EnumSet.of(EngineKind.POSTGRESQL, EngineKind.MYSQL, EngineKind.REDIS, EngineKind.MONGODB);
    }

    @Override
    public Prepared prepare(Engine engine) {
        DatabaseConfig _ = DatabaseConfig.parse(engine.config(), development);
        return Prepared.of(engine.config());
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        ObjectMembers given = new ObjectMembers(members);
        ObjectNode kept = JSON.createObjectNode();
        for (String field :
                List.of(Statements.CREATION, Statements.RENEW, Statements.REVOCATION, Statements.ROLLBACK)) {
            given.texts(field).forEach(kept.putArray(field)::add);
        }
        given.requireNothingElse();
        RoleRecipe recipe = new RoleRecipe(kept);
        DatabaseSource.statements(DatabaseConfig.targetType(config), recipe);
        return recipe;
    }

    /** What was written plain in development stays so. */
    @Override
    public CredentialSource open(Engine engine) {
        DatabaseConfig config = DatabaseConfig.parse(engine.config(), true);
        return new DatabaseSource(
                DatabaseConfig.targetType(engine.config()),
                targets.open(config.target(), logins.login(engine, config.rootPath(), "username", "password")),
                values,
                names);
    }
}
