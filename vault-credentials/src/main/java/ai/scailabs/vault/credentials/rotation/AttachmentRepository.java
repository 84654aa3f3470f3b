package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of which secret is under which policy, and when it is due. */
final class AttachmentRepository {
    /** Of an assignment {@code a} and its secret {@code s}: nothing is on its way to its target, nor left there for it to take away. */
    private static final String AT_REST = """
            not exists (select from rotation_pending n where n.tenant_id = a.tenant_id and n.path = a.path)
                and (s.deleted_at is not null or a.error_code is not null or not connector_leaves_replaced(a.connector) or not exists (
                    select from secret_version v
                    where v.tenant_id = a.tenant_id and v.path = a.path and v.readable_until is not null and v.destroyed_at is null))
            """;

    private final TenantTransactions transactions;

    AttachmentRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** False when there is no such secret, or it is under a policy already. Its clock begins now. */
    boolean attach(
            TenantTransaction tx,
            UUID id,
            SecretPath path,
            RotationPolicy policy,
            StandingRight right,
            @Nullable Connector connector,
            String by) {
        boolean added = tx.update(
                        """
                        insert into rotation_assignment (tenant_id, path, assignment_id, policy_id, standing_right, connector, attached_at, attached_by, rotated_at, due_at, version, told_version, next_at)
                        select s.tenant_id, s.path, ?, ?, ?, ?::jsonb, clock_timestamp(), ?, clock_timestamp(), clock_timestamp() + ? * interval '1 second', s.current_version, s.current_version,
                            clock_timestamp() + ? * interval '1 second'
                        from secret s where s.tenant_id = ? and s.path = ? and s.deleted_at is null
                        on conflict (tenant_id, path) do nothing
                        """,
                        id,
                        policy.id(),
                        right.encoded(),
                        connector == null ? null : connector.members().toString(),
                        by,
                        policy.terms().every().toSeconds(),
                        policy.terms().untilFirstNews().toSeconds(),
                        tx.tenant().value(),
                        path.value())
                > 0;
        if (added) {
            tx.update(
                    "update secret set rotation_policy_id = ? where tenant_id = ? and path = ?",
                    policy.text(),
                    tx.tenant().value(),
                    path.value());
        }
        return added;
    }

    /** Whether a value is on its way to an account of one of them. @param path absent for any of the policy */
    boolean isOnItsWay(TenantTransaction tx, UUID policy, @Nullable SecretPath path) {
        String one = path == null ? "" : path.value();
        return tx.queryOne(
                        """
                        select true from rotation_pending n join rotation_assignment a on a.tenant_id = n.tenant_id and a.path = n.path
                        where n.tenant_id = ? and a.policy_id = ? and (? = '' or a.path = ?) limit 1
                        """,
                        (results, index) -> results.getBoolean(1),
                        tx.tenant().value(),
                        policy,
                        one,
                        one)
                .orElse(false);
    }

    /** Nobody writes the secret until the transaction ends. */
    void stopWrites(TenantTransaction tx, SecretPath path) {
        tx.queryOne(
                "select true from secret where tenant_id = ? and path = ? for no key update",
                (results, index) -> results.getBoolean(1),
                tx.tenant().value(),
                path.value());
    }

    /**
     * The longest grace of what versions of one of them have left at their targets. Empty when nothing is to be taken away there; for those that failed last, as somebody else may have to take them over; and for
     * deleted secrets, for which nothing is taken away.
     *
     * @param path absent for any of the policy
     */
    Optional<Instant> inGraceUntil(TenantTransaction tx, UUID policy, @Nullable SecretPath path) {
        String one = path == null ? "" : path.value();
        return tx.queryOne(
                """
                select v.readable_until from rotation_assignment a join secret_version v on v.tenant_id = a.tenant_id and v.path = a.path
                    join secret s on s.tenant_id = a.tenant_id and s.path = a.path
                where a.tenant_id = ? and a.policy_id = ? and (? = '' or a.path = ?) and connector_leaves_replaced(a.connector) and a.error_code is null
                    and s.deleted_at is null and v.readable_until is not null and v.destroyed_at is null
                order by v.readable_until desc limit 1
                """,
                (results, index) -> AssignmentRepository.instant(results, "readable_until"),
                tx.tenant().value(),
                policy,
                one,
                one);
    }

    /** False when it is not under this policy. */
    boolean detach(TenantTransaction tx, SecretPath path, UUID policy) {
        return tx.update(
                        "delete from rotation_assignment where tenant_id = ? and path = ? and policy_id = ?",
                        tx.tenant().value(),
                        path.value(),
                        policy)
                > 0;
    }

    /** Those that are at rest and have nothing at a target that is to be taken away; how many there were. Nobody writes them meanwhile. */
    int detachSome(TenantTransaction tx, UUID policy, int most) {
        String[] paths = tx.query(
                        "select s.path from secret s join rotation_assignment a on a.tenant_id = s.tenant_id and a.path = s.path"
                                + " where a.tenant_id = ? and a.policy_id = ? and " + AT_REST
                                + " order by s.path limit ? for no key update of s",
                        (results, index) -> results.getString(1),
                        tx.tenant().value(),
                        policy,
                        most)
                .toArray(String[]::new);
        return tx.update(
                "delete from rotation_assignment a using secret s where a.tenant_id = ? and a.policy_id = ? and a.path = any(?)"
                        + " and s.tenant_id = a.tenant_id and s.path = a.path and " + AT_REST,
                tx.tenant().value(),
                policy,
                paths);
    }

    /** Of one that is under a policy. */
    Optional<Attachment> attachment(TenantTransaction tx, SecretPath path) {
        return tx.queryOne(
                "select policy_id, attached_at, attached_by, rotated_at, due_at, connector::text as connector from rotation_assignment where tenant_id = ? and path = ?",
                (results, index) -> new Attachment(
                        path,
                        results.getObject("policy_id", UUID.class),
                        AssignmentRepository.instant(results, "attached_at"),
                        results.getString("attached_by"),
                        AssignmentRepository.instant(results, "rotated_at"),
                        AssignmentRepository.instant(results, "due_at"),
                        AssignmentRepository.connector(results.getString("connector"))),
                tx.tenant().value(),
                path.value());
    }

    /** What a secret is that could not be taken. Empty when there is none. */
    Optional<Unassigned> unassigned(TenantId tenant, SecretPath path) {
        return transactions.queryOne(
                tenant,
                """
                select s.current_version, s.secret_policy_id, exists (select from rotation_assignment a where a.tenant_id = s.tenant_id and a.path = s.path)
                from secret s where s.tenant_id = ? and s.path = ? and s.deleted_at is null
                """,
                (results, index) -> new Unassigned(
                        results.getInt(1), AssignmentRepository.recipe(results.getString(2)), results.getBoolean(3)),
                tenant.value(),
                path.value());
    }

    /** @param assigned whether it is under a policy, and another has it */
    record Unassigned(int version, @Nullable UUID recipe, boolean assigned) {}

    /** Those that are not under the policy. */
    List<String> strangers(TenantId tenant, UUID policy, List<SecretPath> paths) {
        return transactions.query(
                tenant,
                """
                select w.path from unnest(?::text[]) w (path)
                where not exists (select from rotation_assignment a where a.tenant_id = ? and a.policy_id = ? and a.path = w.path) order by w.path
                """,
                (results, index) -> results.getString(1),
                paths.stream().map(SecretPath::value).toArray(String[]::new),
                tenant.value(),
                policy);
    }

    /** Whether a secret is changed at a target as well. */
    boolean isConnected(TenantTransaction tx, SecretPath path) {
        return tx.queryOne(
                        "select true from rotation_assignment where tenant_id = ? and path = ? and connector is not null",
                        (results, index) -> results.getBoolean(1),
                        tx.tenant().value(),
                        path.value())
                .isPresent();
    }

    /** Under which policy a secret is. */
    Optional<UUID> policyOf(TenantTransaction tx, SecretPath path) {
        return tx.queryOne(
                "select policy_id from rotation_assignment where tenant_id = ? and path = ?",
                (results, index) -> results.getObject(1, UUID.class),
                tx.tenant().value(),
                path.value());
    }

    /** In the order of their paths. */
    List<SecretPath> paths(TenantId tenant, UUID policy, int most) {
        return transactions.query(
                tenant,
                "select path from rotation_assignment where tenant_id = ? and policy_id = ? order by path limit ?",
                (results, index) -> new SecretPath(results.getString(1)),
                tenant.value(),
                policy,
                most);
    }

    /** Those of active policies that are due within a time, in the order in which they are. @param policy null for any */
    List<DueSecret> due(
            TenantId tenant,
            Duration within,
            boolean overdue,
            @Nullable UUID policy,
            Instant afterDue,
            String afterPath,
            int rows) {
        return transactions.query(
                tenant,
                """
                select a.path, a.policy_id, p.name, a.rotated_at, a.due_at, p.auto_generate, a.due_at <= clock_timestamp() as overdue, a.attempts, a.error_code
                from rotation_assignment a
                join rotation_policy p on p.tenant_id = a.tenant_id and p.policy_id = a.policy_id
                join secret s on s.tenant_id = a.tenant_id and s.path = a.path
                where a.tenant_id = ? and p.is_active and s.deleted_at is null and a.due_at <= clock_timestamp() + ? * interval '1 second'
                    and (? or a.due_at > clock_timestamp()) and (?::uuid is null or a.policy_id = ?::uuid) and (a.due_at, a.path) > (?, ?)
                order by a.due_at, a.path limit ?
                """,
                (results, index) -> new DueSecret(
                        new SecretPath(results.getString(1)),
                        results.getObject(2, UUID.class),
                        results.getString(3),
                        AssignmentRepository.instant(results, "rotated_at"),
                        AssignmentRepository.instant(results, "due_at"),
                        results.getBoolean(6),
                        results.getBoolean(7),
                        results.getInt(8),
                        results.getString(9)),
                tenant.value(),
                within.toSeconds(),
                overdue,
                policy,
                policy,
                afterDue,
                afterPath,
                rows);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }
}
