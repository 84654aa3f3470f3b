package ai.scailabs.vault.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether an entry is wanted, asked of one row after another: no index is chosen by it, so that one statement does for every set of filters. */
final class EntryFilter {
    static final String SQL = """
            coalesce((?::text[] is null or action = any (?::text[]))
              and (?::text is null or identity_id = ?::text)
              and (?::text is null or identity_type = ?::text)
              and (?::text is null or secret_path = ?::text)
              and (?::text is null or starts_with(secret_path, ?::text))
              and (?::boolean is null or success = ?::boolean)
              and (?::text is null or source_ip = ?::text)
              and (?::text is null or request_id = ?::text), false)
            """;

    private EntryFilter() {}

    /** The arguments of a statement in whose middle the filter stands. */
    static @Nullable Object[] between(List<?> before, AuditQuery query, @Nullable Object... behind) {
        List<@Nullable Object> all = new ArrayList<>(before);
        String @Nullable [] actions = query.actionNames();
        for (Object value : new @Nullable Object[] {
            actions,
            query.identityId(),
            query.identityType(),
            query.path(),
            query.pathPrefix(),
            query.success(),
            query.sourceIp(),
            query.requestId()
        }) {
            all.add(value);
            all.add(value);
        }
        all.addAll(Arrays.asList(behind));
        return all.toArray();
    }
}
