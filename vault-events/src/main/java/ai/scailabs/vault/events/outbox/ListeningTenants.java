package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Where somebody wants to be told of something: what is to be looked for is looked for there alone. */
public final class ListeningTenants {
    private static final String LISTENING = """
            select distinct g.tenant_id from event_target g join tenant t on t.tenant_id = g.tenant_id
            where g.enabled and t.status = 'active' and g.event_types && ?::text[] order by g.tenant_id
            """;

    private ListeningTenants() {}

    /** @param worker logs in as the worker role */
    public static List<TenantId> of(Connection worker, EventType... types) throws SQLException {
        List<String> names = new ArrayList<>();
        for (EventType type : types) {
            names.add(type.wireName());
        }
        List<TenantId> tenants = new ArrayList<>();
        try (PreparedStatement statement = worker.prepareStatement(LISTENING)) {
            statement.setArray(1, worker.createArrayOf("text", names.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tenants.add(new TenantId(row.getString(1)));
                }
            }
        }
        return tenants;
    }
}
