package ai.scailabs.vault.federation.remote;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** In order, without what is absent. */
final class ConfigMembers {
    private final Map<String, Object> map = new LinkedHashMap<>();

    ConfigMembers with(String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value instanceof Number || value instanceof Boolean ? value : value.toString());
        }
        return this;
    }

    Map<String, Object> map() {
        return map;
    }
}
