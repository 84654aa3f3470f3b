package ai.scailabs.vault.audit.summary;

import ai.scailabs.vault.audit.log.AuditPage;
import ai.scailabs.vault.audit.log.RecordedEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of one trail in numbers.
 *
 * @param from since when they are counted; inclusive
 * @param to exclusive
 * @param complete false when there are too many to be counted since the time that was asked for
 * @param lastAt of the newest entry
 * @param lastFailureAt of the newest refusal or failure
 */
public record TrailSummary(
        Instant from,
        Instant to,
        boolean complete,
        long events,
        long successes,
        Map<String, Long> actions,
        long identities,
        long paths,
        @Nullable Instant lastAt,
        @Nullable Instant lastFailureAt) {
    /** @param page of the whole trail, from its newest entry on */
    public static TrailSummary of(AuditPage page, Instant asked, Instant to) {
        boolean complete = page.end() == null || page.end().occurredAt().isBefore(asked);
        Instant from = complete || page.end() == null ? asked : page.end().occurredAt();
        List<RecordedEntry> entries = page.entries().stream()
                .filter(entry ->
                        !entry.occurredAt().isBefore(from) && entry.occurredAt().isBefore(to))
                .toList();
        Map<String, Long> actions = new TreeMap<>();
        entries.forEach(entry -> actions.merge(entry.action(), 1L, Long::sum));
        return new TrailSummary(
                from,
                to,
                complete,
                entries.size(),
                entries.stream().filter(RecordedEntry::success).count(),
                actions,
                distinct(entries, RecordedEntry::identityId),
                distinct(entries, RecordedEntry::path),
                entries.isEmpty() ? null : entries.getFirst().occurredAt(),
                entries.stream()
                        .filter(entry -> !entry.success())
                        .map(RecordedEntry::occurredAt)
                        .findFirst()
                        .orElse(null));
    }

    private static long distinct(List<RecordedEntry> entries, Function<RecordedEntry, @Nullable String> value) {
        return entries.stream().map(value).filter(Objects::nonNull).distinct().count();
    }
}
