package ai.scailabs.vault.audit.summary;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.log.SliceTerms;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Cuts the logs of tenants into slices: fills the last one of each, and begins others. For one transaction. */
final class SliceWriter {
    /** Entries of a slice: enough for its filter to be worth its bytes, and few enough to be looked at for one that is wanted. */
    private static final int FULL = 256;

    /** What is that much older than a slice may still join it. All that is later lies in slices of its own, so that none is about a long time for the sake of one entry. */
    private static final Duration TOLERANCE = Duration.ofMillis(100);

    private static final String LAST_SLICES = """
            select s.tenant_id, s.slice, s.first_at, s.entries
            from unnest(?::text[]) as asked (tenant_id)
            cross join lateral (
                select tenant_id, slice, first_at, entries from audit_slice
                where tenant_id = asked.tenant_id order by slice desc limit 1) s
            """;

    private static final String ADD = """
            insert into audit_slice (tenant_id, slice, first_at, last_at, entries, terms)
            select tenant_id, slice, timestamptz 'epoch' + first_micros * interval '1 microsecond',
                timestamptz 'epoch' + last_micros * interval '1 microsecond', entries, terms::bit(12288)
            from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::text[])
                as cut (tenant_id, slice, first_micros, last_micros, entries, terms)
            on conflict (tenant_id, slice) do update set
                first_at = least(audit_slice.first_at, excluded.first_at), last_at = greatest(audit_slice.last_at, excluded.last_at),
                entries = audit_slice.entries + excluded.entries, terms = audit_slice.terms | excluded.terms
            """;

    private final Connection worker;
    private final List<Cut> cuts = new ArrayList<>();

    SliceWriter(Connection worker) {
        this.worker = worker;
    }

    void add(List<RecordedEntry> entries) throws SQLException {
        Map<String, List<RecordedEntry>> byTenant = new TreeMap<>();
        entries.forEach(entry -> byTenant.computeIfAbsent(entry.tenantId(), tenant -> new ArrayList<>())
                .add(entry));
        Map<String, LastSlice> last = lastSlices(byTenant.keySet().toArray(String[]::new));
        byTenant.forEach((tenant, own) -> {
            own.sort(Comparator.comparing(RecordedEntry::occurredAt));
            cut(tenant, own, last.get(tenant));
        });
        write();
    }

    /** What came late goes first, so that the last slice is the one that is filled. */
    private void cut(String tenant, List<RecordedEntry> entries, @Nullable LastSlice last) {
        if (last == null) {
            cut(tenant, entries, 0, FULL);
            return;
        }
        Instant since = last.firstAt().minus(TOLERANCE);
        int late = (int) entries.stream()
                .filter(entry -> entry.occurredAt().isBefore(since))
                .count();
        if (late == 0) {
            int room = FULL - last.entries();
            cut(tenant, entries, room > 0 ? last.number() : last.number() + 1, room > 0 ? room : FULL);
        } else {
            long next = cut(tenant, entries.subList(0, late), last.number() + 1, FULL);
            cut(tenant, entries.subList(late, entries.size()), next, FULL);
        }
    }

    /**
     * @param room in the first of the slices
     * @return the number of the slice after them
     */
    private long cut(String tenant, List<RecordedEntry> entries, long firstNumber, int room) {
        long number = firstNumber;
        int from = 0;
        for (int to = Math.min(room, entries.size());
                from < entries.size();
                to = Math.min(from + FULL, entries.size())) {
            cuts.add(Cut.of(tenant, number++, entries.subList(from, to)));
            from = to;
        }
        return number;
    }

    private Map<String, LastSlice> lastSlices(String[] tenants) throws SQLException {
        Map<String, LastSlice> last = new HashMap<>();
        try (PreparedStatement statement = worker.prepareStatement(LAST_SLICES)) {
            statement.setArray(1, worker.createArrayOf("text", tenants));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Instant firstAt = rows.getObject(3, OffsetDateTime.class).toInstant();
                    last.put(rows.getString(1), new LastSlice(rows.getLong(2), firstAt, rows.getInt(4)));
                }
            }
        }
        return last;
    }

    private void write() throws SQLException {
        try (PreparedStatement statement = worker.prepareStatement(ADD)) {
            statement.setArray(1, column("text", Cut::tenant));
            statement.setArray(2, column("int8", Cut::number));
            statement.setArray(3, column("int8", Cut::firstMicros));
            statement.setArray(4, column("int8", Cut::lastMicros));
            statement.setArray(5, column("int4", Cut::entries));
            statement.setArray(6, column("text", Cut::terms));
            statement.executeUpdate();
        }
    }

    private Array column(String type, Function<Cut, Object> value) throws SQLException {
        return worker.createArrayOf(type, cuts.stream().map(value).toArray());
    }

    private record LastSlice(long number, Instant firstAt, int entries) {}

    private record Cut(String tenant, long number, long firstMicros, long lastMicros, int entries, String terms) {
        static Cut of(String tenant, long number, List<RecordedEntry> entries) {
            SliceTerms terms = new SliceTerms();
            entries.forEach(terms::add);
            return new Cut(
                    tenant,
                    number,
                    micros(entries.getFirst().occurredAt()),
                    micros(entries.getLast().occurredAt()),
                    entries.size(),
                    terms.text());
        }

        private static long micros(Instant time) {
            return ChronoUnit.MICROS.between(Instant.EPOCH, time);
        }
    }
}
