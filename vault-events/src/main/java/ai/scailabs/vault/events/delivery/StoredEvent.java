package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventFilter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it lies in the outbox.
 *
 * @param facts absent for one that a newer version wrote down, which nobody here can have asked for
 */
record StoredEvent(long position, UUID id, String type, EventFilter.@Nullable Facts facts, String body) {}
