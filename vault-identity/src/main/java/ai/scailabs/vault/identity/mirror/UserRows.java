package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of people, and what follows for their tokens and roles. */
final class UserRows {
    /** ScaiKey's clock may be ahead of ours, but no word of it ends tokens of a far future. */
    private static final long MAX_AHEAD_SECONDS = 300;

    private static final String COLUMNS =
            "user_id, email, identity_id, display_name, status, mfa_enabled, roles, known_at, status_at";

    private static final String SELECT =
            "select " + COLUMNS + " from identity_user where tenant_id = ? and user_id = any(?)";

    private static final String SAVE = """
            insert into identity_user as known
                (tenant_id, user_id, email, identity_id, display_name, status, mfa_enabled, roles, known_at, status_at, last_synced_at)
            select ?, u.user_id, u.email, u.identity_id, u.display_name, u.status, u.mfa_enabled::boolean, string_to_array(u.roles, ' '),
                timestamptz 'epoch' + u.known_micros * interval '1 microsecond', timestamptz 'epoch' + u.status_micros * interval '1 microsecond', ?::timestamptz
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])
                as u (user_id, email, identity_id, display_name, status, mfa_enabled, roles, known_micros, status_micros)
            on conflict (tenant_id, user_id) do update
            set email = excluded.email, identity_id = excluded.identity_id, display_name = excluded.display_name, status = excluded.status,
                mfa_enabled = excluded.mfa_enabled, roles = excluded.roles, known_at = excluded.known_at, status_at = excluded.status_at,
                last_synced_at = excluded.last_synced_at
            """;

    private static final String VANISH = """
            update identity_user set status = 'DELETED', status_at = ?, display_name = null
            where tenant_id = ? and user_id = any(array(
                select user_id from identity_user
                where tenant_id = ? and status <> 'DELETED' and greatest(known_at, status_at) < ? order by user_id limit 500))
            returning user_id, identity_id
            """;

    private final TokensOfPerson tokens;

    UserRows(TokensOfPerson tokens) {
        this.tokens = tokens;
    }

    MirrorChanges told(TenantTransaction tx, List<ToldUser> told, Instant at, Instant now) {
        if (told.isEmpty()) {
            return MirrorChanges.NONE;
        }
        Map<UserId, MirroredUser> before =
                known(tx, told.stream().map(ToldUser::id).toList());
        Map<UserId, MirroredUser> after = new LinkedHashMap<>();
        for (ToldUser each : told) {
            MirroredUser known = before.get(each.id());
            after.put(each.id(), known == null ? MirroredUser.first(each, at) : known.with(each, at));
        }
        save(tx, List.copyOf(after.values()), now);
        int changed = 0;
        List<StandingChange> standings = new ArrayList<>();
        for (MirroredUser user : after.values()) {
            MirroredUser old = before.get(user.id());
            changed += saysTheSame(old, user) ? 0 : 1;
            boolean wasActive = old == null || old.status().isActive();
            if (wasActive != user.status().isActive()) {
                standings.add(new StandingChange(user.id().value(), user.status()));
                if (wasActive) {
                    endTokens(tx, namesOf(user.id(), old, user), user.statusAt(), now);
                }
            }
            if (user.status().equals(IdentityStatus.DELETED)) {
                removeRoles(tx, user.id());
            }
        }
        return new MirrorChanges(changed, standings);
    }

    /** Nothing is written down but that the tokens end; somebody who is not known yet has their id only. */
    MirrorChanges passwordChanged(TenantTransaction tx, ToldUser told, Instant at, Instant now) {
        MirroredUser known = known(tx, List.of(told.id())).get(told.id());
        endTokens(tx, namesOf(told.id(), known, MirroredUser.first(told, at)), at, now);
        return new MirrorChanges(1, List.of());
    }

    MirrorChanges vanished(TenantTransaction tx, Instant asOf, Instant now) {
        String tenant = tx.tenant().value();
        List<StandingChange> standings = new ArrayList<>();
        for (Gone gone : tx.query(VANISH, (row, number) -> Gone.of(row), asOf, tenant, tenant, asOf)) {
            standings.add(new StandingChange(gone.id().value(), IdentityStatus.DELETED));
            endTokens(tx, gone.names(), asOf, now);
            removeRoles(tx, gone.id());
        }
        return new MirrorChanges(standings.size(), standings);
    }

    private void endTokens(TenantTransaction tx, Set<IdentityId> names, Instant issuedBy, Instant now) {
        Instant latest = now.plusSeconds(MAX_AHEAD_SECONDS);
        for (IdentityId name : names) {
            tokens.end(tx, name, issuedBy.isAfter(latest) ? latest : issuedBy);
        }
    }

    /** Who comes back under the same id does not come back with the roles of before. */
    private static void removeRoles(TenantTransaction tx, UserId user) {
        tx.update(
                "delete from identity_role where tenant_id = ? and user_id = ?",
                tx.tenant().value(),
                user.value());
    }

    private static Set<IdentityId> namesOf(UserId id, @Nullable MirroredUser... states) {
        Set<IdentityId> names = new LinkedHashSet<>();
        names.add(id.asIdentity());
        for (MirroredUser state : states) {
            if (state != null && state.identity() != null) {
                names.add(state.identity());
            }
        }
        return names;
    }

    private static boolean saysTheSame(@Nullable MirroredUser old, MirroredUser user) {
        return old != null
                && Objects.equals(old.email(), user.email())
                && Objects.equals(old.displayName(), user.displayName())
                && old.status().equals(user.status())
                && Objects.equals(old.mfaEnabled(), user.mfaEnabled())
                && old.roles().equals(user.roles());
    }

    private static Map<UserId, MirroredUser> known(TenantTransaction tx, List<UserId> ids) {
        Map<UserId, MirroredUser> known = new LinkedHashMap<>();
        String[] texts = ids.stream().map(UserId::value).toArray(String[]::new);
        tx.query(SELECT, (row, number) -> user(row), tx.tenant().value(), texts)
                .forEach(user -> known.put(user.id(), user));
        return known;
    }

    private static MirroredUser user(ResultSet row) throws SQLException {
        String identity = row.getString("identity_id");
        return new MirroredUser(
                new UserId(row.getString("user_id")),
                row.getString("email"),
                identity == null ? null : new IdentityId(identity),
                row.getString("display_name"),
                new IdentityStatus(row.getString("status")),
                row.getObject("mfa_enabled", Boolean.class),
                List.of((String[]) row.getArray("roles").getArray()),
                row.getObject("known_at", OffsetDateTime.class).toInstant(),
                row.getObject("status_at", OffsetDateTime.class).toInstant());
    }

    private static void save(TenantTransaction tx, List<MirroredUser> users, Instant now) {
        tx.update(
                SAVE,
                tx.tenant().value(),
                now,
                column(users, user -> user.id().value()),
                column(users, MirroredUser::email),
                column(
                        users,
                        user -> user.identity() == null ? null : user.identity().value()),
                column(users, MirroredUser::displayName),
                column(users, user -> user.status().value()),
                column(users, user -> user.mfaEnabled() == null ? null : String.valueOf(user.mfaEnabled())),
                column(users, user -> String.join(" ", user.roles())),
                PlaceRows.micros(users.stream().map(MirroredUser::knownAt).toList()),
                PlaceRows.micros(users.stream().map(MirroredUser::statusAt).toList()));
    }

    private static @Nullable String[] column(List<MirroredUser> users, Function<MirroredUser, @Nullable String> cell) {
        @Nullable String[] cells = new @Nullable String[users.size()];
        Arrays.setAll(cells, i -> cell.apply(users.get(i)));
        return cells;
    }

    private record Gone(UserId id, @Nullable String identity) {
        static Gone of(ResultSet row) throws SQLException {
            return new Gone(new UserId(row.getString(1)), row.getString(2));
        }

        Set<IdentityId> names() {
            Set<IdentityId> names = new LinkedHashSet<>();
            names.add(id.asIdentity());
            if (identity != null) {
                names.add(new IdentityId(identity));
            }
            return names;
        }
    }
}
