package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is told of events.
 *
 * @param url where it is sent; absent for one that fetches
 * @param bufferSize how many wait to be fetched at most; absent for one that is sent to
 * @param disabledReason why, when nobody did it by hand
 * @param standing whose right counts when something is delivered; absent for a webhook of the tenant
 * @param failingSince when an attempt failed after which none succeeded
 */
public record Target(
        TenantId tenant,
        PartnerId partner,
        String id,
        Kind kind,
        String name,
        @Nullable String url,
        EventFilter filter,
        @Nullable Integer bufferSize,
        boolean enabled,
        @Nullable String disabledReason,
        @Nullable String standing,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt,
        long cursor,
        int attempts,
        @Nullable Instant failingSince) {
    /** What it is. */
    public enum Kind {
        WEBHOOK,
        SUBSCRIPTION
    }

    public boolean isSentTo() {
        return url != null;
    }

    /** As the API says it. */
    public String status() {
        if (!enabled) {
            return "disabled";
        }
        return failingSince == null ? "healthy" : "failing";
    }

    /** Without the URL, which may hold a credential. */
    @Override
    public String toString() {
        return "Target[" + id + "]";
    }
}
