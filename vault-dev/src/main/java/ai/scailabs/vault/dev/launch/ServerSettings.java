package ai.scailabs.vault.dev.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The server's environment: our defaults for whatever the caller of {@code bin/run} has not set. */
final class ServerSettings {
    private final Map<String, String> callers;
    private final Map<String, String> chosen = new LinkedHashMap<>();

    ServerSettings(Map<String, String> callers) {
        this.callers = callers;
    }

    /** Sets the variable unless the caller has, be it by its {@code _FILE} twin. */
    ServerSettings offer(String name, String value) {
        if (!isCallers(name)) {
            chosen.put(name, value);
        }
        return this;
    }

    /** Sets the variable whatever the caller has set. */
    ServerSettings set(String name, String value) {
        chosen.put(name, value);
        return this;
    }

    boolean isCallers(String name) {
        return callers.containsKey(name) || callers.containsKey(name + "_FILE");
    }

    Optional<String> callers(String name) {
        return Optional.ofNullable(callers.get(name));
    }

    /** As the server will see it. */
    Optional<String> value(String name) {
        return Optional.ofNullable(chosen.get(name)).or(() -> callers(name));
    }

    Map<String, String> chosen() {
        return chosen;
    }
}
