package ai.scailabs.vault.identity.event;

import org.jspecify.annotations.Nullable;

/**
 * What came with an event. Only the signature proves anything; what else is said must agree with what it covers.
 *
 * @param signature {@code t=<seconds>,v1=<hex>}
 */
public record EventHeaders(
        @Nullable String signature,
        @Nullable String timestamp,
        @Nullable String eventId,
        @Nullable String eventType) {}
