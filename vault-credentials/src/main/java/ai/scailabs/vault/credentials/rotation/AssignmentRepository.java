package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of what is done about secrets under policies. Whoever does something about one takes it first, and nothing is written by who has lost it meanwhile. */
final class AssignmentRepository {
    /** Of an assignment {@code a}, its policy {@code p} and its secret {@code s}. */
    private static final String ALL =
            "select a.assignment_id, a.path, a.standing_right, a.connector::text as connector, a.attached_at, a.attached_by, a.rotated_at, a.due_at, a.version, a.told_version,"
                    + " a.warned_seconds, a.due_told, a.overdue_told, a.attempts, s.deleted_at is null as live, s.secret_type, s.secret_policy_id as made_by,"
                    + " array(select jsonb_array_elements_text(case jsonb_typeof(s.metadata -> 'tags') when 'array' then s.metadata -> 'tags' else '[]' end)) as tags,"
                    + " (select min(v.readable_until) from secret_version v where v.tenant_id = a.tenant_id and v.path = a.path and v.destroyed_at is null) as retire_at,"
                    + " (select n.seen_version from rotation_pending n where n.tenant_id = a.tenant_id and n.key_id = a.assignment_id::text) as pending_on,"
                    + " clock_timestamp() as read_at, " + RotationPolicyRepository.COLUMNS;

    private static final String JOINED =
            " join rotation_policy p on p.tenant_id = a.tenant_id and p.policy_id = a.policy_id join secret s on s.tenant_id = a.tenant_id and s.path = a.path";

    /** Longer than a rotation takes; whoever dies is followed by another after it. */
    static final String HELD = "statement_timestamp() + interval '60 seconds'";

    private static final String TAKE = "with a as (update rotation_assignment set taken_by = ?, taken_until = " + HELD
            + ", next_at = " + HELD
            + " where tenant_id = ? and assignment_id = ? and next_at <= clock_timestamp() and (taken_until is null or taken_until <= clock_timestamp())"
            + " returning *) " + ALL + " from a" + JOINED;

    private static final String TAKE_NOW =
            "with a as (update rotation_assignment set taken_by = ?, taken_until = " + HELD + ", next_at = " + HELD
                    + " where tenant_id = ? and path = ? and (taken_until is null or taken_until <= clock_timestamp())"
                    + " returning *) " + ALL + " from a" + JOINED;

    private static final String HELD_BY = ALL + " from rotation_assignment a" + JOINED
            + " where a.tenant_id = ? and a.assignment_id = ? and a.taken_by = ?";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final TenantTransactions transactions;

    AssignmentRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Empty when nothing is due any more, or another has it. */
    Optional<Assignment> take(TenantId tenant, UUID id, UUID holder) {
        return transactions.queryOne(tenant, TAKE, AssignmentRepository::assignment, holder, tenant.value(), id);
    }

    /** The same whenever it is due. Empty also when the secret is under no policy. */
    Optional<Assignment> takeNow(TenantId tenant, SecretPath path, UUID holder) {
        return transactions.queryOne(
                tenant, TAKE_NOW, AssignmentRepository::assignment, holder, tenant.value(), path.value());
    }

    /** As it is now. Empty when another has it. */
    Optional<Assignment> held(TenantId tenant, UUID id, UUID holder) {
        return transactions.queryOne(tenant, HELD_BY, AssignmentRepository::assignment, tenant.value(), id, holder);
    }

    /** What somebody has written or changed meanwhile is looked at at once. @param next when there is something to do; null for nothing */
    void giveBack(TenantId tenant, UUID id, UUID holder, @Nullable Instant next) {
        transactions.update(tenant, """
                update rotation_assignment
                set taken_by = null, taken_until = null, next_at = case when version <> told_version or next_at < taken_until then clock_timestamp() else ?::timestamptz end
                where tenant_id = ? and assignment_id = ? and taken_by = ?
                """, next, tenant.value(), id, holder);
    }

    boolean noteTold(TenantTransaction tx, Assignment told, UUID holder) {
        return tx.update(
                        "update rotation_assignment set told_version = ? where tenant_id = ? and assignment_id = ? and taken_by = ? and told_version = ?",
                        told.version(),
                        tx.tenant().value(),
                        told.id(),
                        holder,
                        told.toldVersion())
                > 0;
    }

    boolean noteWarned(TenantTransaction tx, Assignment warned, UUID holder, Duration before) {
        return tx.update(
                        "update rotation_assignment set warned_seconds = ? where tenant_id = ? and assignment_id = ? and taken_by = ? and version = ?",
                        before.toSeconds(),
                        tx.tenant().value(),
                        warned.id(),
                        holder,
                        warned.version())
                > 0;
    }

    /** @param now whether it is due from now on, whatever its clock says */
    boolean noteDue(TenantTransaction tx, Assignment due, UUID holder, boolean now) {
        return tx.update("""
                        update rotation_assignment set due_told = true, overdue_told = false, due_at = case when ? then least(due_at, clock_timestamp()) else due_at end
                        where tenant_id = ? and assignment_id = ? and taken_by = ? and version = ?
                        """, now, tx.tenant().value(), due.id(), holder, due.version()) > 0;
    }

    boolean noteOverdue(TenantTransaction tx, Assignment overdue, UUID holder) {
        return tx.update(
                        "update rotation_assignment set overdue_told = true where tenant_id = ? and assignment_id = ? and taken_by = ? and version = ?",
                        tx.tenant().value(),
                        overdue.id(),
                        holder,
                        overdue.version())
                > 0;
    }

    /** Gives it back, too. */
    boolean noteFailed(
            TenantTransaction tx, Assignment failed, UUID holder, String code, String message, Duration pause) {
        return tx.update("""
                        update rotation_assignment
                        set attempts = attempts + 1, error_code = ?, error_message = ?, taken_by = null, taken_until = null,
                            next_at = case when next_at < taken_until then clock_timestamp() else clock_timestamp() + ? * interval '1 millisecond' end
                        where tenant_id = ? and assignment_id = ? and taken_by = ?
                        """, code, message, pause.toMillis(), tx.tenant().value(), failed.id(), holder) > 0;
    }

    /** The program that wrote a version, as it names itself. */
    Optional<String> client(TenantTransaction tx, SecretPath path, int version) {
        return tx.queryOne(
                "select coalesce(client, '') from secret_version where tenant_id = ? and path = ? and version = ?",
                (results, index) -> results.getString(1),
                tx.tenant().value(),
                path.value(),
                version);
    }

    /** Versions that are no longer read, oldest first. */
    List<Integer> retired(TenantId tenant, SecretPath path) {
        return transactions.query(tenant, """
                select version from secret_version
                where tenant_id = ? and path = ? and readable_until <= clock_timestamp() and destroyed_at is null order by version
                """, (results, index) -> results.getInt(1), tenant.value(), path.value());
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    static @Nullable UUID recipe(@Nullable String id) {
        return id == null ? null : SecretPolicy.parseId(id).orElse(null);
    }

    private static Assignment assignment(ResultSet results, int index) throws SQLException {
        RotationPolicy policy = RotationPolicyRepository.policy(results, 0);
        long warned = results.getLong("warned_seconds");
        boolean unwarned = results.wasNull();
        int pendingOn = results.getInt("pending_on");
        boolean none = results.wasNull();
        Array tags = results.getArray("tags");
        return new Assignment(
                results.getObject("assignment_id", UUID.class),
                new SecretPath(results.getString("path")),
                policy,
                policy.secretPolicy() == null ? recipe(results.getString("made_by")) : policy.secretPolicy(),
                StandingRight.of(results.getString("standing_right")),
                connector(results.getString("connector")),
                none ? null : pendingOn,
                instant(results, "attached_at"),
                results.getString("attached_by"),
                instant(results, "rotated_at"),
                instant(results, "due_at"),
                results.getInt("version"),
                results.getInt("told_version"),
                unwarned ? null : Duration.ofSeconds(warned),
                results.getBoolean("due_told"),
                results.getBoolean("overdue_told"),
                results.getInt("attempts"),
                results.getBoolean("live"),
                results.getString("secret_type"),
                List.of((String[]) tags.getArray()),
                instantOrNull(results, "retire_at"),
                instant(results, "read_at"));
    }

    /** What was allowed when it was kept; whether it may be used is decided when it is opened. */
    static @Nullable Connector connector(@Nullable String stored) {
        return stored == null ? null : Connector.parse(JSON.readTree(stored), true);
    }

    static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant instantOrNull(ResultSet results, String column) throws SQLException {
        OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
