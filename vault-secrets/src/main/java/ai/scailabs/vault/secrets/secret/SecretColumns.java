package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.time.DurationText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a row of {@code secret} becomes a {@link SecretView}; for every statement of this module that selects one. */
public final class SecretColumns {
    /** Of the table under the alias {@code s}, which may be the missing side of an outer join. */
    public static final String VIEW =
            "s.current_version, s.secret_type, s.metadata::text, s.max_versions, s.expires_in_seconds, s.expires_at, s.expire_action, "
                    + "s.notify_before::text, s.rotation_policy_id, s.secret_policy_id, s.created_at, s.updated_at, s.deleted_at, "
                    + "s.recoverable_until";

    public static final int COUNT = 14;

    private static final String DEFAULT_NOTIFY_BEFORE = "{" + text(SecretOptions.DEFAULT_NOTIFY_BEFORE) + "}";

    private SecretColumns() {}

    /**
     * The secret whose columns start at {@code from}; null when the join found none.
     *
     * @param lastAccessedAt if the statement looked it up
     */
    public static @Nullable SecretView view(ResultSet row, int from, SecretPath path, @Nullable Instant lastAccessedAt)
            throws SQLException {
        int version = row.getInt(from);
        if (version == 0) {
            return null;
        }
        return new SecretView(
                path,
                SecretType.parse(row.getString(from + 1)),
                version,
                row.getString(from + 2),
                options(row, from),
                instant(row, from + 10),
                instant(row, from + 11),
                instantOrNull(row, from + 5),
                lastAccessedAt,
                row.getString(from + 8),
                row.getString(from + 9),
                instantOrNull(row, from + 12),
                instantOrNull(row, from + 13),
                null);
    }

    private static SecretOptions options(ResultSet row, int from) throws SQLException {
        long expiresInSeconds = row.getLong(from + 4);
        return new SecretOptions(
                row.getInt(from + 3),
                expiresInSeconds == 0 ? null : Duration.ofSeconds(expiresInSeconds),
                ExpireAction.parse(row.getString(from + 6)),
                durations(row.getString(from + 7)));
    }

    /** Reads what PostgreSQL writes for an array of such texts, none of which it needs to quote. */
    private static List<Duration> durations(String array) {
        if (array.equals(DEFAULT_NOTIFY_BEFORE)) {
            return SecretOptions.DEFAULT_NOTIFY_BEFORE;
        }
        List<Duration> durations = new ArrayList<>();
        for (String text : array.substring(1, array.length() - 1).split(",", -1)) {
            if (!text.isEmpty()) {
                durations.add(DurationText.parse("notify_before", text));
            }
        }
        return durations;
    }

    static String text(List<Duration> durations) {
        return durations.stream().map(DurationText::format).collect(Collectors.joining(","));
    }

    public static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant instantOrNull(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
