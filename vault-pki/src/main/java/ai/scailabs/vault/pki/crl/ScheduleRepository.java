package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/** The SQL of who makes lists when. */
final class ScheduleRepository {
    /** Without a sign of life for so long, an instance is taken for dead. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private final TenantTransactions transactions;

    ScheduleRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Empty when another has it, or, unless it is forced, when nothing is due. The number is durable before anything is signed; it follows the clock, so that a database that was restored does not give one twice.
     * What is revoked from now on makes the lists due again.
     */
    Optional<Lease> take(TenantId tenant, UUID authority, UUID builder, boolean forced, Instant now, Instant next) {
        Instant begun = now.truncatedTo(ChronoUnit.SECONDS);
        return transactions.queryOne(
                tenant,
                """
                update crl_schedule set builder = ?, lease_until = ?, due_at = ?, last_number = greatest(last_number + 1, ?)
                where tenant_id = ? and ca_id = ? and (builder is null or lease_until <= ?) and (? or due_at <= ? or lease_until <= ?)
                returning last_number
                """,
                (results, index) -> new Lease(tenant, authority, builder, results.getLong(1), begun),
                builder,
                now.plus(LEASE),
                next,
                now.toEpochMilli(),
                tenant.value(),
                authority,
                now,
                forced,
                now,
                now);
    }

    /** @throws Lease.Lost when it is another's */
    void renew(TenantTransaction tx, Lease lease, Instant now) {
        int mine = tx.update(
                "update crl_schedule set lease_until = ? where tenant_id = ? and ca_id = ? and builder = ?",
                now.plus(LEASE),
                lease.tenant().value(),
                lease.authority(),
                lease.builder());
        if (mine == 0) {
            throw new Lease.Lost();
        }
    }

    /** What was revoked meanwhile waits as long as making lists is worth. */
    void finished(Lease lease, Duration delay, Instant now) {
        transactions.update(
                lease.tenant(),
                """
                update crl_schedule set builder = null, lease_until = null, failures = 0, delay_ms = ?, due_at = greatest(due_at, ?)
                where tenant_id = ? and ca_id = ? and builder = ?
                """,
                Math.toIntExact(delay.toMillis()),
                now.plus(delay),
                lease.tenant().value(),
                lease.authority(),
                lease.builder());
    }

    void failed(Lease lease, Instant now) {
        transactions.update(lease.tenant(), """
                update crl_schedule set builder = null, lease_until = null, failures = failures + 1,
                    due_at = ?::timestamptz + least(600, 2 ^ least(failures, 12)) * interval '1 second'
                where tenant_id = ? and ca_id = ? and builder = ?
                """, now, lease.tenant().value(), lease.authority(), lease.builder());
    }

    /** Whether the key can sign lists and has none yet, nobody is making them, and the last to try did not fail: then whoever asks may have the first one made. */
    boolean isUntried(TenantId tenant, UUID authority, int generation, Instant now) {
        return transactions
                .queryOne(tenant, """
                        select true from crl_schedule s
                        join ca_generation g on g.tenant_id = s.tenant_id and g.ca_id = s.ca_id
                        join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                        where s.tenant_id = ? and s.ca_id = ? and s.failures = 0 and s.builder is null and g.generation = ? and g.not_after > ?
                            and not exists (
                                select from crl c where c.tenant_id = g.tenant_id and c.ca_id = g.ca_id and c.ca_generation = g.generation)
                        """, (results, index) -> true, tenant.value(), authority, generation, now)
                .isPresent();
    }
}
