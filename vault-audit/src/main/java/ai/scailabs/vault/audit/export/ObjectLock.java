package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.Retention;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How objects are held until the log's own retention has passed, where the bucket can hold them; the API writes it in lower case. */
public enum ObjectLock {
    /** Only as the bucket does by itself. */
    NONE,
    /** Who has a right of its own for that can still delete. */
    GOVERNANCE,
    /** Nobody can. */
    COMPLIANCE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    @Nullable
    Retention until(@Nullable Instant time) {
        if (time == null) {
            return null;
        }
        return switch (this) {
            case NONE -> null;
            case GOVERNANCE -> new Retention(time, Retention.Mode.GOVERNANCE);
            case COMPLIANCE -> new Retention(time, Retention.Mode.COMPLIANCE);
        };
    }

    public static Optional<ObjectLock> parse(String text) {
        for (ObjectLock lock : values()) {
            if (lock.wireName.equals(text)) {
                return Optional.of(lock);
            }
        }
        return Optional.empty();
    }
}
