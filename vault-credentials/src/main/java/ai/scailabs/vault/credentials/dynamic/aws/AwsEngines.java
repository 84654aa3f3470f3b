package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.aws.AwsAccounts;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Accounts of AWS, used by the key of a user of theirs. */
public final class AwsEngines implements EngineType {
    private final GuardedTransfers transfers;
    private final RootLogins logins;
    private final AccountNames names;
    private final boolean development;

    /** @param development whether an endpoint on this machine may be plain */
    public AwsEngines(GuardedTransfers transfers, RootLogins logins, AccountNames names, boolean development) {
        this.transfers = transfers;
        this.logins = logins;
        this.names = names;
        this.development = development;
    }

    @Override
    public Set<EngineKind> kinds() {
        return Set.of(EngineKind.AWS);
    }

    @Override
    public Prepared prepare(Engine engine) {
        AwsConfig _ = AwsConfig.parse(engine.config(), development);
        return Prepared.of(engine.config());
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        return new RoleRecipe(AwsRole.parse(members).described());
    }

    /** What was written plain in development stays so. */
    @Override
    public CredentialSource open(Engine engine) {
        AwsConfig config = AwsConfig.parse(engine.config(), true);
        Login login = logins.login(engine, config.rootPath(), "access_key_id", "secret_access_key");
        return new AwsSource(AwsAccounts.open(config.site(), login, transfers), names);
    }
}
