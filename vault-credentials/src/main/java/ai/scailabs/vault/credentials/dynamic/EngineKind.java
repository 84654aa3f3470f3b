package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.TargetType;
import java.util.Arrays;
import java.util.Optional;

/** What makes the credentials. */
public enum EngineKind {
    POSTGRESQL("database.postgresql", TargetType.POSTGRESQL),
    /** MySQL and MariaDB. */
    MYSQL("database.mysql", TargetType.MYSQL),
    REDIS("database.redis", TargetType.REDIS);

    private final String code;
    private final TargetType target;

    EngineKind(String code, TargetType target) {
        this.code = code;
        this.target = target;
    }

    /** As the API writes it: the type, and after a dot the plugin. */
    public String code() {
        return code;
    }

    TargetType target() {
        return target;
    }

    static Optional<EngineKind> of(String code) {
        return Arrays.stream(values()).filter(kind -> kind.code.equals(code)).findFirst();
    }
}
