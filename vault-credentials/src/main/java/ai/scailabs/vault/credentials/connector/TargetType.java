package ai.scailabs.vault.credentials.connector;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where accounts are made. */
public enum TargetType {
    POSTGRESQL(5432, 63),
    /** MySQL and MariaDB. */
    MYSQL(3306, 32),
    REDIS(6379, 64),
    MONGODB(27017, 64);

    private final int port;
    private final int longestName;

    TargetType(int port, int longestName) {
        this.port = port;
        this.longestName = longestName;
    }

    /** Where it listens unless it is said. */
    int port() {
        return port;
    }

    /** Characters of ASCII that the name of an account may have at every version of it. */
    int longestName() {
        return longestName;
    }

    /** As the API writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<TargetType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }
}
