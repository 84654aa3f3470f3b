package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The row of an entry, for statements that carry it together with the change that it records. The fragments are constants with {@value #ARGUMENT_COUNT}
 * parameters each, to be bound from {@link #arguments}.
 */
public final class AuditRows {
    public static final int ARGUMENT_COUNT = 15;

    private static final String COLUMNS =
            "tenant_id, occurred_at, log_id, action, identity_type, identity_id, acting_tenant_id, secret_path, source_ip, user_agent, success, "
                    + "error_code, duration_ms, request_id, extra_data";

    /** A complete statement. */
    public static final String INSERT =
            "insert into audit_log (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)";

    /** To be followed by {@code from …} in a data-modifying CTE, so that the row exists exactly when the change does. */
    public static final String INSERT_SELECT = "insert into audit_log (" + COLUMNS
            + ") select ?::text, ?::timestamptz, ?::uuid, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::boolean, "
            + "?::text, ?::integer, ?::text, ?::jsonb";

    private static final JsonMapper JSON = JsonMapper.shared();

    /** As JSON writes it. */
    private static final String NUL = "\\u0000";

    private static final char REPLACEMENT = '\ufffd';

    private AuditRows() {}

    /** In the order of the parameters of both fragments. */
    public static @Nullable Object[] arguments(AuditEntry entry) {
        return new @Nullable Object[] {
            entry.tenant().value(),
            entry.occurredAt(),
            entry.id(),
            entry.action().wireName(),
            entry.identity() == null ? null : entry.identity().type().wireName(),
            entry.identity() == null ? null : entry.identity().value(),
            entry.actingTenant() == null ? null : entry.actingTenant().value(),
            entry.path(),
            entry.sourceIp(),
            entry.userAgent(),
            entry.success(),
            entry.errorCode() == null ? null : entry.errorCode().code(),
            entry.durationMillis(),
            entry.requestId(),
            json(entry.extra())
        };
    }

    /**
     * Binds the parameters of a fragment for a login that does not go through the tenant's transactions.
     *
     * @param first the index of the fragment's first parameter, from 1
     */
    public static void bind(PreparedStatement statement, int first, AuditEntry entry) throws SQLException {
        @Nullable Object[] arguments = arguments(entry);
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : arguments[i];
            statement.setObject(first + i, argument);
        }
    }

    /** The arguments of a statement that ends with one of the fragments. */
    public static @Nullable Object[] after(AuditEntry entry, @Nullable Object... first) {
        @Nullable Object[] all = new @Nullable Object[first.length + ARGUMENT_COUNT];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(arguments(entry), 0, all, first.length, ARGUMENT_COUNT);
        return all;
    }

    /** Plain data only: of a type that nobody has thought of the row shows nothing. */
    static @Nullable String json(Map<String, Object> extra) {
        return extra.isEmpty() ? null : storable(JSON.writeValueAsString(PlainData.of(extra)));
    }

    /** A NUL, or half a character, in what somebody else signed would keep the entry out of the log, and with it the reason of a refusal. */
    private static String storable(String json) {
        StringBuilder whole = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (json.startsWith(NUL, i)) {
                whole.append(REPLACEMENT);
                i += NUL.length() - 1;
            } else if (c == '\\' || Character.isHighSurrogate(c) && Character.isLowSurrogate(json.charAt(i + 1))) {
                // An escaped character, or the other half: JSON ends with neither.
                whole.append(c).append(json.charAt(++i));
            } else {
                whole.append(Character.isSurrogate(c) ? REPLACEMENT : c);
            }
        }
        return whole.toString();
    }
}
