package ai.scailabs.vault.credentials.dynamic.ssh;

import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.EngineKind;
import ai.scailabs.vault.credentials.dynamic.EngineType;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.ssh.OneTimeRules;
import ai.scailabs.vault.credentials.ssh.SshAuthority;
import ai.scailabs.vault.credentials.ssh.SshKeyType;
import ai.scailabs.vault.credentials.ssh.SshRoleRules;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Engines of which each is an authority for certificates of OpenSSH. Its key is made here, and never leaves. */
public final class SshEngines implements EngineType {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CA_KEY_TYPE = "ca_key_type";
    private static final String PUBLIC_KEY = "public_key";
    private static final String FINGERPRINT = "fingerprint";
    private static final Set<String> SHOWN = Set.of(CA_KEY_TYPE, PUBLIC_KEY, FINGERPRINT);

    private final AuthorityKeys keys;
    private final SecureRandom random;
    private final Clock clock;

    public SshEngines(AuthorityKeys keys, SecureRandom random, Clock clock) {
        this.keys = keys;
        this.random = random;
        this.clock = clock;
    }

    @Override
    public Set<EngineKind> kinds() {
        return Set.of(EngineKind.SSH);
    }

    @Override
    public Prepared prepare(Engine engine) {
        ObjectNode given = engine.config().members();
        engine.config().requireOnly(Set.of(CA_KEY_TYPE));
        SshKeyType type = keyType(given.path(CA_KEY_TYPE));
        try (SshAuthority authority = SshAuthority.generate(type, random)) {
            String publicKey = authority.publicKey();
            byte[] sealed = keys.sealed(engine, authority);
            ObjectNode kept = JSON.createObjectNode()
                    .put(CA_KEY_TYPE, type.code())
                    .put(PUBLIC_KEY, publicKey)
                    .put(FINGERPRINT, authority.fingerprint());
            return new Prepared(
                    new EngineConfig(EngineKind.SSH, kept), tx -> keys.insert(tx, engine, publicKey, sealed));
        }
    }

    /** Its key stays: servers trust it. What is shown of it may be sent back. */
    @Override
    public Prepared prepare(Engine engine, EngineConfig before) {
        ObjectNode given = engine.config().members();
        engine.config().requireOnly(SHOWN);
        given.properties().forEach(member -> {
            if (!member.getValue().equals(before.members().get(member.getKey()))) {
                throw EngineConfig.invalid(
                        member.getKey(), "cannot change: servers trust the key. Make another engine beside this one");
            }
        });
        return Prepared.of(before);
    }

    private static SshKeyType keyType(JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            return SshKeyType.DEFAULT;
        }
        return SshKeyType.of(given.isString() ? given.stringValue() : "")
                .orElseThrow(() -> EngineConfig.invalid(
                        CA_KEY_TYPE,
                        "must be one of "
                                + Arrays.stream(SshKeyType.values())
                                        .map(SshKeyType::code)
                                        .collect(Collectors.joining(", "))));
    }

    @Override
    public RoleRecipe recipe(EngineConfig config, ObjectNode members) {
        boolean oneTime = SshSource.isOneTime(members);
        ObjectNode rest = SshSource.rules(members);
        ObjectNode kept = JSON.createObjectNode().put(SshSource.KEY_TYPE, oneTime ? SshSource.OTP : SshSource.CA);
        if (oneTime) {
            OneTimeRules.parse(rest).describe(kept);
        } else {
            SshRoleRules.parse(rest).describe(kept);
        }
        return new RoleRecipe(kept);
    }

    @Override
    public CredentialSource open(Engine engine) {
        return new SshSource(engine, keys, random, clock);
    }
}
