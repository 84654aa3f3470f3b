package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of orders: who works on one, and how far it is. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class OrderRepository implements OpenOrders {
    /** Without a sign of life for so long, and {@link Directories#SECONDS_PER_NAME} for each name, an instance is taken for dead. Longer than any conversation with a directory. */
    static final Duration LEASE = Duration.ofSeconds(90);

    private static final String FOR_NAMES = """
            (select cardinality(c.names) from acme_certificate c where c.tenant_id = o.tenant_id and c.certificate_id = o.certificate_id)
            """ + " * interval '" + Directories.SECONDS_PER_NAME + " seconds' ";

    private final TenantTransactions transactions;

    OrderRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    Optional<AcmeOrder> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                OrderRows.SELECT + " where o.tenant_id = ? and o.order_id = ?",
                (results, index) -> OrderRows.order(results),
                tenant.value(),
                id);
    }

    /** Empty when the worker does not have it any more, be it that it gave it away itself. */
    Optional<AcmeOrder> held(TenantId tenant, UUID id, UUID worker) {
        return transactions.queryOne(
                tenant,
                OrderRows.SELECT + " where o.tenant_id = ? and o.order_id = ? and o.worker = ?",
                (results, index) -> OrderRows.order(results),
                tenant.value(),
                id,
                worker);
    }

    /** In the order of their ids, which is that in which they were asked for. */
    List<AcmeOrder> page(TenantId tenant, @Nullable OrderStatus status, UUID after, int rows) {
        String wanted = status == null ? null : status.wireName();
        return transactions.query(
                tenant,
                OrderRows.SELECT
                        + " where o.tenant_id = ? and o.order_id > ? and (?::text is null or o.status = ?) order by o.order_id limit ?",
                (results, index) -> OrderRows.order(results),
                tenant.value(),
                after,
                wanted,
                wanted,
                rows);
    }

    int open(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from acme_order where tenant_id = ? and stage <> 'done'",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    /** @param replaces what it renews, as the directory calls that */
    void insert(
            TenantTransaction tx,
            UUID id,
            UUID certificate,
            UUID account,
            boolean renewal,
            @Nullable String replaces,
            Instant now,
            Instant giveUp,
            String by) {
        tx.update("""
                insert into acme_order (tenant_id, order_id, certificate_id, account_id, renewal, status, stage, stage_since, replaces, next_attempt_at, give_up_at,
                    created_at, created_by)
                values (?, ?, ?, ?, ?, 'pending', 'new', ?, ?, ?, ?, ?, ?)
                """, tx.tenant().value(), id, certificate, account, renewal, now, replaces, now, giveUp, now, by);
    }

    /** False when somebody else has it, or nothing is due. */
    boolean take(TenantId tenant, UUID id, UUID worker, Instant now) {
        return transactions.update(
                        tenant,
                        "update acme_order o set worker = ?, lease_until = ?::timestamptz + " + FOR_NAMES + """
                        where tenant_id = ? and order_id = ? and stage <> 'done' and next_attempt_at <= ? and (worker is null or lease_until <= ?)
                        """,
                        worker,
                        now.plus(LEASE),
                        tenant.value(),
                        id,
                        now,
                        now)
                > 0;
    }

    /** Gives it away before anything else is done. */
    void release(TenantId tenant, UUID id, UUID worker) {
        transactions.update(
                tenant,
                "update acme_order set worker = null, lease_until = null where tenant_id = ? and order_id = ? and worker = ?",
                tenant.value(),
                id,
                worker);
    }

    /**
     * Goes on: to a stage, at a time. Who has nothing to do before that gives the order away.
     *
     * @throws LeaseLost when it is another's: then nothing of the transaction may count
     */
    void move(TenantTransaction tx, UUID id, UUID worker, OrderStatus status, Stage stage, Instant next, Instant now) {
        boolean kept = !next.isAfter(now) && stage != Stage.DONE;
        int moved = tx.update(
                """
                update acme_order o set status = ?, stage_since = case when stage = ? then stage_since else ? end, stage = ?, next_attempt_at = ?, worker = ?,
                    lease_until = ?::timestamptz + """ + FOR_NAMES + """
                    , finished_at = case when finished_at is null and ? then ?::timestamptz else finished_at end
                where tenant_id = ? and order_id = ? and worker = ?
                """,
                status.wireName(),
                stage.wireName(),
                now,
                stage.wireName(),
                next,
                kept ? worker : null,
                kept ? now.plus(LEASE) : null,
                status.isFinal(),
                now,
                tx.tenant().value(),
                id,
                worker);
        if (moved == 0) {
            throw new LeaseLost();
        }
    }

    /** The directory is about to be told: from now on it may have it. */
    void sent(TenantTransaction tx, UUID id, UUID worker) {
        if (tx.update(
                        "update acme_order set sent = true where tenant_id = ? and order_id = ? and worker = ?",
                        tx.tenant().value(),
                        id,
                        worker)
                == 0) {
            throw new LeaseLost();
        }
    }

    /** @throws AlreadyOurs when another order has this location */
    void placed(TenantTransaction tx, AcmeOrder order, URI location) {
        // One at a time: two may be told of the same location at the same moment.
        tx.queryOne(
                "select true from acme_account where tenant_id = ? and account_id = ? for no key update",
                (results, index) -> true,
                tx.tenant().value(),
                order.accountId());
        int placed = tx.update("""
                update acme_order o set order_url = ?
                where o.tenant_id = ? and o.order_id = ?
                    and not exists (select from acme_order other where other.tenant_id = o.tenant_id and other.order_url = ? and other.order_id <> o.order_id)
                """, location.toString(), tx.tenant().value(), order.id(), location.toString());
        if (placed == 0) {
            throw new AlreadyOurs();
        }
    }

    /** Whether one of ours is called so: another one of the directory's that looks alike is. */
    boolean isOurs(TenantId tenant, URI location) {
        return transactions
                .queryOne(
                        tenant,
                        "select true from acme_order where tenant_id = ? and order_url = ? limit 1",
                        (results, index) -> true,
                        tenant.value(),
                        location.toString())
                .isPresent();
    }

    /** @param keyId null when there is none any more */
    void key(TenantTransaction tx, UUID id, @Nullable String keyId) {
        tx.update(
                "update acme_order set key_id = ? where tenant_id = ? and order_id = ?",
                keyId,
                tx.tenant().value(),
                id);
    }

    void replacesNothing(TenantTransaction tx, UUID id) {
        tx.update(
                "update acme_order set replaces = null where tenant_id = ? and order_id = ?",
                tx.tenant().value(),
                id);
    }

    /** Before {@link #move}, which says whether it counts. */
    void failed(TenantTransaction tx, UUID id, DirectoryProblem problem) {
        tx.update(
                "update acme_order set error = ?::jsonb, attempts = attempts + 1 where tenant_id = ? and order_id = ?",
                OrderRows.json(problem),
                tx.tenant().value(),
                id);
    }

    /** What the directory has of it counts for nothing any more, and it begins anew. */
    void restart(TenantTransaction tx, UUID id) {
        tx.update(
                "update acme_order set sent = false, order_url = null, key_id = null where tenant_id = ? and order_id = ?",
                tx.tenant().value(),
                id);
    }

    /** After it there is nothing but cleaning left. */
    void made(TenantTransaction tx, UUID id, int version, Instant now) {
        tx.update(
                "update acme_order set version = ?, status = 'valid', finished_at = ?, key_id = null where tenant_id = ? and order_id = ?",
                version,
                now,
                tx.tenant().value(),
                id);
    }

    /** Renewals that are long over. The order that somebody made stays. */
    void forget(TenantTransaction tx, UUID certificate, Instant before) {
        tx.update(
                "delete from acme_order where tenant_id = ? and certificate_id = ? and renewal and stage = 'done' and finished_at < ?",
                tx.tenant().value(),
                certificate,
                before);
    }

    @Override
    public boolean need(TenantId tenant, UUID account) {
        return transactions
                .queryOne(tenant, """
                        select true where exists (select from acme_order o where o.tenant_id = ? and o.account_id = ? and o.stage <> 'done')
                            or exists (select from acme_certificate c where c.tenant_id = ? and c.account_id = ? and c.auto_renew and c.version > 0)
                        """, (results, index) -> true, tenant.value(), account, tenant.value(), account)
                .isPresent();
    }

    @Override
    public void end(TenantTransaction tx, UUID account) {
        tx.update(
                "update acme_certificate set auto_renew = false, renew_at = null, look_at = null where tenant_id = ? and account_id = ?",
                tx.tenant().value(),
                account);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /** The directory gave what another order goes on with. */
    static final class AlreadyOurs extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AlreadyOurs() {
            super("another order has this location", null, false, false);
        }
    }

    /** Somebody else works on the order now: what was done is for nobody. */
    static final class LeaseLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LeaseLost() {
            super("the order is worked on elsewhere", null, false, false);
        }
    }
}
