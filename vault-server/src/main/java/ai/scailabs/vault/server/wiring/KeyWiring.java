package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.version.VersionKeys;
import ai.scailabs.vault.server.jobs.KeyJobs;
import ai.scailabs.vault.server.metrics.KeyMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.erasure.ErasureService;
import ai.scailabs.vault.tenancy.erasure.ErasureWorker;
import ai.scailabs.vault.tenancy.erasure.OutsideKeys;
import ai.scailabs.vault.tenancy.rotation.KeyJobWorker;
import ai.scailabs.vault.tenancy.rotation.KeyService;
import ai.scailabs.vault.tenancy.rotation.SealedRows;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Generations of keys, and what brings older ones to their end. */
@Configuration(proxyBeanMethods = false)
class KeyWiring {
    @Bean
    KeyService keyService(DatabasePools pools, TenantTransactions transactions, RootKey rootKey, Ids ids, Clock clock) {
        return new KeyService(transactions, pools.worker(), sealedRows(transactions), rootKey::id, ids, clock);
    }

    @Bean
    ErasureService erasureService(ServerSettings settings, TenantTransactions transactions, Ids ids, Clock clock) {
        return new ErasureService(transactions, settings.erasureWait(), ids, clock);
    }

    @Bean
    @Nullable
    ErasureWorker erasureWorker(
            DatabasePools pools,
            TenantTransactions transactions,
            ObjectProvider<OutsideKeys> outside,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        return pools.worker() == null
                ? null
                : new ErasureWorker(
                        pools.worker(),
                        transactions,
                        sealedRows(transactions),
                        outside.getObject(),
                        entries,
                        ids,
                        clock);
    }

    /** All that is wrapped by keys of tenants: whatever keeps such rows is named here, or a rotation leaves them behind. */
    private static List<SealedRows> sealedRows(TenantTransactions transactions) {
        return List.of(
                new VersionKeys(transactions),
                RewrappedKeys.ofIssuers(transactions),
                RewrappedKeys.ofAuditLogs(transactions),
                RewrappedKeys.ofAuthorities(transactions),
                RewrappedKeys.ofCertificates(transactions),
                RewrappedKeys.ofDnsProviders(transactions),
                RewrappedKeys.ofEvents(transactions),
                RewrappedKeys.ofAcme(transactions),
                RewrappedKeys.ofRotations(transactions),
                RewrappedKeys.ofSshEngines(transactions),
                RewrappedKeys.ofIdempotentReplies(transactions));
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    KeyJobWorker keyJobWorker(
            ServerSettings settings,
            DatabasePools pools,
            TenantTransactions transactions,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            RootKey rootKey,
            SecureRandom random,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        if (pools.worker() == null) {
            return null;
        }
        return new KeyJobWorker(
                pools.worker(),
                transactions,
                keyrings,
                cipher,
                new KeyRotation(rootKey, random),
                sealedRows(transactions),
                rootKey::id,
                settings.keySchedule(),
                entries,
                ids,
                clock);
    }

    @Bean
    @Nullable
    KeyJobs keyJobs(ObjectProvider<KeyJobWorker> worker, ObjectProvider<ErasureWorker> erasures) {
        KeyJobWorker present = worker.getIfAvailable();
        return present == null ? null : KeyJobs.start(present, erasures.getObject());
    }

    @Bean
    KeyMeters keyMeters(MeterRegistry registry, ObjectProvider<KeyJobWorker> worker) {
        return new KeyMeters(registry, worker.getIfAvailable());
    }
}
