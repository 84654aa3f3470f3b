package ai.scailabs.vault.events.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who of some tenants wants to be told, as it is at this moment. */
final class Listeners {
    private static final String ENABLED = """
            select g.tenant_id, t.partner_id, g.target_id, g.delivery = 'polling', g.event_types, g.path_prefix, g.secret_type, g.tags, g.paths, g.told_from
            from event_target g join tenant t on t.tenant_id = g.tenant_id
            where g.tenant_id = any (?) and g.enabled
            """;

    private final Map<String, OfTenant> tenants = new HashMap<>();

    private Listeners() {}

    /** @param worker in the transaction that is to tell them */
    static Listeners of(Connection worker, Collection<String> tenants) throws SQLException {
        Listeners found = new Listeners();
        try (PreparedStatement statement = worker.prepareStatement(ENABLED)) {
            statement.setArray(1, worker.createArrayOf("text", tenants.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.tenants
                            .computeIfAbsent(row.getString(1), _ -> new OfTenant(partner(row)))
                            .add(row.getString(3), row.getBoolean(4), filter(row));
                }
            }
        }
        return found;
    }

    private static String partner(ResultSet row) {
        try {
            return row.getString(2);
        } catch (SQLException unreadable) {
            throw new IllegalStateException("a row that was read has no second column", unreadable);
        }
    }

    private static EventFilter filter(ResultSet row) throws SQLException {
        return EventFilter.stored(
                texts(row, 5),
                row.getString(6),
                row.getString(7),
                texts(row, 8),
                texts(row, 9),
                row.getObject(10, OffsetDateTime.class).toInstant());
    }

    static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    boolean isEmpty() {
        return tenants.isEmpty();
    }

    /** Null when nobody of that tenant listens. */
    @Nullable
    OfTenant of(String tenant) {
        return tenants.get(tenant);
    }

    /** Those of one tenant. */
    static final class OfTenant {
        private final String partner;
        private final Set<EventType> types = EnumSet.noneOf(EventType.class);
        private final Map<String, EventFilter> sent = new HashMap<>();
        private final Map<String, EventFilter> fetched = new HashMap<>();

        private OfTenant(String partner) {
            this.partner = partner;
        }

        private void add(String target, boolean polling, EventFilter filter) {
            types.addAll(filter.types());
            if (polling) {
                fetched.put(target, filter);
            } else {
                sent.put(target, filter);
            }
        }

        String partner() {
            return partner;
        }

        /** Those that fetch it, or null when nobody wants it. */
        @Nullable
        List<String> wanting(EventFilter.Facts facts) {
            if (!types.contains(facts.type()) && facts.addressed().isEmpty()) {
                return null;
            }
            List<String> queues = new ArrayList<>();
            fetched.forEach((target, filter) -> {
                if (filter.matches(facts)) {
                    queues.add(target);
                }
            });
            boolean wanted = !queues.isEmpty()
                    || sent.entrySet().stream().anyMatch(each -> each.getValue().reaches(each.getKey(), facts));
            return wanted ? queues : null;
        }
    }
}
