package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.key.RandomSources;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.SharedUnwraps;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.metrics.MeteredRootKey;
import ai.scailabs.vault.server.settings.ServerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Time, chance, keys, database and audit: what every capability stands on. */
@Configuration(proxyBeanMethods = false)
class FoundationWiring {
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SecureRandom random() {
        return RandomSources.striped();
    }

    @Bean
    Ids ids(Clock clock, SecureRandom random) {
        return new Ids(clock, random);
    }

    @Bean
    RootKey rootKey(OpenedRootKey opened, MeterRegistry metrics) {
        return new SharedUnwraps(new MeteredRootKey(opened.key(), metrics));
    }

    @Bean
    EnvelopeCipher envelopeCipher(RootKey rootKey, Ids ids, SecureRandom random) {
        return new EnvelopeCipher(rootKey, ids, random);
    }

    @Bean
    ConnectionThreads connectionThreads(ServerSettings settings) {
        return new ConnectionThreads("database", settings.database().poolSize());
    }

    @Bean
    TenantTransactions tenantTransactions(DatabasePools pools, ConnectionThreads threads) {
        return new TenantTransactions(pools.app(), threads);
    }

    @Bean
    AuditEntries auditEntries(Clock clock, Ids ids) {
        return new AuditEntries(clock, ids);
    }

    @Bean
    AuditTrail auditTrail(DatabasePools pools) {
        return new AuditTrail(pools.audit());
    }
}
