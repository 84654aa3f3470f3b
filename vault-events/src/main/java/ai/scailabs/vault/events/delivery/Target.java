package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

    /**
     * As it is after somebody changed it: nothing disabled it but they.
     *
     * @param at when
     */
    public Target changed(
            String newName,
            @Nullable String newUrl,
            EventFilter newFilter,
            @Nullable Integer newBufferSize,
            boolean nowEnabled,
            @Nullable String newStanding,
            Instant at) {
        return new Target(
                tenant,
                partner,
                id,
                kind,
                newName,
                newUrl,
                newFilter,
                newBufferSize,
                nowEnabled,
                null,
                newStanding,
                revision + 1,
                createdAt,
                createdBy,
                at,
                cursor,
                attempts,
                failingSince);
    }

    /** Whether what it was before says nothing about whether it can be sent to now. */
    public boolean isAfreshAfter(Target before) {
        return enabled && !before.enabled || !Objects.equals(url, before.url);
    }

    /**
     * @param expected by who has seen it; null for who does not care
     * @throws VaultException {@code version_conflict}
     */
    public void requireRevision(@Nullable Integer expected) {
        if (expected != null && expected != revision) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT,
                    "The " + kind.name().toLowerCase(Locale.ROOT) + " was changed since",
                    Map.of("current_version", revision));
        }
    }

    /** What the audit log says of it. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new HashMap<>();
        facts.put("name", name);
        facts.put("events", filter.typeNames());
        facts.put("enabled", enabled);
        return facts;
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
