package ai.scailabs.vault.audit.log;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/** A place in a log: of an entry, or between two. */
public record AuditPosition(Instant occurredAt, UUID id) {
    private static final UUID BEFORE_ALL = new UUID(0, 0);

    /** As the database compares: ids as bytes. */
    static final Comparator<AuditPosition> OLDEST_FIRST =
            Comparator.comparing(AuditPosition::occurredAt).thenComparing((one, other) -> compareIds(one.id, other.id));

    /** Everything of that time, and later, is newer. */
    static AuditPosition before(Instant time) {
        return new AuditPosition(time, BEFORE_ALL);
    }

    boolean isOlderThan(AuditPosition other) {
        return OLDEST_FIRST.compare(this, other) < 0;
    }

    private static int compareIds(UUID one, UUID other) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }
}
