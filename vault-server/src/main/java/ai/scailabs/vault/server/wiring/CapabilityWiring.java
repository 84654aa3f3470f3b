package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.idempotency.IdempotentReplies;
import ai.scailabs.vault.access.policy.PolicyService;
import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.lifecycle.AccessTimes;
import ai.scailabs.vault.secrets.listing.SecretListing;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretBatch;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.StoredKeyrings;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who may do what, tenants and their keys, and secrets. */
@Configuration(proxyBeanMethods = false)
class CapabilityWiring {
    /** Absent, which the framework shows as null, when none is configured. */
    @Bean
    @Nullable
    RedisLink redisLink(ServerSettings settings, MeterRegistry registry) {
        ServerSettings.Redis redis = settings.redis();
        if (redis == null) {
            return null;
        }
        Timer latency = Timer.builder("scaivault.redis.latency").register(registry);
        return RedisLink.open(
                redis.login(), redis.caFile(), redis.patience(), nanos -> latency.record(nanos, TimeUnit.NANOSECONDS));
    }

    @Bean
    Quota quota(ServerSettings settings, Clock clock, ObjectProvider<RedisLink> redis) {
        return new Quota(settings.rateLimits(), clock, System::nanoTime, redis.getIfAvailable());
    }

    @Bean
    AccessControl accessControl(TenantTransactions transactions, Clock clock) {
        return new AccessControl(transactions, clock);
    }

    @Bean
    IdempotentReplies idempotentReplies(TenantTransactions transactions, TenantSeal seal, Ids ids) {
        return new IdempotentReplies(transactions, new SealedKeys(seal, SealedKeys.IDEMPOTENT), ids);
    }

    @Bean
    PolicyService policyService(TenantTransactions transactions, Clock clock, Ids ids) {
        return new PolicyService(transactions, clock, ids);
    }

    @Bean
    TenantRegistry tenantRegistry(TenantTransactions transactions, Clock clock) {
        return new TenantRegistry(transactions, clock);
    }

    @Bean
    TenantKeyrings tenantKeyrings(TenantTransactions transactions, EnvelopeCipher cipher, Clock clock) {
        return new StoredKeyrings(transactions, cipher, clock);
    }

    @Bean
    TenantMac tenantMac(TenantRegistry registry, TenantKeyrings keyrings, EnvelopeCipher cipher) {
        return new TenantMac(registry, keyrings, cipher);
    }

    @Bean
    AccessTimes accessTimes(TenantTransactions transactions, Clock clock) {
        return new AccessTimes(transactions, clock);
    }

    @Bean
    SecretService secretService(
            TenantTransactions transactions,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessTimes accessTimes,
            Mounts mounts,
            Clock clock) {
        return new SecretService(transactions, access, keyrings, cipher, accessTimes, mounts, clock);
    }

    @Bean
    SecretBatch secretBatch(
            TenantTransactions transactions,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessTimes accessTimes,
            Mounts mounts,
            Clock clock) {
        return new SecretBatch(transactions, access, keyrings, cipher, accessTimes, mounts, clock);
    }

    @Bean
    SecretListing secretListing(TenantTransactions transactions, AccessControl access, Mounts mounts, Clock clock) {
        return new SecretListing(transactions, access, mounts, clock);
    }
}
