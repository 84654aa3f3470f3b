package ai.scailabs.vault.credentials.dynamic.gcp;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.gcp.GcpAccounts;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Service accounts of Google Cloud, used by the key of one that may. */
public final class GcpEngines implements EngineType {
    private static final String FILE = "service_account_json";

    private final GuardedTransfers transfers;
    private final RootLogins logins;
    private final AccountNames names;
    private final AccountKeys keys;
    private final boolean development;
    private final Clock clock;

    /** @param development whether endpoints on this machine may be plain */
    public GcpEngines(
            GuardedTransfers transfers,
            RootLogins logins,
            AccountNames names,
            KeyCertificates certificates,
            SecureRandom random,
            boolean development,
            Clock clock) {
        this.transfers = transfers;
        this.logins = logins;
        this.names = names;
        this.keys = new AccountKeys(certificates, random);
        this.development = development;
        this.clock = clock;
    }

    @Override
    public Set<EngineKind> kinds() {
        return Set.of(EngineKind.GCP);
    }

    @Override
    public Prepared prepare(Engine engine) {
        GcpConfig _ = GcpConfig.parse(engine.config(), development);
        return Prepared.of(engine.config());
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        return new RoleRecipe(GcpRole.parse(members).described());
    }

    /** What was written plain in development stays so. */
    @Override
    public CredentialSource open(Engine engine) {
        GcpConfig config = GcpConfig.parse(engine.config(), true);
        ServiceAccountKey as = logins.read(
                engine, config.rootPath(), List.of(FILE), secret -> ServiceAccountKey.parse(secret.text(FILE)));
        return new GcpSource(GcpAccounts.open(config.site(), as, transfers, clock), keys, names, clock);
    }
}
