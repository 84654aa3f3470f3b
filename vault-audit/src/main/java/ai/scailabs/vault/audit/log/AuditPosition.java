package ai.scailabs.vault.audit.log;

import java.time.Instant;
import java.util.UUID;

/** Where a page of entries ended. */
public record AuditPosition(Instant occurredAt, UUID id) {}
