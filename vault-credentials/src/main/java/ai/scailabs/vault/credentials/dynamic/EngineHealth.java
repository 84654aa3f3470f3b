package ai.scailabs.vault.credentials.dynamic;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the target of an engine was found.
 *
 * @param code why not; absent where it was well
 * @param message the same for people
 */
public record EngineHealth(
        boolean healthy,
        Instant checkedAt,
        @Nullable String code,
        @Nullable String message) {}
