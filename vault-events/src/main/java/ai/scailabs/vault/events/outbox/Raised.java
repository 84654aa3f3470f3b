package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.audit.log.RecordedEntry;
import java.util.Map;

/**
 * What an entry of the log tells.
 *
 * @param data of the event, without anything secret
 */
record Raised(RecordedEntry entry, EventFilter.Facts facts, Map<String, Object> data) {}
