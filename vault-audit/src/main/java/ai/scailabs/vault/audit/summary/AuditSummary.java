package ai.scailabs.vault.audit.summary;

import java.time.Instant;
import java.util.Map;

/**
 * A period in numbers.
 *
 * @param from inclusive
 * @param to exclusive
 * @param complete false when there are more entries that nobody has counted yet than could be counted now: the numbers are the least that it can be
 * @param failures by code
 * @param identityTypes without those who were not known
 */
public record AuditSummary(
        Instant from,
        Instant to,
        boolean complete,
        long events,
        long successes,
        Map<String, Long> actions,
        Map<String, Long> failures,
        Map<String, Long> identityTypes) {}
