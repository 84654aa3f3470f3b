package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.export.ExportService;
import ai.scailabs.vault.audit.export.ExportTerms;
import ai.scailabs.vault.audit.export.ExportWorker;
import ai.scailabs.vault.audit.export.HeadSigner;
import ai.scailabs.vault.audit.proof.Checkpoints;
import ai.scailabs.vault.audit.retention.RetentionService;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.server.jobs.AuditExports;
import ai.scailabs.vault.server.metrics.ExportMeters;
import ai.scailabs.vault.server.settings.ExportSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Exports of the audit log: what takes orders, and what carries them out. */
@Configuration(proxyBeanMethods = false)
class ExportWiring {
    /** Entries are written before their answers, and the sequencer is at most seconds behind. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofHours(24);

    @Bean
    ExportTerms exportTerms(ServerSettings settings) {
        ExportSettings exports = settings.exports();
        return new ExportTerms(exports.fileEntries(), exports.interval(), SETTLING, PATIENCE);
    }

    @Bean
    ExportService exportService(
            TenantTransactions transactions, ExportTerms terms, ObjectStores stores, Ids ids, Clock clock) {
        return new ExportService(
                transactions,
                terms,
                (tenant, order) -> {
                    try {
                        stores.open(order.destination(), new StoreCredentials.WorkloadIdentity(), tenant)
                                .close();
                        return true;
                    } catch (VaultException refused) {
                        return false;
                    }
                },
                ids,
                clock);
    }

    /** The log is read by connections of its own: requests wait for none of them. Closed with the context. */
    @Bean
    @Nullable
    ExportPool exportPool(ServerSettings settings, DatabasePools pools) {
        return pools.worker() == null
                ? null
                : new ExportPool(
                        ConnectionPools.open(settings.database().app(), "scaivault-export", ExportPool.CONNECTIONS));
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    ExportWorker exportWorker(
            DatabasePools pools,
            ObjectProvider<ExportPool> exportPool,
            ObjectStores stores,
            AccessControl access,
            SecretService secrets,
            AuditTrail trail,
            Checkpoints checkpoints,
            RetentionService retention,
            ExportTerms terms,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        ExportPool pool = exportPool.getIfAvailable();
        if (pools.worker() == null || pool == null) {
            return null;
        }
        return new ExportWorker(
                pools.worker(),
                new TenantTransactions(pool.connections()),
                stores,
                new ExportCredentials(access, secrets, trail, entries, ids),
                (tenant, partner) -> {
                    Checkpoints.SignedHead signed = checkpoints.newest(tenant, partner);
                    return new HeadSigner.Signed(
                            signed.head().size(),
                            signed.note(),
                            checkpoints.key(tenant, partner).line());
                },
                tenant -> Duration.ofDays(retention.of(tenant).days()),
                terms,
                entries,
                ids,
                clock);
    }

    @Bean
    @Nullable
    AuditExports auditExports(ObjectProvider<ExportWorker> worker) {
        ExportWorker present = worker.getIfAvailable();
        return present == null ? null : AuditExports.start(present);
    }

    @Bean
    ExportMeters exportMeters(MeterRegistry registry, ObjectProvider<ExportWorker> worker) {
        return new ExportMeters(registry, worker.getIfAvailable());
    }

    /** A name of its own: there is one pool that requests use. */
    record ExportPool(HikariDataSource connections) implements AutoCloseable {
        static final int CONNECTIONS = 2;

        @Override
        public void close() {
            connections.close();
        }
    }
}
