package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of partners, tenants and groups. A trigger of the database lets a change of status count for the tenants. */
final class PlaceRows {
    private static final String PARTNER =
            "select name, slug as more, region, status, known_at, status_at from identity_partner where tenant_id = ?";

    private static final String SAVE_PARTNER = """
            insert into identity_partner (tenant_id, name, slug, region, status, known_at, status_at, last_synced_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (tenant_id) do update
            set name = excluded.name, slug = excluded.slug, region = excluded.region, status = excluded.status, known_at = excluded.known_at,
                status_at = excluded.status_at, last_synced_at = excluded.last_synced_at
            """;

    private static final String TENANT =
            "select name, slug as more, null as region, status, known_at, status_at from identity_tenant where tenant_id = ? and listed_id = ?";

    private static final String SAVE_TENANT = """
            insert into identity_tenant (tenant_id, listed_id, name, slug, status, known_at, status_at, last_synced_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (tenant_id, listed_id) do update
            set name = excluded.name, slug = excluded.slug, status = excluded.status, known_at = excluded.known_at, status_at = excluded.status_at,
                last_synced_at = excluded.last_synced_at
            """;

    private static final String GROUP =
            "select name, description as more, null as region, status, known_at, status_at from identity_group where tenant_id = ? and group_id = ?";

    private static final String SAVE_GROUP = """
            insert into identity_group (tenant_id, group_id, name, identity_id, description, status, known_at, status_at, last_synced_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (tenant_id, group_id) do update
            set name = excluded.name, identity_id = excluded.identity_id, description = excluded.description, status = excluded.status,
                known_at = excluded.known_at, status_at = excluded.status_at, last_synced_at = excluded.last_synced_at
            """;

    private static final String VANISH_TENANTS = """
            update identity_tenant set status = 'DELETED', status_at = ?
            where tenant_id = ? and listed_id = any(array(
                select listed_id from identity_tenant
                where tenant_id = ? and status <> 'DELETED' and greatest(known_at, status_at) < ? order by listed_id limit 500))
            returning listed_id
            """;

    private static final String VANISH_GROUPS = """
            update identity_group set status = 'DELETED', status_at = ?
            where tenant_id = ? and group_id = any(array(
                select group_id from identity_group
                where tenant_id = ? and status <> 'DELETED' and greatest(known_at, status_at) < ? order by group_id limit 500))
            returning group_id
            """;

    MirrorChanges partner(TenantTransaction tx, ToldPartner told, Instant at, Instant now) {
        String space = tx.tenant().value();
        MirroredPlace known =
                tx.queryOne(PARTNER, (row, number) -> place(row), space).orElse(null);
        MirroredPlace merged = MirroredPlace.merged(known, told.name(), told.slug(), told.region(), told.status(), at);
        tx.update(
                SAVE_PARTNER,
                space,
                merged.name(),
                merged.more(),
                merged.region(),
                merged.status().value(),
                merged.knownAt(),
                merged.statusAt(),
                now);
        return changes(List.of(new Merged(space, known, merged)));
    }

    MirrorChanges tenants(TenantTransaction tx, List<ToldTenant> told, Instant at, Instant now) {
        String space = tx.tenant().value();
        List<Merged> all = new ArrayList<>();
        for (ToldTenant each : told) {
            String id = each.id().value();
            MirroredPlace known =
                    tx.queryOne(TENANT, (row, number) -> place(row), space, id).orElse(null);
            MirroredPlace merged = MirroredPlace.merged(known, each.name(), each.slug(), null, each.status(), at);
            tx.update(
                    SAVE_TENANT,
                    space,
                    id,
                    merged.name(),
                    merged.more(),
                    merged.status().value(),
                    merged.knownAt(),
                    merged.statusAt(),
                    now);
            all.add(new Merged(id, known, merged));
        }
        return changes(all);
    }

    MirrorChanges groups(TenantTransaction tx, List<ToldGroup> told, Instant at, Instant now) {
        String tenant = tx.tenant().value();
        List<Merged> all = new ArrayList<>();
        for (ToldGroup each : told) {
            String id = each.id().value();
            MirroredPlace known =
                    tx.queryOne(GROUP, (row, number) -> place(row), tenant, id).orElse(null);
            MirroredPlace merged =
                    MirroredPlace.merged(known, each.name(), each.description(), null, each.status(), at);
            tx.update(
                    SAVE_GROUP,
                    tenant,
                    id,
                    merged.name(),
                    identityOf(merged.name()),
                    merged.more(),
                    merged.status().value(),
                    merged.knownAt(),
                    merged.statusAt(),
                    now);
            all.add(new Merged(id, known, merged));
        }
        // A group lets nobody in.
        return new MirrorChanges(changes(all).rows(), List.of());
    }

    MirrorChanges vanishedTenants(TenantTransaction tx, Instant asOf) {
        String space = tx.tenant().value();
        List<StandingChange> gone = tx.query(
                VANISH_TENANTS,
                (row, number) -> new StandingChange(row.getString(1), IdentityStatus.DELETED),
                asOf,
                space,
                space,
                asOf);
        return new MirrorChanges(gone.size(), gone);
    }

    MirrorChanges vanishedGroups(TenantTransaction tx, Instant asOf) {
        String tenant = tx.tenant().value();
        List<String> gone = tx.query(VANISH_GROUPS, (row, number) -> row.getString(1), asOf, tenant, tenant, asOf);
        return new MirrorChanges(gone.size(), List.of());
    }

    private static MirrorChanges changes(List<Merged> all) {
        List<StandingChange> standings = new ArrayList<>();
        int changed = 0;
        for (Merged each : all) {
            changed += each.now().saysTheSameAs(each.before()) ? 0 : 1;
            boolean wasActive = each.before() == null || each.before().status().isActive();
            if (wasActive != each.now().status().isActive()) {
                standings.add(new StandingChange(each.id(), each.now().status()));
            }
        }
        return new MirrorChanges(changed, standings);
    }

    private static @Nullable String identityOf(@Nullable String name) {
        return name == null
                ? null
                : IdentityId.parse("group:" + name).map(IdentityId::value).orElse(null);
    }

    private static MirroredPlace place(ResultSet row) throws SQLException {
        return new MirroredPlace(
                row.getString("name"),
                row.getString("more"),
                row.getString("region"),
                new IdentityStatus(row.getString("status")),
                row.getObject("known_at", OffsetDateTime.class).toInstant(),
                row.getObject("status_at", OffsetDateTime.class).toInstant());
    }

    static Long[] micros(List<Instant> instants) {
        return instants.stream()
                .map(instant -> instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000)
                .toArray(Long[]::new);
    }

    private record Merged(String id, @Nullable MirroredPlace before, MirroredPlace now) {}
}
