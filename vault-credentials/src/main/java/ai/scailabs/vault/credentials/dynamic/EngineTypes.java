package ai.scailabs.vault.credentials.dynamic;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** All kinds of engines. Immutable. */
public final class EngineTypes {
    private final Map<EngineKind, EngineType> types = new EnumMap<>(EngineKind.class);

    /** @throws IllegalArgumentException unless each kind is served by one of them */
    public EngineTypes(Collection<? extends EngineType> all) {
        for (EngineType type : all) {
            for (EngineKind kind : type.kinds()) {
                require(types.put(kind, type) == null, kind);
            }
        }
        for (EngineKind kind : EngineKind.values()) {
            require(types.containsKey(kind), kind);
        }
    }

    private static void require(boolean holds, EngineKind kind) {
        if (!holds) {
            throw new IllegalArgumentException("not one type of engine for " + kind.code());
        }
    }

    EngineType of(EngineConfig config) {
        return Objects.requireNonNull(types.get(config.kind()));
    }
}
