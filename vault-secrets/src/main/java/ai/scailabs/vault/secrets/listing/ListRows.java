package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretColumns;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The statements behind lists. All walk the primary key from the beginning of the wanted ranges and stop early. What belongs to a row is joined with a limit of one, which
 * the planner cannot turn into a scan of all that the tenant has: it knows how much tenants have on average, and some have a thousand times that.
 */
final class ListRows {
    /** Parameters: see {@link Conditions#arguments()}. */
    private static final String CONDITIONS = """
             (? or s.deleted_at is null)
            and (? = '' or s.secret_type = ?)
            and (? = '' or s.metadata ->> 'owner' = ?)
            and (? = '' or jsonb_exists(s.metadata -> 'tags', ?))
            and (s.expires_at <= ?::timestamptz or not ?)
            and (? = '' or strpos(s.path, ?) > 0 or strpos(lower(s.metadata ->> 'description'), ?) > 0)
            """;

    private static final String HEAD = "select t.epoch, t.status = 'active', s.path, a.last_accessed_at, ";
    private static final int VIEW_AT = 5;
    private static final int EXTRA_AT = VIEW_AT + SecretColumns.COUNT;

    private static final String WALK = " from unnest(?::text[], ?::text[]) r (low, high)"
            + " cross join lateral (select * from secret s where s.tenant_id = ? and s.path >= r.low collate \"C\" and s.path < r.high collate \"C\""
            + " order by s.path limit ?) s order by s.path limit ?";
    private static final String LAST_ACCESS =
            " left join lateral (select a.last_accessed_at from secret_access a where a.tenant_id = t.tenant_id and a.path = s.path limit 1) a on true";

    /** The next so many secrets of the ranges, the deleted ones among them, without any condition to look at: what a list is asked for nearly always. */
    private static final String NEXT = HEAD + SecretColumns.VIEW + ", ? or s.deleted_at is null from tenant t"
            + " left join lateral (select s.*" + WALK + ") s on true"
            + LAST_ACCESS
            + " where t.tenant_id = ? order by s.path";

    /**
     * A chunk is the next so many secrets of the ranges, whether they meet the conditions or not: that bounds the work. Its last secret is returned in any case, to go on
     * from there.
     */
    private static final String CHUNK = "with chunk as materialized ("
            + "select s.*, (" + CONDITIONS + ") as meets" + WALK + "),"
            + " facts as (select count(*)::integer as scanned, max(path) as last from chunk) "
            + HEAD + SecretColumns.VIEW + ", s.meets, facts.scanned from tenant t cross join facts"
            + " left join chunk s on s.meets or s.path = facts.last"
            + LAST_ACCESS
            + " where t.tenant_id = ? order by s.path";

    /**
     * One step per secret of the level or folder below it, never per secret in a folder: from a path in a folder the walk goes on behind the folder. Parameters of a step:
     * how long the level's own path is, with its slash.
     */
    private static final String LEVEL = "with recursive found (path, step) as ("
            + "(select s.path, 1 from secret s where s.tenant_id = ? and s.path >= ? and s.path < ? and " + CONDITIONS
            + " order by s.path limit 1) union all ("
            + "select n.path, found.step + 1 from found cross join lateral ("
            + "select s.path from secret s where s.tenant_id = ? and s.path < ? and s.path >="
            + " case when strpos(substr(found.path, ? + 1), '/') > 0"
            + " then substr(found.path, 1, ?) || split_part(substr(found.path, ? + 1), '/', 1) || '0'"
            + " else found.path || '-' end and " + CONDITIONS
            + " order by s.path limit 1) n where found.step < ?)) "
            + HEAD + SecretColumns.VIEW + " from tenant t left join found f on true"
            + " left join lateral (select * from secret s where s.tenant_id = t.tenant_id and s.path = f.path limit 1) s on true"
            + LAST_ACCESS
            + " where t.tenant_id = ? order by f.path";

    private final TenantTransactions tenants;

    ListRows(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** @param size secrets to look at, at most */
    Chunk next(TenantId owner, List<PathRange> ranges, boolean withDeleted, int size) {
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(withDeleted);
        arguments.addAll(walk(owner, ranges, size));
        List<Row> rows = tenants.query(owner, NEXT, (row, number) -> nextRow(row), arguments.toArray());
        return Chunk.of(rows, size);
    }

    /** @param size secrets to look at, at most */
    Chunk chunk(TenantId owner, List<PathRange> ranges, Conditions conditions, int size) {
        List<@Nullable Object> arguments = new ArrayList<>(conditions.arguments());
        arguments.addAll(walk(owner, ranges, size));
        List<Row> rows = tenants.query(owner, CHUNK, (row, number) -> chunkRow(row), arguments.toArray());
        return Chunk.of(rows, size);
    }

    private static List<Object> walk(TenantId owner, List<PathRange> ranges, int size) {
        return List.of(
                ranges.stream().map(PathRange::from).toArray(String[]::new),
                ranges.stream().map(PathRange::to).toArray(String[]::new),
                owner.value(),
                size,
                size,
                owner.value());
    }

    /**
     * @param base the level's own path with a slash, or empty
     * @param size secrets and folders, at most
     */
    Chunk level(TenantId owner, PathRange range, String base, Conditions conditions, int size) {
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.addAll(List.of(owner.value(), range.from(), range.to()));
        arguments.addAll(conditions.arguments());
        arguments.addAll(List.of(owner.value(), range.to(), base.length(), base.length(), base.length()));
        arguments.addAll(conditions.arguments());
        arguments.addAll(List.of(size, owner.value()));
        List<Row> rows = tenants.query(owner, LEVEL, (row, number) -> levelRow(row), arguments.toArray());
        return Chunk.of(rows, size);
    }

    /** The owner's epoch as of now. */
    long epoch(TenantId owner) {
        return tenants.queryOne(
                        owner,
                        "select epoch from tenant where tenant_id = ? and status = 'active'",
                        (row, number) -> row.getLong(1),
                        owner.value())
                .orElseThrow(() -> new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The tenant is suspended"));
    }

    private static Row nextRow(ResultSet row) throws SQLException {
        return row(row, row.getBoolean(EXTRA_AT), 0);
    }

    private static Row chunkRow(ResultSet row) throws SQLException {
        return row(row, row.getBoolean(EXTRA_AT), row.getInt(EXTRA_AT + 1));
    }

    private static Row levelRow(ResultSet row) throws SQLException {
        return row(row, true, 0);
    }

    private static Row row(ResultSet row, boolean meets, int scanned) throws SQLException {
        String path = row.getString(3);
        SecretView secret = path == null
                ? null
                : SecretColumns.view(row, VIEW_AT, new SecretPath(path), SecretColumns.instantOrNull(row, 4));
        return new Row(row.getLong(1), row.getBoolean(2), secret, meets, scanned);
    }

    /** @param scanned how many secrets the statement looked at; 0 when it was one per row */
    private record Row(long epoch, boolean active, @Nullable SecretView secret, boolean meets, int scanned) {}

    /**
     * What one statement found.
     *
     * @param known whether the owner is known at all; it has no secrets otherwise
     * @param secrets that meet the conditions, in order
     * @param last the last path that was looked at; absent when there was none
     * @param full whether more may follow
     */
    record Chunk(
            boolean known,
            long epoch,
            boolean active,
            List<SecretView> secrets,
            @Nullable String last,
            boolean full) {
        private static Chunk of(List<Row> rows, int size) {
            if (rows.isEmpty()) {
                return new Chunk(false, 0, true, List.of(), null, false);
            }
            Row first = rows.getFirst();
            List<SecretView> secrets = rows.stream()
                    .filter(Row::meets)
                    .map(Row::secret)
                    .filter(Objects::nonNull)
                    .toList();
            SecretView last = rows.getLast().secret();
            int scanned = Math.max(first.scanned(), last == null ? 0 : rows.size());
            return new Chunk(
                    true,
                    first.epoch(),
                    first.active(),
                    secrets,
                    last == null ? null : last.path().value(),
                    scanned >= size);
        }
    }
}
