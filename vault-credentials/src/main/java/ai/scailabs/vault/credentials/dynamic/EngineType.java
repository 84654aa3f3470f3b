package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What is known of engines of some kinds: the one place to add when there is to be another. Thread-safe. */
public interface EngineType {
    Set<EngineKind> kinds();

    /**
     * The configuration of a new engine, or of one that changes, as it is to be kept. What has to be made for it is made; nothing is stored.
     *
     * @param engine whose configuration is the one that was sent
     * @throws VaultException {@code invalid_config} with {@code details.field}
     */
    Prepared prepare(Engine engine);

    /** As {@link #prepare}, in the place of what it was. */
    default Prepared prepare(Engine engine, EngineConfig before) {
        return prepare(engine);
    }

    /**
     * What a role says, as it is to be kept.
     *
     * @throws VaultException {@code validation_error}; {@code invalid_request} for a member that means nothing
     */
    RoleRecipe recipe(EngineConfig config, ObjectNode members);

    /**
     * To be closed by the caller. Connects nowhere yet.
     *
     * @throws VaultException for a login that cannot be read
     */
    CredentialSource open(Engine engine);

    /** A configuration, and what else is kept with the engine. */
    record Prepared(EngineConfig config, Store store) {
        public static Prepared of(EngineConfig config) {
            return new Prepared(config, tx -> {});
        }
    }

    /** Stores what belongs to an engine, after its row. */
    interface Store {
        void with(TenantTransaction tx);
    }
}
