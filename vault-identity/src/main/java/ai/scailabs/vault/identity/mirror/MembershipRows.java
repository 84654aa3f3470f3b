package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who is in which group. Who left keeps a row, so that nothing older puts them back. */
final class MembershipRows {
    private static final String SAVE = """
            insert into identity_membership as known (tenant_id, group_id, user_id, membership_type, added_at, present, known_at)
            select ?, ?, m.user_id, m.type, m.added_at::timestamptz, m.present::boolean, ?::timestamptz
            from unnest(?::text[], ?::text[], ?::text[], ?::text[]) as m (user_id, type, added_at, present)
            on conflict (tenant_id, group_id, user_id) do update
            set membership_type = excluded.membership_type, added_at = coalesce(excluded.added_at, known.added_at), present = excluded.present,
                known_at = excluded.known_at
            where known.known_at <= excluded.known_at
            """;

    private static final String VANISH = """
            update identity_membership set present = false, known_at = ?
            where tenant_id = ? and group_id = ? and user_id = any(array(
                select user_id from identity_membership
                where tenant_id = ? and group_id = ? and present and known_at < ? order by user_id limit 500))
            """;

    MirrorChanges told(TenantTransaction tx, GroupId group, List<ToldMember> told, Instant at) {
        if (told.isEmpty()) {
            return MirrorChanges.NONE;
        }
        int taken = tx.update(
                SAVE,
                tx.tenant().value(),
                group.value(),
                at,
                column(told, member -> member.user().value()),
                column(told, ToldMember::type),
                column(
                        told,
                        member -> member.addedAt() == null
                                ? null
                                : member.addedAt().toString()),
                column(told, member -> String.valueOf(member.present())));
        return new MirrorChanges(taken, List.of());
    }

    MirrorChanges vanished(TenantTransaction tx, GroupId group, Instant asOf) {
        String tenant = tx.tenant().value();
        return new MirrorChanges(
                tx.update(VANISH, asOf, tenant, group.value(), tenant, group.value(), asOf), List.of());
    }

    private static @Nullable String[] column(List<ToldMember> told, Function<ToldMember, @Nullable String> cell) {
        @Nullable String[] cells = new @Nullable String[told.size()];
        Arrays.setAll(cells, i -> cell.apply(told.get(i)));
        return cells;
    }
}
