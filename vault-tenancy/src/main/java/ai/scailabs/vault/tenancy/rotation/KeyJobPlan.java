package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts down what nobody asks for: a new generation in the place of one that is too old, and a look at what was left under a retired one. At most one of each with every look, so that
 * many that are due at once are done one after the other. For one thread.
 */
final class KeyJobPlan {
    private static final Duration BETWEEN_SWEEPS = Duration.ofHours(1);

    private final KeyJobRepository jobs;
    private final KeyJobJournal journal;
    private final KeySchedule schedule;
    private final Ids ids;
    private @Nullable Instant lastSweep;
    private String sweptTenants = "";
    private String sweptPartners = "";

    KeyJobPlan(KeyJobRepository jobs, KeyJobJournal journal, KeySchedule schedule, Ids ids) {
        this.jobs = jobs;
        this.journal = journal;
        this.schedule = schedule;
        this.ids = ids;
    }

    void putDown(Connection worker, Instant now) throws SQLException {
        if (schedule.tenant() != null) {
            Optional<TenantId> aged = KeyJobQueue.agedTenant(worker, now.minus(schedule.tenant()), now);
            aged.ifPresent(tenant -> put(tenant, KeyJobKind.ROTATE_TENANT, KeyJobTrigger.SCHEDULE, now));
        }
        if (schedule.partner() != null) {
            Optional<TenantId> aged = KeyJobQueue.agedPartner(worker, now.minus(schedule.partner()), now);
            aged.ifPresent(space -> put(space, KeyJobKind.ROTATE_PARTNER, KeyJobTrigger.SCHEDULE, now));
        }
        sweep(worker, now);
    }

    private void sweep(Connection worker, Instant now) throws SQLException {
        if (lastSweep != null && now.isBefore(lastSweep.plus(BETWEEN_SWEEPS))) {
            return;
        }
        Optional<TenantId> tenant = KeyJobQueue.leftInTenant(worker, sweptTenants, now);
        Optional<TenantId> partner = KeyJobQueue.leftInPartner(worker, sweptPartners, now);
        tenant.ifPresent(space -> put(space, KeyJobKind.ROTATE_TENANT, KeyJobTrigger.SWEEP, now));
        partner.ifPresent(space -> put(space, KeyJobKind.ROTATE_PARTNER, KeyJobTrigger.SWEEP, now));
        sweptTenants = tenant.map(TenantId::value).orElse(sweptTenants);
        sweptPartners = partner.map(TenantId::value).orElse(sweptPartners);
        if (tenant.isEmpty() && partner.isEmpty()) {
            lastSweep = now;
            sweptTenants = "";
            sweptPartners = "";
        }
    }

    private void put(TenantId space, KeyJobKind kind, KeyJobTrigger trigger, Instant now) {
        KeyJob job = KeyService.newJob(space, ids, kind, trigger, KeyJobJournal.BY, now);
        jobs.transactions().inTransaction(space, tx -> {
            if (jobs.add(tx, job, KeyJobStep.START, null)) {
                journal.putDown(tx, job);
            }
            return tx;
        });
    }
}
