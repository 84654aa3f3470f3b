package ai.scailabs.vault.identity.directory;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists what ScaiKey has told of one partner or one tenant, in the order of ids. What was deleted is left out unless it is asked for by its status. Whether the caller may
 * see that tenant was decided before. Thread-safe.
 */
public final class IdentityDirectory {
    private static final String USER_PREFIX = "user:";
    private static final String GROUP_PREFIX = "group:";

    private static final String OF_STATUS =
            " and case when ?::text is null then x.status <> 'DELETED' else x.status = ?::text end";

    private static final String COUNT = "select count(*)";
    private static final String PAGE = " limit ? offset ?";

    private static final String PARTNER = "select x.tenant_id, x.name, x.slug, x.region, x.status, x.last_synced_at"
            + " from identity_partner x where x.tenant_id = ?" + OF_STATUS;

    private static final String TENANT = "select x.tenant_id, x.listed_id, x.name, x.slug, x.status, x.last_synced_at";
    private static final String TENANTS =
            " from identity_tenant x where x.tenant_id = ? and (?::text is null or x.listed_id = ?::text)" + OF_STATUS;

    /** One person, and what else is known of them. */
    private static final String USER = """
            select x.tenant_id, x.user_id, x.email, x.identity_id, x.display_name, x.status, x.mfa_enabled, x.last_synced_at,
                coalesce((select r.roles from identity_role r where r.tenant_id = x.tenant_id and r.user_id = x.user_id), x.roles) as roles,
                array(
                    select m.group_id from identity_membership m
                    join identity_group g on g.tenant_id = m.tenant_id and g.group_id = m.group_id and g.status <> 'DELETED'
                    where m.tenant_id = x.tenant_id and m.user_id = x.user_id and m.present order by m.group_id) as groups
            """;

    private static final String USERS = " from identity_user x where x.tenant_id = ?" + OF_STATUS
            + " and (?::text is null or x.email ilike ?::text or x.display_name ilike ?::text)";

    /** Who is in it and was not deleted; of some only the id may be known. Not joined: on tables that were not analysed yet, everybody would be compared with everybody. */
    private static final String IN_GROUP = " from identity_membership m where m.present and coalesce("
            + "(select u.status from identity_user u where u.tenant_id = m.tenant_id and u.user_id = m.user_id), 'ACTIVE') <> 'DELETED'";

    private static final String GROUP =
            "select x.tenant_id, x.group_id, x.name, x.identity_id, x.description, x.status, x.last_synced_at, (select count(*)"
                    + IN_GROUP + " and m.tenant_id = x.tenant_id and m.group_id = x.group_id) as member_count";
    private static final String GROUPS = " from identity_group x where x.tenant_id = ?" + OF_STATUS;

    private static final String MEMBER = "select m.user_id, m.membership_type, m.added_at,"
            + " (select u.email from identity_user u where u.tenant_id = m.tenant_id and u.user_id = m.user_id) as email";
    private static final String MEMBERS = IN_GROUP + " and m.tenant_id = ? and m.group_id = ?";

    private final TenantTransactions transactions;

    public IdentityDirectory(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** The partner itself, if ScaiKey has told of it: nobody sees another. */
    public ListPage<PartnerEntry> partners(PartnerId partner, @Nullable String status, PageRequest page) {
        TenantId space = TenantId.sharedBy(partner);
        List<PartnerEntry> found = transactions.query(
                space, PARTNER, (row, number) -> DirectoryRows.partner(row), space.value(), status, status);
        return new ListPage<>(page.offset() == 0 ? found : List.of(), found.size());
    }

    /** @param only the one that the caller may see; absent for an administrator of the partner, who sees all of them */
    public ListPage<TenantEntry> tenants(
            PartnerId partner, @Nullable TenantId only, @Nullable String status, PageRequest page) {
        TenantId space = TenantId.sharedBy(partner);
        String listed = only == null ? null : only.value();
        long total = transactions
                .queryOne(
                        space,
                        COUNT + TENANTS,
                        (row, number) -> row.getLong(1),
                        space.value(),
                        listed,
                        listed,
                        status,
                        status)
                .orElse(0L);
        return new ListPage<>(
                transactions.query(
                        space,
                        TENANT + TENANTS + " order by x.listed_id" + PAGE,
                        (row, number) -> DirectoryRows.tenant(row),
                        space.value(),
                        listed,
                        listed,
                        status,
                        status,
                        page.size(),
                        page.offset()),
                total);
    }

    /** @param search part of the e-mail address or the name, in upper or lower case; absent for all */
    public ListPage<UserEntry> users(
            TenantId tenant, @Nullable String status, @Nullable String search, PageRequest page) {
        String pattern = search == null ? null : "%" + search.replaceAll("([\\\\%_])", "\\\\$1") + "%";
        long total = transactions
                .queryOne(
                        tenant,
                        COUNT + USERS,
                        (row, number) -> row.getLong(1),
                        tenant.value(),
                        status,
                        status,
                        pattern,
                        pattern,
                        pattern)
                .orElse(0L);
        return new ListPage<>(
                transactions.query(
                        tenant,
                        USER + USERS + " order by x.user_id" + PAGE,
                        (row, number) -> DirectoryRows.user(row),
                        tenant.value(),
                        status,
                        status,
                        pattern,
                        pattern,
                        pattern,
                        page.size(),
                        page.offset()),
                total);
    }

    public ListPage<GroupEntry> groups(TenantId tenant, @Nullable String status, PageRequest page) {
        long total = transactions
                .queryOne(tenant, COUNT + GROUPS, (row, number) -> row.getLong(1), tenant.value(), status, status)
                .orElse(0L);
        return new ListPage<>(
                transactions.query(
                        tenant,
                        GROUP + GROUPS + " order by x.group_id" + PAGE,
                        (row, number) -> DirectoryRows.group(row),
                        tenant.value(),
                        status,
                        status,
                        page.size(),
                        page.offset()),
                total);
    }

    /** @throws VaultException {@code identity_not_found} for a group that the tenant does not have, or no more */
    public ListPage<MemberEntry> members(TenantId tenant, String groupId, PageRequest page) {
        String group = GroupId.parse(groupId)
                .flatMap(id -> group(tenant, id.value()))
                .orElseThrow(IdentityDirectory::notFound)
                .id();
        long total = transactions
                .queryOne(tenant, COUNT + MEMBERS, (row, number) -> row.getLong(1), tenant.value(), group)
                .orElse(0L);
        return new ListPage<>(
                transactions.query(
                        tenant,
                        MEMBER + MEMBERS + " order by m.user_id" + PAGE,
                        (row, number) -> DirectoryRows.member(row),
                        tenant.value(),
                        group,
                        page.size(),
                        page.offset()),
                total);
    }

    /**
     * A person who was not deleted.
     *
     * @param name {@code usr_…} or the e-mail address, with or without the {@code user:} that tokens write before it. Of several with one address, the one that is let in
     */
    public Optional<UserEntry> user(TenantId tenant, String name) {
        String id = name.startsWith(USER_PREFIX) ? name.substring(USER_PREFIX.length()) : name;
        if (UserId.parse(id).isPresent()) {
            return transactions.queryOne(
                    tenant,
                    USER + " from identity_user x where x.tenant_id = ? and x.user_id = ? and x.status <> 'DELETED'",
                    (row, number) -> DirectoryRows.user(row),
                    tenant.value(),
                    id);
        }
        return IdentityId.parse(USER_PREFIX + id)
                .flatMap(identity -> transactions.queryOne(
                        tenant,
                        USER
                                + " from identity_user x where x.tenant_id = ? and x.identity_id = ? and x.status <> 'DELETED'"
                                + " order by x.status <> 'ACTIVE', x.user_id limit 1",
                        (row, number) -> DirectoryRows.user(row),
                        tenant.value(),
                        identity.value()));
    }

    /** As {@link #user}: {@code grp_…} or the name, with or without {@code group:}. */
    public Optional<GroupEntry> group(TenantId tenant, String name) {
        String id = name.startsWith(GROUP_PREFIX) ? name.substring(GROUP_PREFIX.length()) : name;
        if (GroupId.parse(id).isPresent()) {
            return transactions.queryOne(
                    tenant,
                    GROUP + " from identity_group x where x.tenant_id = ? and x.group_id = ? and x.status <> 'DELETED'",
                    (row, number) -> DirectoryRows.group(row),
                    tenant.value(),
                    id);
        }
        return IdentityId.parse(GROUP_PREFIX + id)
                .flatMap(identity -> transactions.queryOne(
                        tenant,
                        GROUP
                                + " from identity_group x where x.tenant_id = ? and x.identity_id = ? and x.status <> 'DELETED'"
                                + " order by x.group_id limit 1",
                        (row, number) -> DirectoryRows.group(row),
                        tenant.value(),
                        identity.value()));
    }

    public static VaultException notFound() {
        return new VaultException(ErrorCode.IDENTITY_NOT_FOUND, "The tenant has no such identity");
    }
}
