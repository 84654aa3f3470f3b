package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.log.AuditLog;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.proof.CheckpointJob;
import ai.scailabs.vault.audit.proof.Checkpoints;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.SequencedEntries;
import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.retention.RetentionJob;
import ai.scailabs.vault.audit.retention.RetentionService;
import ai.scailabs.vault.audit.summary.AuditRollup;
import ai.scailabs.vault.audit.summary.AuditSummaries;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.jobs.AuditJobs;
import ai.scailabs.vault.server.metrics.AuditProofMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What can be asked of the audit log, and what proves it. Jobs are absent, which the framework shows as null, where there is no login for them. */
@Configuration(proxyBeanMethods = false)
class AuditWiring {
    @Bean
    AuditLog auditLog(TenantTransactions transactions) {
        return new AuditLog(transactions);
    }

    @Bean
    AuditSummaries auditSummaries(TenantTransactions transactions) {
        return new AuditSummaries(transactions);
    }

    @Bean
    LogTree logTree(TenantTransactions transactions) {
        return new LogTree(transactions);
    }

    @Bean
    Checkpoints checkpoints(
            ServerSettings settings,
            LogTree trees,
            TenantTransactions transactions,
            TenantSeal seal,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        return new Checkpoints(
                trees,
                transactions,
                new SealedKeys(seal, SealedKeys.CHECKPOINT_SIGNING),
                settings.audit().origin(),
                clock,
                ids,
                random);
    }

    @Bean
    @Nullable
    Sequencer sequencer(DatabasePools pools, Outbox outbox, Clock clock) {
        return pools.worker() == null ? null : new Sequencer(pools.worker(), new Counted(outbox), clock);
    }

    @Bean
    @Nullable
    CheckpointJob checkpointJob(DatabasePools pools, Checkpoints checkpoints) {
        return pools.worker() == null ? null : new CheckpointJob(pools.worker(), checkpoints);
    }

    @Bean
    RetentionService retentionService(ServerSettings settings, TenantTransactions transactions, Clock clock) {
        return new RetentionService(transactions, settings.audit().retentionDays(), clock);
    }

    @Bean
    @Nullable
    RetentionJob retentionJob(
            ServerSettings settings, DatabasePools pools, AuditEntries entries, Ids ids, Clock clock) {
        return pools.worker() == null
                ? null
                : new RetentionJob(pools.worker(), settings.audit().retentionDays(), entries, ids, clock);
    }

    @Bean
    @Nullable
    AuditJobs auditJobs(
            ObjectProvider<Sequencer> sequencer,
            ObjectProvider<CheckpointJob> checkpoints,
            ObjectProvider<RetentionJob> retention) {
        Sequencer present = sequencer.getIfAvailable();
        return present == null ? null : AuditJobs.start(present, checkpoints.getObject(), retention.getObject());
    }

    @Bean
    AuditProofMeters auditProofMeters(
            MeterRegistry registry,
            Clock clock,
            ObjectProvider<Sequencer> sequencer,
            ObjectProvider<CheckpointJob> checkpoints) {
        return new AuditProofMeters(registry, clock, sequencer.getIfAvailable(), checkpoints.getIfAvailable());
    }

    /** What is in a tree is also counted, and told to whoever wants to know. */
    private record Counted(Outbox outbox) implements SequencedEntries {
        @Override
        public void add(Connection worker, List<RecordedEntry> entries) throws SQLException {
            AuditRollup.add(worker, entries);
            outbox.add(worker, entries);
        }

        @Override
        public void settled(Connection worker, long writtenBelow, Instant lookedAt) throws SQLException {
            AuditRollup.settled(worker, writtenBelow, lookedAt);
            outbox.settled(worker, writtenBelow, lookedAt);
        }
    }
}
