package ai.scailabs.vault.credentials.dynamic;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What makes the credentials. */
public enum EngineKind {
    POSTGRESQL("database.postgresql"),
    /** MySQL and MariaDB. */
    MYSQL("database.mysql"),
    REDIS("database.redis"),
    MONGODB("database.mongodb"),
    /** Certificates of OpenSSH, and passwords that are good for one login. */
    SSH("ssh"),
    /** Users of IAM, and sessions. */
    AWS("aws"),
    /** Passwords of applications of Entra ID, and service principals. */
    AZURE("azure"),
    /** Tokens and keys of service accounts of Google Cloud. */
    GCP("gcp"),
    /** Whatever a service of the tenant makes. */
    CUSTOM("custom");

    private final String code;

    EngineKind(String code) {
        this.code = code;
    }

    /** As the API writes it: the type, and after a dot the plugin. */
    public String code() {
        return code;
    }

    static Optional<EngineKind> of(String code) {
        return Arrays.stream(values()).filter(kind -> kind.code.equals(code)).findFirst();
    }

    static List<String> codes() {
        return Arrays.stream(values()).map(EngineKind::code).toList();
    }
}
