package ai.scailabs.vault.credentials.dynamic.custom;

import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Services that make credentials of whatever kind, and are asked by signed calls. Nothing of theirs runs here. */
public final class CustomEngines implements EngineType {
    static final String PARAMETERS = "parameters";
    static final String RENEWABLE = "renewable";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String URL = "url";
    private static final Set<String> KNOWN = Set.of(URL, RootLogins.FIELD);
    private static final int LONGEST_PARAMETERS = 16 * 1024;

    private final GuardedTransfers transfers;
    private final RootLogins logins;
    private final AccountNames names;
    private final boolean development;
    private final Clock clock;

    /** @param development whether a service on this machine may be plain */
    public CustomEngines(
            GuardedTransfers transfers, RootLogins logins, AccountNames names, boolean development, Clock clock) {
        this.transfers = transfers;
        this.logins = logins;
        this.names = names;
        this.development = development;
        this.clock = clock;
    }

    @Override
    public Set<EngineKind> kinds() {
        return Set.of(EngineKind.CUSTOM);
    }

    @Override
    public Prepared prepare(Engine engine) {
        Config _ = config(engine.config(), development);
        return Prepared.of(engine.config());
    }

    /** @param rootPath the secret with {@code key_id} and {@code signing_secret} */
    private record Config(URI url, SecretPath rootPath) {}

    private static Config config(EngineConfig config, boolean development) {
        config.requireOnly(KNOWN);
        return new Config(url(config.required(URL), development), new SecretPath(config.required(RootLogins.FIELD)));
    }

    private static URI url(String text, boolean development) {
        try {
            URI uri = new URI(text);
            boolean plain = "http".equals(uri.getScheme()) && development;
            boolean bare = uri.getRawUserInfo() == null && uri.getRawFragment() == null;
            if (uri.getHost() != null && bare && (plain || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException malformed) {
            // Refused like any other.
        }
        throw EngineConfig.invalid(URL, "must be an https URL");
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        ObjectMembers given = new ObjectMembers(members);
        ObjectNode kept = JSON.createObjectNode();
        kept.set(PARAMETERS, parameters(given.json(PARAMETERS)));
        kept.put(RENEWABLE, !given.has(RENEWABLE) || given.flag(RENEWABLE));
        given.requireNothingElse();
        return new RoleRecipe(kept);
    }

    private static ObjectNode parameters(@Nullable JsonNode given) {
        if (given == null) {
            return JSON.createObjectNode();
        }
        if (!(given instanceof ObjectNode object)) {
            throw VaultException.invalidField(PARAMETERS, "is not an object");
        }
        if (object.toString().length() > LONGEST_PARAMETERS) {
            throw VaultException.invalidField(PARAMETERS, "is too long");
        }
        return object;
    }

    /** What was written plain in development stays so. */
    @Override
    public CredentialSource open(Engine engine) {
        Config config = config(engine.config(), true);
        Login login = logins.login(engine, config.rootPath(), "key_id", "signing_secret");
        return new CustomSource(engine.name(), new SignedCalls(config.url(), login, transfers, clock), names);
    }
}
