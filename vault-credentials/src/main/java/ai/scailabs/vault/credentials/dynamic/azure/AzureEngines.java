package ai.scailabs.vault.credentials.dynamic.azure;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.azure.AzureAccounts;
import ai.scailabs.vault.credentials.connector.azure.AzureLogin;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.credentials.login.SecretTexts;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Tenants of Entra ID, used as an application of theirs. */
public final class AzureEngines implements EngineType {
    private static final String TENANT = "tenant_id";
    private static final String CLIENT = "client_id";
    private static final String SECRET = "client_secret";

    private final GuardedTransfers transfers;
    private final RootLogins logins;
    private final AccountNames names;
    private final boolean development;
    private final Clock clock;

    /** @param development whether endpoints on this machine may be plain */
    public AzureEngines(
            GuardedTransfers transfers, RootLogins logins, AccountNames names, boolean development, Clock clock) {
        this.transfers = transfers;
        this.logins = logins;
        this.names = names;
        this.development = development;
        this.clock = clock;
    }

    @Override
    public Set<EngineKind> kinds() {
        return Set.of(EngineKind.AZURE);
    }

    @Override
    public Prepared prepare(Engine engine) {
        AzureConfig _ = AzureConfig.parse(engine.config(), development);
        return Prepared.of(engine.config());
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        return new RoleRecipe(AzureRole.parse(members).described());
    }

    /** What was written plain in development stays so. */
    @Override
    public CredentialSource open(Engine engine) {
        AzureConfig config = AzureConfig.parse(engine.config(), true);
        AzureLogin login = logins.read(engine, config.rootPath(), List.of(TENANT, CLIENT, SECRET), AzureEngines::login);
        return new AzureSource(AzureAccounts.open(config.site(), login, transfers), names, clock);
    }

    private static AzureLogin login(SecretTexts secret) {
        return new AzureLogin(id(secret.text(TENANT)), id(secret.text(CLIENT)), secret.take(SECRET));
    }

    private static String id(String text) {
        if (!AzureLogin.isId(text)) {
            throw new IllegalArgumentException("no id of Azure's");
        }
        return text;
    }
}
