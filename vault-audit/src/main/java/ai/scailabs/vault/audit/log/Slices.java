package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Goes back in time through the slices of a log that may hold what is wanted, and passes over all others: for what is too rare to be met by walking, and has no index. A slice is
 * some hundreds of entries of a tenant that follow each other.
 */
final class Slices {
    /** Entries that are looked at for one page; takes about fifteen milliseconds. A question that needs more gets a short page and a cursor. */
    private static final int LONGEST = 16_000;
    /** Entries that one statement looks at. */
    private static final int STEP = 8_000;
    /** Slices for one page. */
    private static final int MOST = 400;

    private static final String COUNTED = "select counted_before from audit_counted";

    /** Single bits are asked for first, those of the rarest term: they leave out nearly every slice for a tenth of what the comparison of all costs. */
    private static final String FITTING = """
            select first_at, last_at, entries from audit_slice
            where tenant_id = ? and last_at >= ? and first_at <= ?
                and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1
                and terms & (select ?::text::bit(12288)) = (select ?::text::bit(12288))
            order by last_at desc
            limit ?
            """;

    private static final String ENTRIES = "select " + EntryRows.COLUMNS + """
             from unnest(?::bigint[], ?::bigint[]) as slice (first_micros, last_micros)
            cross join lateral (
                select
            """ + EntryRows.COLUMNS + """
                 from audit_log a
                where tenant_id = ? and occurred_at >= timestamptz 'epoch' + slice.first_micros * interval '1 microsecond'
                    and occurred_at <= timestamptz 'epoch' + slice.last_micros * interval '1 microsecond'
                    and occurred_at >= ? and (occurred_at, log_id) < (?, ?)
                offset 0) a
            where
            """
            + EntryFilter.SQL + "order by occurred_at desc, log_id desc limit ?";

    private final TenantTransactions tenants;
    private final IndexOrder index;

    Slices(TenantTransactions tenants) {
        this.tenants = tenants;
        this.index = new IndexOrder(tenants);
    }

    /** Empty when entries of that time are not sliced yet. */
    Optional<AuditPage> page(TenantId tenant, AuditQuery query, SliceTerms terms, AuditPosition start) {
        Instant sliced =
                tenants.queryOne(tenant, COUNTED, (row, number) -> time(row, 1)).orElseThrow();
        if (!start.occurredAt().isBefore(sliced)) {
            return Optional.empty();
        }
        String mask = terms.text();
        int[] bits = terms.lastBits();
        List<Slice> fitting = index.query(
                tenant,
                FITTING,
                Slices::slice,
                tenant.value(),
                query.first(),
                start.occurredAt(),
                bits[0],
                bits[1],
                bits[2],
                bits[3],
                bits[4],
                mask,
                mask,
                MOST + 1);
        return Optional.of(page(tenant, query, start, fitting));
    }

    private AuditPage page(TenantId tenant, AuditQuery query, AuditPosition start, List<Slice> fitting) {
        AuditPage page = new AuditPage(List.of(), start);
        int next = 0;
        for (long left = LONGEST; next < fitting.size() && left > 0 && !page.isWhole(query.limit()); ) {
            int first = next;
            long entries = 0;
            while (next < fitting.size() && next < MOST && entries < STEP) {
                entries += fitting.get(next++).entries();
            }
            if (next == first) {
                break;
            }
            left -= entries;
            AuditPosition from = page.end() == null ? start : page.end();
            AuditPosition end = next < fitting.size() ? fitting.get(next).behind(from) : null;
            page = page.with(entries(tenant, query, from, fitting.subList(first, next), end), query.limit());
        }
        return fitting.isEmpty() ? new AuditPage(List.of(), null) : page;
    }

    private AuditPage entries(
            TenantId tenant, AuditQuery query, AuditPosition start, List<Slice> slices, @Nullable AuditPosition end) {
        List<Slice> ranges = merged(slices);
        Long[] firsts = ranges.stream().map(slice -> micros(slice.firstAt())).toArray(Long[]::new);
        Long[] lasts = ranges.stream().map(slice -> micros(slice.lastAt())).toArray(Long[]::new);
        Instant oldest = end == null ? query.first() : end.occurredAt();
        List<Object> place = List.of(
                firsts,
                lasts,
                tenant.value(),
                oldest.isBefore(query.first()) ? query.first() : oldest,
                start.occurredAt(),
                start.id());
        List<RecordedEntry> found = tenants.query(
                tenant,
                ENTRIES,
                (row, number) -> EntryRows.read(row),
                EntryFilter.between(place, query, query.limit() + 1));
        return AuditPage.of(found, query.limit(), end);
    }

    /** Slices that overlap, because an entry came late, are looked at once. They come by their ends, the last one first. */
    private static List<Slice> merged(List<Slice> slices) {
        List<Slice> merged = new ArrayList<>();
        for (Slice slice : slices) {
            Slice newer = merged.isEmpty() ? null : merged.getLast();
            if (newer == null || slice.lastAt().isBefore(newer.firstAt())) {
                merged.add(slice);
            } else if (slice.firstAt().isBefore(newer.firstAt())) {
                merged.set(merged.size() - 1, new Slice(slice.firstAt(), newer.lastAt(), 0));
            }
        }
        return merged;
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static Slice slice(ResultSet row, int number) throws SQLException {
        return new Slice(time(row, 1), time(row, 2), row.getLong(3));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private record Slice(Instant firstAt, Instant lastAt, long entries) {
        /** The place from which this slice, and all with an earlier end, are still to be looked at. */
        AuditPosition behind(AuditPosition start) {
            AuditPosition place = AuditPosition.before(lastAt.plus(1, ChronoUnit.MICROS));
            return start.isOlderThan(place) ? start : place;
        }
    }
}
