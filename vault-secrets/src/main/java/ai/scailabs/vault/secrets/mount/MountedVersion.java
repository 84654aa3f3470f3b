package ai.scailabs.vault.secrets.mount;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** @param goneAt since when its value cannot be read any more; absent while it can */
public record MountedVersion(
        int number,
        boolean current,
        Instant createdAt,
        @Nullable Instant goneAt) {}
