package ai.scailabs.vault.tenancy.rotation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * After how long a generation gives way to the next.
 *
 * @param tenant of a tenant's key; absent: only when somebody asks
 * @param partner of a partner's key; absent: only when somebody asks
 */
public record KeySchedule(
        @Nullable Duration tenant, @Nullable Duration partner) {
    public static final KeySchedule OFF = new KeySchedule(null, null);
}
