package ai.scailabs.vault.audit.log;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All wanted entries from where the page begins to its end, newest first. It may hold fewer than were asked for although older ones are left: what a page costs is bounded, and the
 * next one goes on from its end.
 *
 * @param end everything that is left is older; null when nothing is
 */
public record AuditPage(
        List<RecordedEntry> entries, @Nullable AuditPosition end) {
    public AuditPage {
        entries = List.copyOf(entries);
    }

    /** Nothing more can be got from where it begins. */
    boolean isWhole(int limit) {
        return end == null || entries.size() == limit;
    }

    boolean reachesFartherThan(AuditPage other) {
        return end == null || other.end != null && end.isOlderThan(other.end);
    }

    /** The beginning of it, when it has more entries. */
    public AuditPage upTo(int limit) {
        return of(entries, limit, end);
    }

    /** As far as the limit, when there are more. */
    static AuditPage of(List<RecordedEntry> found, int limit, @Nullable AuditPosition end) {
        return found.size() > limit
                ? new AuditPage(found.subList(0, limit), found.get(limit - 1).position())
                : new AuditPage(found, end);
    }

    /** This page and the one that goes on from its end. */
    AuditPage with(AuditPage next, int limit) {
        List<RecordedEntry> all = new ArrayList<>(entries);
        all.addAll(next.entries);
        return of(all, limit, next.end);
    }

    /** Both begin at the same place and show different entries: as far as both reach. */
    AuditPage beside(AuditPage other, int limit) {
        AuditPosition reach = reachesFartherThan(other) ? other.end : end;
        List<RecordedEntry> both = Stream.concat(entries.stream(), other.entries.stream())
                .filter(entry -> reach == null || !entry.position().isOlderThan(reach))
                .sorted((one, another) -> AuditPosition.OLDEST_FIRST.compare(another.position(), one.position()))
                .toList();
        return of(both, limit, reach);
    }
}
