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
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Goes back in time through the slices of a log that may hold what is wanted, and passes over all others: for what is too rare to be met by walking, and has no index. A slice is
 * some hundreds of entries of a tenant that follow each other.
 */
final class Slices {
    /** Milliseconds for which one step passes over slices: some thirty thousand of them. */
    private static final int PATIENCE = 8;
    /** Slices of which one step looks at the entries, at most: some four thousand, which takes about as long again. */
    private static final int OPENED = 16;

    private static final String COUNTED = "select counted_before from audit_counted";

    /** Single bits are asked for first, those of the rarest term: they leave out nearly every slice for a tenth of what the comparison of all costs. */
    private static final String FITS = """
            (get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1 and get_bit(terms, ?) = 1
                and terms & (select ?::text::bit(12288)) = (select ?::text::bit(12288)))
            """;

    /** Those that may hold what is wanted, until the time is over: then the next ones, whether they may or not. */
    private static final String STEP = "select first_at, last_at, " + FITS + """
             from audit_slice
            where tenant_id = ? and last_at >= ? and last_at <= ? and first_at <= ? and (
            """ + FITS + """
             or clock_timestamp() > (select statement_timestamp() + ? * interval '1 millisecond'))
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

    /**
     * Empty when entries of that time are not sliced yet.
     *
     * @param enough gives the page as it is; asked after each step
     */
    Optional<AuditPage> page(
            TenantId tenant, AuditQuery query, SliceTerms terms, AuditPosition start, BooleanSupplier enough) {
        Instant sliced =
                tenants.queryOne(tenant, COUNTED, (row, number) -> time(row, 1)).orElseThrow();
        if (!start.occurredAt().isBefore(sliced)) {
            return Optional.empty();
        }
        AuditPage none = new AuditPage(List.of(), start);
        AuditPage page = none;
        List<Slice> open = List.of();
        Instant newest = null;
        do {
            AuditPosition from = Objects.requireNonNull(page.end());
            Step step = step(tenant, query, terms, from, newest);
            Slice last = step.last();
            AuditPosition end = last == null ? null : last.behind(from);
            open = Stream.concat(open.stream(), step.fitting().stream()).toList();
            page = page.with(entries(tenant, query, from, open, end), query.limit());
            if (last != null && end != null) {
                newest = last.lastAt();
                open = open.stream()
                        .filter(slice -> slice.firstAt().isBefore(end.occurredAt()))
                        .toList();
            }
        } while (!page.isWhole(query.limit()) && !(enough.getAsBoolean() && page.reachesFartherThan(none)));
        return Optional.of(page);
    }

    /** @param newest end of a slice that is looked at; null for any */
    private Step step(
            TenantId tenant, AuditQuery query, SliceTerms terms, AuditPosition from, @Nullable Instant newest) {
        List<Object> fits = new ArrayList<>();
        for (int bit : terms.lastBits()) {
            fits.add(bit);
        }
        String mask = terms.text();
        fits.add(mask);
        fits.add(mask);
        List<Object> arguments = new ArrayList<>(fits);
        arguments.addAll(
                List.of(tenant.value(), query.first(), newest == null ? AuditQuery.LAST : newest, from.occurredAt()));
        arguments.addAll(fits);
        arguments.addAll(List.of(PATIENCE, OPENED + 1));
        List<Slice> found = index.query(tenant, STEP, Slices::slice, arguments.toArray());
        List<Slice> fitting =
                found.stream().takeWhile(Slice::fits).limit(OPENED).toList();
        return new Step(fitting, found.size() == fitting.size() ? null : found.get(fitting.size()));
    }

    private AuditPage entries(
            TenantId tenant, AuditQuery query, AuditPosition start, List<Slice> slices, @Nullable AuditPosition end) {
        if (slices.isEmpty()) {
            return new AuditPage(List.of(), end);
        }
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
                merged.set(merged.size() - 1, new Slice(slice.firstAt(), newer.lastAt(), true));
            }
        }
        return merged;
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static Slice slice(ResultSet row, int number) throws SQLException {
        return new Slice(time(row, 1), time(row, 2), row.getBoolean(3));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** @param last the one that it came to, which is the next step's; null when none is left */
    private record Step(List<Slice> fitting, @Nullable Slice last) {}

    private record Slice(Instant firstAt, Instant lastAt, boolean fits) {
        /** The place from which this slice, and all with an earlier end, are still to be looked at. */
        AuditPosition behind(AuditPosition start) {
            AuditPosition place = AuditPosition.before(lastAt.plus(1, ChronoUnit.MICROS));
            return start.isOlderThan(place) ? start : place;
        }
    }
}
