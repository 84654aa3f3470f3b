package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.idempotency.IdempotentReplyDisposal;
import ai.scailabs.vault.access.issuer.SigningKeyDisposal;
import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.access.revocation.RevocationDisposal;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.api.request.ClientAddress;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.system.BuildInfo;
import ai.scailabs.vault.api.system.SecurityTxt;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.identity.sync.SyncDisposal;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import ai.scailabs.vault.secrets.lifecycle.AccessTimes;
import ai.scailabs.vault.secrets.lifecycle.PurgeJob;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.server.jobs.AuditLogSize;
import ai.scailabs.vault.server.jobs.AuditPartitions;
import ai.scailabs.vault.server.jobs.BackgroundJobs;
import ai.scailabs.vault.server.jobs.DatabaseLatency;
import ai.scailabs.vault.server.metrics.AuditMeters;
import ai.scailabs.vault.server.metrics.MetricsListener;
import ai.scailabs.vault.server.metrics.QuotaMeters;
import ai.scailabs.vault.server.metrics.SecurityTxtMeters;
import ai.scailabs.vault.server.metrics.ServerMeters;
import ai.scailabs.vault.server.readiness.DependencyReadiness;
import ai.scailabs.vault.server.readiness.EncryptionProbe;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.tls.ManagedTls;
import ai.scailabs.vault.tenancy.rotation.KeyJobWorker;
import ai.scailabs.vault.tenancy.rotation.KeyService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health, metrics, jobs and what the web layer asks of the server. */
@Configuration(proxyBeanMethods = false)
class OperationsWiring {
    @Bean
    PrometheusMeterRegistry meterRegistry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    @Bean
    JsonBody jsonBody(ServerSettings settings) {
        return new JsonBody(settings.http().maxBodyBytes());
    }

    @Bean
    ClientAddress clientAddress(ServerSettings settings) {
        return new ClientAddress(
                settings.http().trustedProxies(), settings.http().proxyHeader());
    }

    @Bean
    DependencyReadiness readiness(
            DatabasePools pools,
            ConnectionThreads threads,
            GuardedRootKeys rootKeys,
            KeyService stored,
            Ids ids,
            SecureRandom random,
            TokenAuthenticator authenticator,
            AuditTrail trail,
            ObjectProvider<RedisLink> redis,
            ObjectProvider<KeyJobWorker> keys,
            AuthorityHsm hsm,
            ObjectProvider<ManagedTls> tls) {
        return new DependencyReadiness(
                pools.app(),
                threads,
                new EncryptionProbe(rootKeys.keys(), stored::isForeignRootKey, ids, random),
                authenticator,
                trail,
                redis.getIfAvailable(),
                () -> lastRotation(keys.getIfAvailable()),
                hsm::problem,
                () -> problem(tls.getIfAvailable()));
    }

    /** As it stands beside other checks, which say whose fault it is. */
    private static @Nullable String problem(@Nullable ManagedTls tls) {
        return tls == null ? null : tls.problem().isEmpty() ? "" : "the managed certificate " + tls.problem();
    }

    /** Only where there is a login for jobs anything is known of other tenants' jobs. */
    private static @Nullable Instant lastRotation(@Nullable KeyJobWorker keys) {
        return keys == null ? null : keys.lastCompleted();
    }

    @Bean
    ServerMeters serverMeters(
            PrometheusMeterRegistry registry,
            ConnectionThreads threads,
            AuditTrail trail,
            TokenAuthenticator authenticator,
            RevocationList revocations) {
        return new ServerMeters(registry, threads, trail, authenticator, revocations);
    }

    @Bean
    QuotaMeters quotaMeters(PrometheusMeterRegistry registry, Quota quota, ObjectProvider<RedisLink> redis) {
        return new QuotaMeters(registry, quota, redis.getIfAvailable());
    }

    @Bean
    SecurityTxtMeters securityTxtMeters(
            PrometheusMeterRegistry registry, Clock clock, ObjectProvider<SecurityTxt> configured) {
        return new SecurityTxtMeters(registry, clock, configured.getIfAvailable());
    }

    @Bean
    MetricsListener metricsListener(ServerSettings settings, PrometheusMeterRegistry registry) {
        return new MetricsListener(settings.http().metrics(), registry);
    }

    @Bean
    BuildInfo buildInfo() {
        Properties build = new Properties();
        try (InputStream in = OperationsWiring.class.getResourceAsStream("/META-INF/scaivault-build.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                build.getProperty("version", "unknown"),
                build.getProperty("commit", "unknown"),
                build.getProperty("time", "unknown"),
                Runtime.version().toString());
    }

    @Bean
    BackgroundJobs backgroundJobs(
            DatabasePools pools,
            AccessTimes accessTimes,
            SecretService secrets,
            AuditEntries entries,
            Ids ids,
            Clock clock,
            PrometheusMeterRegistry registry,
            ObjectProvider<TlsListener> tls) {
        BackgroundJobs jobs = new BackgroundJobs();
        tls.ifAvailable(
                listener -> jobs.every(Duration.ofSeconds(2), Duration.ofSeconds(2), "tls-files", listener::reload));
        jobs.every(Duration.ofSeconds(10), Duration.ofSeconds(10), "access-times", accessTimes::flush);
        DatabaseLatency latency = new DatabaseLatency(pools.app(), registry);
        jobs.every(Duration.ofSeconds(15), Duration.ofSeconds(1), "database-latency", latency::measure);
        if (pools.worker() != null) {
            AuditPartitions partitions = new AuditPartitions(pools.worker());
            jobs.every(Duration.ofDays(1), Duration.ofMinutes(1), "audit-partitions", partitions::create);
            AuditLogSize size = new AuditLogSize(pools.worker());
            AuditMeters.bind(registry, size);
            jobs.every(Duration.ofMinutes(1), Duration.ofSeconds(5), "audit-log-size", size::look);
            PurgeJob purge = new PurgeJob(pools.worker(), secrets, entries, ids, clock);
            jobs.every(Duration.ofMinutes(15), Duration.ofMinutes(2), "purge", purge::run);
            RevocationDisposal disposal = new RevocationDisposal(pools.worker());
            jobs.every(Duration.ofHours(1), Duration.ofMinutes(3), "revocation-disposal", disposal::run);
            SigningKeyDisposal keys = new SigningKeyDisposal(pools.worker());
            jobs.every(Duration.ofHours(1), Duration.ofMinutes(4), "signing-key-disposal", keys::run);
            IdempotentReplyDisposal replies = new IdempotentReplyDisposal(pools.worker());
            jobs.every(Duration.ofHours(1), Duration.ofMinutes(5), "idempotent-reply-disposal", replies::run);
            SyncDisposal syncs = new SyncDisposal(pools.worker());
            jobs.every(Duration.ofHours(1), Duration.ofMinutes(4), "sync-disposal", syncs::run);
        }
        return jobs;
    }
}
