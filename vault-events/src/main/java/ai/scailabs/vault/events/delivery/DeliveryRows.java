package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventBody;
import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.events.outbox.EventType;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How rows are read. */
final class DeliveryRows {
    /** Of {@code event_target}, which the query calls {@code g}, and its tenant {@code t}. */
    static final String TARGET =
            "g.tenant_id, t.partner_id, g.target_id, g.kind, g.name, g.url, g.event_types, g.path_prefix, g.secret_type, g.tags, g.paths, g.buffer_size, "
                    + "g.enabled, g.disabled_reason, g.standing, g.revision, g.created_at, g.created_by, g.updated_at, g.cursor, g.attempts, g.failing_since, g.told_from";

    private DeliveryRows() {}

    static Target target(ResultSet row, int number) throws SQLException {
        return new Target(
                new TenantId(row.getString(1)),
                new PartnerId(row.getString(2)),
                row.getString(3),
                Target.Kind.valueOf(row.getString(4).toUpperCase(Locale.ROOT)),
                row.getString(5),
                row.getString(6),
                EventFilter.stored(
                        texts(row, 7),
                        row.getString(8),
                        row.getString(9),
                        texts(row, 10),
                        texts(row, 11),
                        required(row, 23)),
                row.getObject(12, Integer.class),
                row.getBoolean(13),
                row.getString(14),
                row.getString(15),
                row.getInt(16),
                required(row, 17),
                row.getString(18),
                required(row, 19),
                row.getLong(20),
                row.getInt(21),
                instant(row, 22));
    }

    /** Of {@code position, event_id, event_type, path, secret_type, tags, body, occurred_at, addressed}. */
    static StoredEvent event(ResultSet row, int number) throws SQLException {
        EventType type = EventType.ofName(row.getString(3));
        return new StoredEvent(
                row.getLong(1),
                row.getObject(2, UUID.class),
                row.getString(3),
                type == null
                        ? null
                        : new EventFilter.Facts(
                                type,
                                required(row, 8),
                                row.getString(4),
                                row.getString(5),
                                EventBody.texts(row.getString(6)),
                                EventBody.texts(row.getString(9))),
                row.getString(7));
    }

    static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static Instant required(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
