package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of leases. Whoever ends one takes it first, and nothing is written by who has lost it meanwhile. */
final class LeaseRepository {
    private static final String COLUMNS =
            "l.tenant_id, l.lease_id, l.engine_id, l.engine_name, l.role_id, l.role_name, l.account, l.recipe::text as recipe, l.identity, l.state, l.reason, l.renewable, l.issued_at,"
                    + " l.expires_at, l.latest_at, l.ending_at, l.ended_at, l.attempts, l.error_code, l.error_message, clock_timestamp() as read_at";

    /** Longer than a target is given for anything; whoever dies is followed by another after it. */
    private static final String HELD = "clock_timestamp() + interval '90 seconds'";

    private static final String IS_DUE =
            " l.next_at <= clock_timestamp() and (l.taken_until is null or l.taken_until <= clock_timestamp())";

    private static final String TAKEN = "update lease l set taken_by = ?, taken_until = " + HELD + ", next_at = " + HELD
            + ", state = case when l.state = 'stuck' then 'stuck' else 'revoking' end, ending_at = coalesce(l.ending_at, clock_timestamp()),"
            + " reason = coalesce(l.reason, case l.state when 'pending' then 'not_completed' else 'expired' end)";

    private static final String TAKE_NEXT = TAKEN
            + " where l.tenant_id = ? and l.lease_id = (select l.lease_id from lease l where l.tenant_id = ? and l.engine_id = ? and"
            + IS_DUE + " order by l.next_at limit 1 for update skip locked) returning " + COLUMNS;

    private static final String TAKE =
            TAKEN + " where l.tenant_id = ? and l.lease_id = ? and" + IS_DUE + " returning " + COLUMNS;

    private final TenantTransactions transactions;

    LeaseRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Live ones, and no more than that many counted; one at a time in a tenant until the transaction ends. */
    Live live(TenantTransaction tx, UUID engine, UUID role, int most) {
        tx.queryOne(
                "select pg_advisory_xact_lock(hashtextextended('lease/' || ?, 0))::text",
                (results, index) -> "",
                tx.tenant().value());
        return tx.queryOne(
                        """
                        select (select count(*)::integer from (select from lease l where l.tenant_id = ? and l.ended_at is null limit ?) t),
                            (select count(*)::integer from lease l where l.tenant_id = ? and l.engine_id = ? and l.ended_at is null),
                            (select count(*)::integer from lease l where l.tenant_id = ? and l.engine_id = ? and l.role_id = ? and l.ended_at is null)
                        """,
                        (results, index) -> new Live(results.getInt(1), results.getInt(2), results.getInt(3)),
                        tx.tenant().value(),
                        most,
                        tx.tenant().value(),
                        engine,
                        tx.tenant().value(),
                        engine,
                        role)
                .orElseThrow();
    }

    /** How many there are. */
    record Live(int ofTenant, int ofEngine, int ofRole) {}

    /** Before there is anything at the target. If nobody says otherwise until then, it is taken away again after {@code patience}. */
    @Nullable
    Lease insert(
            TenantTransaction tx,
            UUID id,
            UUID engineId,
            String engine,
            UUID roleId,
            String role,
            Account account,
            RoleRecipe recipe,
            boolean renewable,
            IdentityId holder,
            Duration ttl,
            Duration most,
            Duration patience) {
        return tx.queryOne(
                        """
                        insert into lease as l (tenant_id, lease_id, engine_id, engine_name, role_id, role_name, account, recipe, identity, state, renewable, issued_at, expires_at, latest_at, next_at)
                        select ?, ?, e.engine_id, ?, ?, ?, ?, ?::jsonb, ?, 'pending', ?, c.at, c.at + ? * interval '1 second', c.at + ? * interval '1 second', c.at + ? * interval '1 second'
                        from (select clock_timestamp() as at) c, dynamic_engine e where e.tenant_id = ? and e.engine_id = ? and not e.leaving
                        for key share of e
                        returning """ + " " + COLUMNS,
                        LeaseRepository::lease,
                        tx.tenant().value(),
                        id,
                        engine,
                        roleId,
                        role,
                        account.name(),
                        recipe.encoded(),
                        holder.value(),
                        renewable,
                        ttl.toSeconds(),
                        most.toSeconds(),
                        patience.toSeconds(),
                        tx.tenant().value(),
                        engineId)
                .orElse(null);
    }

    /** Empty when it is to end, somebody takes it away already, or its holder is let in no more. */
    Optional<Lease> activate(TenantTransaction tx, UUID id) {
        if (isRefused(tx, id)) {
            return Optional.empty();
        }
        return tx.queryOne(
                "update lease l set state = 'active', next_at = l.expires_at where l.tenant_id = ? and l.lease_id = ? and l.state = 'pending' and l.reason is null returning "
                        + COLUMNS,
                LeaseRepository::lease,
                tx.tenant().value(),
                id);
    }

    /**
     * Whether people are called what its holder is, and none of them is let in. Whoever is about to suspend one of them is waited for, or waits and finds the lease: it may not have been there to be found when they began.
     */
    private static boolean isRefused(TenantTransaction tx, UUID id) {
        List<Boolean> letIn = tx.query(
                """
                select u.status = 'ACTIVE' from identity_user u
                where u.tenant_id = ? and (
                    u.identity_id = (select l.identity from lease l where l.tenant_id = ? and l.lease_id = ?)
                    or u.user_id = (select substr(l.identity, 6) from lease l where l.tenant_id = ? and l.lease_id = ? and l.identity like 'user:%'))
                for share of u
                """,
                (results, index) -> results.getBoolean(1),
                tx.tenant().value(),
                tx.tenant().value(),
                id,
                tx.tenant().value(),
                id);
        return !letIn.isEmpty() && !letIn.contains(true);
    }

    /**
     * What was begun is taken away at once, also where that was done before: whoever makes a credential may have stood still for so long that it was made after it had been taken away.
     */
    void giveUp(TenantId tenant, UUID id, String code, String message) {
        transactions.update(tenant, """
                        update lease l
                        set state = 'revoking', reason = ?, ending_at = coalesce(l.ending_at, clock_timestamp()), ended_at = null, next_at = clock_timestamp(), taken_by = null,
                            taken_until = null, error_code = ?, error_message = ?
                        where l.tenant_id = ? and l.lease_id = ?
                            and exists (select from dynamic_engine e where e.tenant_id = l.tenant_id and e.engine_id = l.engine_id)
                        """, Lease.NOT_COMPLETED, code, message, tenant.value(), id);
    }

    Optional<Lease> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                "select " + COLUMNS + " from lease l where l.tenant_id = ? and l.lease_id = ?",
                LeaseRepository::lease,
                tenant.value(),
                id);
    }

    /** The newest first. @param ended whether those that have ended are wanted too; each filter is null for any */
    List<Lease> page(
            TenantId tenant,
            @Nullable String engine,
            @Nullable String role,
            @Nullable String holder,
            @Nullable String state,
            boolean ended,
            UUID before,
            int rows) {
        return transactions.query(
                tenant,
                "select " + COLUMNS + """
                         from lease l where l.tenant_id = ? and l.lease_id < ? and (?::text is null or l.engine_name = ?) and (?::text is null or l.role_name = ?)
                            and (?::text is null or l.identity = ?) and (?::text is null or l.state = ?) and (? or l.ended_at is null)
                        order by l.lease_id desc limit ?
                        """,
                LeaseRepository::lease,
                tenant.value(),
                before,
                engine,
                engine,
                role,
                role,
                holder,
                holder,
                state,
                state,
                ended,
                rows);
    }

    /** Empty when it does not live any more, is being ended, or has got another end since it was seen. */
    Optional<Lease> renew(TenantTransaction tx, Lease seen, Instant until) {
        return tx.queryOne(
                "update lease l set expires_at = ?, next_at = ? where l.tenant_id = ? and l.lease_id = ? and l.state = 'active' and l.taken_by is null and l.expires_at > clock_timestamp() and l.expires_at = ? returning "
                        + COLUMNS,
                LeaseRepository::lease,
                until,
                until,
                tx.tenant().value(),
                seen.id(),
                seen.expiresAt());
    }

    /** It is to end now. False when it has, or is not given to anybody yet. */
    boolean end(TenantTransaction tx, UUID id, String reason) {
        return tx.update(
                        "update lease l set "
                                + "state = 'revoking', reason = coalesce(l.reason, ?), ending_at = coalesce(l.ending_at, clock_timestamp()), next_at = clock_timestamp()"
                                + " where l.tenant_id = ? and l.lease_id = ? and l.state in ('active', 'revoking', 'stuck')",
                        reason,
                        tx.tenant().value(),
                        id)
                > 0;
    }

    /** As {@link #end}, of those that live; how many it were. What is still being made is never given to anybody. Each filter is null for any. */
    int endSome(
            TenantTransaction tx,
            @Nullable UUID engine,
            @Nullable String role,
            @Nullable String holder,
            String reason,
            int most) {
        return tx.update(
                """
                update lease l
                set state = case l.state when 'pending' then 'pending' else 'revoking' end, reason = case l.state when 'pending' then 'not_completed' else ? end,
                    ending_at = case l.state when 'pending' then l.ending_at else coalesce(l.ending_at, clock_timestamp()) end,
                    next_at = case l.state when 'pending' then l.next_at else clock_timestamp() end
                where l.tenant_id = ? and l.lease_id in (
                    select k.lease_id from lease k
                    where k.tenant_id = ? and k.ended_at is null and (k.state in ('active', 'stuck') or k.state = 'pending' and k.reason is null)
                        and (?::uuid is null or k.engine_id = ?) and (?::text is null or k.role_name = ?) and (?::text is null or k.identity = ?)
                    order by k.lease_id limit ? for update)
                """,
                reason,
                tx.tenant().value(),
                tx.tenant().value(),
                engine,
                engine,
                role,
                role,
                holder,
                holder,
                most);
    }

    /** How many live. Each filter is null for any. */
    int count(TenantId tenant, @Nullable UUID engine, @Nullable String role, @Nullable String holder) {
        return transactions
                .queryOne(
                        tenant,
                        """
                        select count(*)::integer from lease k
                        where k.tenant_id = ? and k.ended_at is null and (?::uuid is null or k.engine_id = ?) and (?::text is null or k.role_name = ?) and (?::text is null or k.identity = ?)
                        """,
                        (results, index) -> results.getInt(1),
                        tenant.value(),
                        engine,
                        engine,
                        role,
                        role,
                        holder,
                        holder)
                .orElse(0);
    }

    /** Whichever of the engine is due longest. Empty when none is, or others have them. */
    Optional<Lease> takeNext(TenantId tenant, UUID engine, UUID holder) {
        return transactions.queryOne(
                tenant, TAKE_NEXT, LeaseRepository::lease, holder, tenant.value(), tenant.value(), engine);
    }

    /** Empty when it is not due, or another has it. */
    Optional<Lease> take(TenantTransaction tx, UUID id, UUID holder) {
        return tx.queryOne(TAKE, LeaseRepository::lease, holder, tx.tenant().value(), id);
    }

    /** Empty when another has it. */
    Optional<Lease> ended(TenantTransaction tx, UUID id, UUID holder) {
        return tx.queryOne(
                "update lease l set state = case l.reason when 'expired' then 'expired' when 'not_completed' then 'rolled_back' else 'revoked' end, ended_at = clock_timestamp(), next_at = null,"
                        + " taken_by = null, taken_until = null, error_code = null, error_message = null where l.tenant_id = ? and l.lease_id = ? and l.taken_by = ? returning "
                        + COLUMNS,
                LeaseRepository::lease,
                tx.tenant().value(),
                id,
                holder);
    }

    /** Gives it back, to be tried again. @param counts whether it is this one's own failure */
    boolean failed(
            TenantTransaction tx,
            UUID id,
            UUID holder,
            boolean counts,
            boolean stuck,
            String code,
            String message,
            Duration pause) {
        return tx.update(
                        """
                        update lease l
                        set attempts = attempts + case when ? then 1 else 0 end, state = case when ? then 'stuck' else state end, error_code = ?, error_message = ?, taken_by = null,
                            taken_until = null, next_at = clock_timestamp() + ? * interval '1 millisecond'
                        where l.tenant_id = ? and l.lease_id = ? and l.taken_by = ?
                        """,
                        counts,
                        stuck,
                        code,
                        message,
                        pause.toMillis(),
                        tx.tenant().value(),
                        id,
                        holder)
                > 0;
    }

    /** Until it expires: nobody can take it away earlier. */
    boolean postpone(TenantTransaction tx, UUID id, UUID holder) {
        return tx.update("""
                        update lease l
                        set taken_by = null, taken_until = null, next_at = l.expires_at, error_code = 'not_revocable',
                            error_message = 'nobody can take it away: it is over by itself when it expires'
                        where l.tenant_id = ? and l.lease_id = ? and l.taken_by = ?
                        """, tx.tenant().value(), id, holder) > 0;
    }

    /** Whoever has it loses it. Empty when it has ended. */
    Optional<Lease> abandon(TenantTransaction tx, UUID id) {
        return tx.queryOne(
                "update lease l set state = 'abandoned', reason = coalesce(l.reason, 'requested'), ending_at = coalesce(l.ending_at, clock_timestamp()), ended_at = clock_timestamp(), next_at = null,"
                        + " taken_by = null, taken_until = null where l.tenant_id = ? and l.lease_id = ? and l.ended_at is null and l.state <> 'pending' returning "
                        + COLUMNS,
                LeaseRepository::lease,
                tx.tenant().value(),
                id);
    }

    /** What is good once has been of use. Empty when it is not there, not live, or somebody has it already. */
    Optional<Lease> use(TenantTransaction tx, UUID engine, Account account) {
        return tx.queryOne(
                "update lease l set state = 'revoked', reason = 'used', ending_at = clock_timestamp(), ended_at = clock_timestamp(), next_at = null"
                        + " where l.tenant_id = ? and l.engine_id = ? and l.account = ? and l.ended_at is null and l.state = 'active' and l.taken_by is null"
                        + " and l.expires_at > clock_timestamp() returning " + COLUMNS,
                LeaseRepository::lease,
                tx.tenant().value(),
                engine,
                account.name());
    }

    /** By the database's clock. */
    Instant now(TenantId tenant) {
        return transactions
                .queryOne(
                        tenant,
                        "select clock_timestamp()",
                        (results, index) ->
                                results.getObject(1, OffsetDateTime.class).toInstant())
                .orElseThrow();
    }

    /** Accounts that are numbers, of leases that end before their time: until that has come, and no more than so many. */
    List<String> withdrawn(TenantId tenant, UUID engine, int most) {
        return transactions.query(tenant, """
                select l.account from lease l
                where l.tenant_id = ? and l.engine_id = ? and l.expires_at > clock_timestamp()
                    and l.reason in ('requested', 'not_completed', 'identity_suspended', 'engine_deleted') and l.account ~ '^[0-9]+$'
                limit ?
                """, (results, index) -> results.getString(1), tenant.value(), engine, most);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static Lease lease(ResultSet results, int index) throws SQLException {
        return new Lease(
                new TenantId(results.getString("tenant_id")),
                results.getObject("lease_id", UUID.class),
                results.getObject("engine_id", UUID.class),
                results.getString("engine_name"),
                results.getObject("role_id", UUID.class),
                results.getString("role_name"),
                new Account(results.getString("account")),
                RoleRecipe.of(results.getString("recipe")),
                new IdentityId(results.getString("identity")),
                LeaseState.parse(results.getString("state")).orElseThrow(),
                results.getString("reason"),
                results.getBoolean("renewable"),
                instant(results, "issued_at"),
                instant(results, "expires_at"),
                instant(results, "latest_at"),
                optional(results, "ending_at"),
                optional(results, "ended_at"),
                results.getInt("attempts"),
                results.getString("error_code"),
                results.getString("error_message"),
                instant(results, "read_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant optional(ResultSet results, String column) throws SQLException {
        OffsetDateTime at = results.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
