package ai.scailabs.vault.audit.trail;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries of many tenants in one statement and one commit, except those whose premise no longer holds. Columns travel as arrays, so that the statement is the same
 * for any number of entries.
 */
final class AuditBatch {
    /**
     * A premise is looked at as the tenant of its own entry: row-level security binds the committer to that tenant, row by row. The offsets keep the planner from looking
     * before the tenant is set; if it did, the premise would not hold, and the caller would read from the database. The columns are taken apart side by side in one list: as functions in
     * a FROM each would be stored before it is read, which takes a fifth of the whole time.
     */
    private static final String INSERT = """
            with entry as materialized (
                select e.*,
                    e.epoch is null or coalesce(t.epoch = e.epoch and t.status = 'active' and s.revision = e.revision, false) as holds
                from (
                    select unnest(?::text[]) as tenant_id, unnest(?::bigint[]) as occurred_micros, unnest(?::text[]) as log_id, unnest(?::text[]) as action,
                        unnest(?::text[]) as identity_type, unnest(?::text[]) as identity_id, unnest(?::text[]) as acting_tenant_id,
                        unnest(?::text[]) as secret_path, unnest(?::text[]) as source_ip, unnest(?::text[]) as user_agent, unnest(?::text[]) as error_code,
                        unnest(?::integer[]) as duration_ms, unnest(?::text[]) as request_id, unnest(?::text[]) as extra_data, unnest(?::bigint[]) as epoch,
                        unnest(?::bigint[]) as revision, unnest(?::boolean[]) as request_apart, unnest(?::integer[]) as number
                ) e
                left join lateral (select set_config('app.tenant_id', e.tenant_id, true) as tenant_id offset 0) own on e.epoch is not null
                left join lateral (
                    select t.epoch, t.status from tenant t where t.tenant_id = own.tenant_id offset 0) t on e.epoch is not null
                left join lateral (
                    select s.revision from secret s where s.tenant_id = own.tenant_id and s.path = e.secret_path offset 0) s on e.epoch is not null
            ), appended as (
                insert into audit_log (tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip,
                    user_agent, success, error_code, duration_ms, request_id, extra_data, request_apart)
                select tenant_id, timestamptz 'epoch' + occurred_micros * interval '1 microsecond', log_id::uuid, action, identity_type, identity_id,
                    acting_tenant_id, secret_path, source_ip, user_agent, error_code is null, error_code, duration_ms, request_id, extra_data::jsonb, request_apart
                from entry
                where holds
            )
            select number from entry where not holds
            """;

    private final List<AuditEntry> entries = new ArrayList<>();
    private final List<@Nullable Premise> premises = new ArrayList<>();

    void add(AuditEntry entry, @Nullable Premise premise) {
        entries.add(entry);
        premises.add(premise);
    }

    /**
     * Returns when all is durable.
     *
     * @param connection in auto-commit mode
     * @return which entries were left out, counted from 0
     */
    List<Integer> insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            bind(connection, statement);
            List<Integer> leftOut = new ArrayList<>(0);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    leftOut.add(results.getInt(1));
                }
            }
            return leftOut;
        }
    }

    private void bind(Connection connection, PreparedStatement statement) throws SQLException {
        List<@Nullable Object[]> columns = new ArrayList<>(AuditColumns.of(entries));
        columns.add(column(Premise::epoch));
        columns.add(column(Premise::revision));
        columns.add(entries.stream()
                .map(entry -> RequestTime.isApart(entry.requestId(), entry.occurredAt()))
                .toArray(Boolean[]::new));
        columns.add(IntStream.range(0, entries.size()).boxed().toArray(Integer[]::new));
        for (int i = 0; i < columns.size(); i++) {
            statement.setArray(i + 1, connection.createArrayOf(typeOf(columns.get(i)), columns.get(i)));
        }
    }

    private @Nullable Long[] column(ToLongFunction<Premise> number) {
        return premises.stream()
                .map(premise -> premise == null ? null : number.applyAsLong(premise))
                .toArray(Long[]::new);
    }

    private static String typeOf(@Nullable Object[] column) {
        return switch (column) {
            case Long[] longs -> "int8";
            case Integer[] integers -> "int4";
            case Boolean[] booleans -> "bool";
            default -> "text";
        };
    }
}
