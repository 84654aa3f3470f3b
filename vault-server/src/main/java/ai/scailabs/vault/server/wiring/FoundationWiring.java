package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.key.RandomSources;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.crypto.root.SharedUnwraps;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kms.guard.GuardedRootKey;
import ai.scailabs.vault.kms.guard.RememberedUnwraps;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.metrics.AuditMeters;
import ai.scailabs.vault.server.metrics.MeteredRootKey;
import ai.scailabs.vault.server.settings.ServerSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Time, chance, keys, database and audit: what every capability stands on. */
@Configuration(proxyBeanMethods = false)
class FoundationWiring {
    /** How long a root key that failed repeatedly is left alone. */
    private static final Duration REST = Duration.ofSeconds(2);

    /** How long the first root key may keep silent before the second is asked too. */
    private static final Duration HEAD_START = Duration.ofMillis(200);

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
    GuardedRootKeys guardedRootKeys(KeptRootKeys kept, MeterRegistry metrics) {
        List<GuardedRootKey> guarded = new ArrayList<>();
        for (KeptRootKey key : kept.keys()) {
            String place = guarded.isEmpty() ? "primary" : "secondary";
            GuardedRootKey next = new GuardedRootKey(new MeteredRootKey(key, place, metrics), REST);
            Gauge.builder("scaivault.kms.left.alone", next, one -> one.isLeftAlone() ? 1 : 0)
                    .tag("root_key", place)
                    .register(metrics);
            guarded.add(next);
        }
        return new GuardedRootKeys(guarded);
    }

    /** What is remembered is asked of nobody; what many ask at once, they ask together. */
    @Bean
    RootKey rootKey(GuardedRootKeys guarded, ServerSettings settings) {
        RootKey shared = new SharedUnwraps(new RootKeySet(guarded.keys(), HEAD_START));
        Duration memory = settings.rootKeys().memory();
        return memory.isZero() ? shared : new RememberedUnwraps(shared, memory);
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
    AuditTrail auditTrail(DatabasePools pools, MeterRegistry metrics) {
        return new AuditTrail(pools.audit(), new AuditMeters(metrics));
    }
}
