package ai.scailabs.vault.identity.role;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.identity.directory.IdentityDirectory;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shows and replaces roles. What is assigned here counts in the place of what the person's token says: on this instance when the method returns, on every other within
 * two seconds. A change and its audit row are one transaction. Thread-safe.
 *
 * <p>Only a {@code super_admin} or {@code partner_admin} changes roles; only a {@code super_admin} gives or takes {@code super_admin}; nobody gets a role from
 * themselves that they do not have.
 */
public final class RoleService {
    private static final String SELECT = """
            select u.user_id, u.identity_id, coalesce(r.roles, u.roles) as roles, r.assigned_at, r.assigned_by
            from identity_user u left join identity_role r on r.tenant_id = u.tenant_id and r.user_id = u.user_id
            where u.tenant_id = ? and u.user_id = ? and u.status <> 'DELETED'
            """;

    private final TenantTransactions transactions;
    private final RevocationService standings;
    private final Clock clock;

    /** @param standings through which a change counts at once */
    public RoleService(TenantTransactions transactions, RevocationService standings, Clock clock) {
        this.transactions = transactions;
        this.standings = standings;
        this.clock = clock;
    }

    /** @throws VaultException {@code identity_not_found} */
    public UserRoles get(TenantId tenant, String userId) {
        UserId user = parsed(userId);
        return transactions
                .queryOne(tenant, SELECT, (row, number) -> Holder.of(row), tenant.value(), user.value())
                .orElseThrow(IdentityDirectory::notFound)
                .shown();
    }

    /**
     * @param actor who asks, acting on the person's tenant, with the roles that count now
     * @param names all that the person shall have
     * @throws VaultException {@code forbidden}; {@code validation_error} for a name that is none of the roles, or stands twice; {@code identity_not_found}
     */
    public UserRoles replace(Actor actor, String userId, @Nullable List<String> names, AuditEntry entry) {
        requireAdministrator(actor);
        Set<AdminRole> wanted = parsed(names);
        UserId user = parsed(userId);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<String> roles = wanted.stream().map(AdminRole::wireName).toList();
        transactions.inTransaction(actor.tenant(), tx -> {
            Holder before = locked(tx, user).orElseThrow(IdentityDirectory::notFound);
            requireMayChange(actor, before, Set.copyOf(roles));
            tx.update(
                    """
                    insert into identity_role (tenant_id, user_id, roles, assigned_at, assigned_by) values (?, ?, ?, ?, ?)
                    on conflict (tenant_id, user_id) do update
                    set roles = excluded.roles, assigned_at = excluded.assigned_at, assigned_by = excluded.assigned_by
                    """,
                    tx.tenant().value(),
                    user.value(),
                    roles.toArray(String[]::new),
                    now,
                    actor.identity().value());
            tx.update(AuditRows.INSERT, AuditRows.arguments(entry.withExtra(told(entry, before, roles))));
            return tx;
        });
        standings.changed(actor.tenant());
        return new UserRoles(user.value(), roles, now, actor.identity().value());
    }

    /** Before anything is looked up, so that a refusal tells nothing of who there is. */
    private static void requireAdministrator(Actor actor) {
        if (!actor.hasRole(Actor.SUPER_ADMIN) && !actor.hasRole(Actor.PARTNER_ADMIN)) {
            throw forbidden("Roles are changed by a partner_admin or a super_admin", Actor.PARTNER_ADMIN);
        }
    }

    private static void requireMayChange(Actor actor, Holder before, Set<String> after) {
        boolean concernsSuper = before.roles().contains(Actor.SUPER_ADMIN) || after.contains(Actor.SUPER_ADMIN);
        if (concernsSuper && !actor.hasRole(Actor.SUPER_ADMIN)) {
            throw forbidden("Only a super_admin gives or takes super_admin", Actor.SUPER_ADMIN);
        }
        if (before.isSamePersonAs(actor) && !actor.roles().containsAll(after)) {
            throw new VaultException(ErrorCode.FORBIDDEN, "Nobody gives a role to themselves");
        }
    }

    private static VaultException forbidden(String message, String role) {
        return new VaultException(ErrorCode.FORBIDDEN, message, Map.of("required_role", role));
    }

    /** In two statements: one that waits for a row still sees of other tables what they were before it waited. */
    private static Optional<Holder> locked(TenantTransaction tx, UserId user) {
        tx.queryOne(
                "select 1 from identity_user where tenant_id = ? and user_id = ? for update",
                (row, number) -> row.getInt(1),
                tx.tenant().value(),
                user.value());
        return tx.queryOne(SELECT, (row, number) -> Holder.of(row), tx.tenant().value(), user.value());
    }

    private static Map<String, Object> told(AuditEntry entry, Holder before, List<String> after) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("roles_before", String.join(" ", before.roles()));
        extra.put("roles", String.join(" ", after));
        if (before.identity() != null) {
            extra.put("holder", before.identity());
        }
        return extra;
    }

    private static UserId parsed(String userId) {
        return UserId.parse(userId).orElseThrow(IdentityDirectory::notFound);
    }

    private static Set<AdminRole> parsed(@Nullable List<String> names) {
        if (names == null) {
            throw VaultException.invalidField("roles", "is required");
        }
        Set<AdminRole> roles = EnumSet.noneOf(AdminRole.class);
        for (int i = 0; i < names.size(); i++) {
            // Whatever the list holds: it comes from the caller's JSON.
            @Nullable String name = names.get(i);
            Optional<AdminRole> role = name == null ? Optional.empty() : AdminRole.parse(name);
            if (role.isEmpty() || !roles.add(role.get())) {
                throw VaultException.invalidField(
                        "roles[" + i + "]",
                        "must be one of "
                                + List.of(AdminRole.values()).stream()
                                        .map(AdminRole::wireName)
                                        .collect(Collectors.joining(", "))
                                + ", and none twice");
            }
        }
        return roles;
    }

    private record Holder(
            String id,
            @Nullable String identity,
            List<String> roles,
            @Nullable Instant assignedAt,
            @Nullable String assignedBy) {
        static Holder of(ResultSet row) throws SQLException {
            OffsetDateTime assignedAt = row.getObject("assigned_at", OffsetDateTime.class);
            return new Holder(
                    row.getString("user_id"),
                    row.getString("identity_id"),
                    List.of((String[]) row.getArray("roles").getArray()),
                    assignedAt == null ? null : assignedAt.toInstant(),
                    row.getString("assigned_by"));
        }

        /** In whichever tenant: who is an administrator there and here is one person. */
        boolean isSamePersonAs(Actor actor) {
            String id = "user:" + this.id;
            return id.equals(actor.identity().value())
                    || (actor.subject() != null && id.equals(actor.subject().value()))
                    || actor.identity().value().equals(identity);
        }

        UserRoles shown() {
            return new UserRoles(id, roles, assignedAt, assignedBy);
        }
    }
}
