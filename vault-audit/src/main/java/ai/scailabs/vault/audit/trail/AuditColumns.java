package ai.scailabs.vault.audit.trail;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Entries column by column, for statements that carry many of them in arrays, so that the statement is the same for any number. */
public final class AuditColumns {
    private AuditColumns() {}

    /**
     * Texts, {@code Long}s and {@code Integer}s, in this order: tenant, time in microseconds since 1970, id, action, type and name of the identity, acting tenant, path,
     * source address, user agent, error code, duration, request id, extra data as JSON. The row is a success when it has no error code.
     */
    public static List<@Nullable Object[]> of(List<AuditEntry> entries) {
        return List.of(
                texts(entries, entry -> entry.tenant().value()),
                column(entries, Long[]::new, entry -> micros(entry.occurredAt())),
                texts(entries, entry -> entry.id().toString()),
                texts(entries, entry -> entry.action().wireName()),
                texts(
                        entries,
                        entry -> entry.identity() == null
                                ? null
                                : entry.identity().type().wireName()),
                texts(
                        entries,
                        entry -> entry.identity() == null
                                ? null
                                : entry.identity().value()),
                texts(
                        entries,
                        entry -> entry.actingTenant() == null
                                ? null
                                : entry.actingTenant().value()),
                texts(entries, AuditEntry::path),
                texts(entries, AuditEntry::sourceIp),
                texts(entries, AuditEntry::userAgent),
                texts(
                        entries,
                        entry -> entry.errorCode() == null
                                ? null
                                : entry.errorCode().code()),
                column(entries, Integer[]::new, AuditEntry::durationMillis),
                texts(entries, AuditEntry::requestId),
                texts(entries, entry -> AuditRows.json(entry.extra())));
    }

    private static @Nullable String[] texts(List<AuditEntry> entries, Function<AuditEntry, @Nullable String> cell) {
        return column(entries, String[]::new, cell);
    }

    private static <T> @Nullable T[] column(
            List<AuditEntry> entries, IntFunction<@Nullable T[]> empty, Function<AuditEntry, @Nullable T> cell) {
        @Nullable T[] cells = empty.apply(entries.size());
        Arrays.setAll(cells, i -> cell.apply(entries.get(i)));
        return cells;
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }
}
