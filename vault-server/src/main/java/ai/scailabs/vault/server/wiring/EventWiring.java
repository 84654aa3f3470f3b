package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.expiry.ExpiryNotices;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.events.delivery.DeliveryJournal;
import ai.scailabs.vault.events.delivery.DeliveryLog;
import ai.scailabs.vault.events.delivery.DeliveryTurn;
import ai.scailabs.vault.events.delivery.Dispatcher;
import ai.scailabs.vault.events.delivery.Posting;
import ai.scailabs.vault.events.delivery.RetrySchedule;
import ai.scailabs.vault.events.delivery.SigningKeys;
import ai.scailabs.vault.events.delivery.SingleDelivery;
import ai.scailabs.vault.events.delivery.Standings;
import ai.scailabs.vault.events.delivery.TargetRepository;
import ai.scailabs.vault.events.outbox.EventCleaner;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.events.subscription.PollWaiters;
import ai.scailabs.vault.events.subscription.Polling;
import ai.scailabs.vault.events.subscription.SubscriptionService;
import ai.scailabs.vault.events.webhook.WebhookService;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.acme.ManagedWarnings;
import ai.scailabs.vault.pki.inventory.CertificateWarnings;
import ai.scailabs.vault.secrets.lifecycle.SecretWarnings;
import ai.scailabs.vault.server.jobs.EventJobs;
import ai.scailabs.vault.server.jobs.ExpiryJob;
import ai.scailabs.vault.server.metrics.EventMeters;
import ai.scailabs.vault.server.settings.EventSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who is told of what happens. What sends is absent, which the framework shows as null, where there is no login for jobs. */
@Configuration(proxyBeanMethods = false)
class EventWiring {
    @Bean
    Outbox outbox(ServerSettings settings, Clock clock) {
        return new Outbox(settings.events().retention(), clock);
    }

    @Bean
    SigningKeys signingKeys(TenantTransactions transactions, TenantSeal seal, Ids ids, Clock clock) {
        return new SigningKeys(transactions, new SealedKeys(seal, SealedKeys.EVENT_SIGNING), ids, clock);
    }

    @Bean
    Posting posting(ServerSettings settings, Clock clock) {
        EventSettings events = settings.events();
        return new Posting(
                OutboundRules.addresses(settings, events.addresses()),
                OutboundRules.authorities(events.caFile()),
                settings.development(),
                clock);
    }

    @Bean
    TargetRepository targetRepository(TenantTransactions transactions) {
        return new TargetRepository(transactions);
    }

    @Bean
    WebhookService webhookService(
            TenantTransactions transactions,
            TargetRepository targets,
            SigningKeys keys,
            Posting posting,
            Clock clock,
            Ids ids) {
        DeliveryLog log = new DeliveryLog(transactions);
        return new WebhookService(
                targets, keys, log, new SingleDelivery(log, keys, posting, ids, clock), posting, clock, ids);
    }

    @Bean
    SubscriptionService subscriptionService(
            TargetRepository targets, SigningKeys keys, Posting posting, Clock clock, Ids ids) {
        return new SubscriptionService(targets, keys, posting, clock, ids);
    }

    @Bean
    Standings standings(AccessControl access, RevocationList revocations) {
        return new SubscriptionStandings(access, revocations);
    }

    @Bean
    Polling polling(TenantTransactions transactions, SubscriptionService subscriptions, Standings standings) {
        return new Polling(transactions, subscriptions, standings);
    }

    @Bean
    PollWaiters pollWaiters(DatabasePools pools, Clock clock) {
        return new PollWaiters(pools.worker(), clock);
    }

    /** What is sent is read by connections of its own: requests wait for none of them. Closed with the context. */
    @Bean
    @Nullable
    EventPool eventPool(ServerSettings settings, DatabasePools pools) {
        return pools.worker() == null
                ? null
                : new EventPool(
                        ConnectionPools.open(settings.database().app(), "scaivault-events", EventPool.CONNECTIONS));
    }

    @Bean
    @Nullable
    DeliveryTurn deliveryTurn(
            ObjectProvider<EventPool> eventPool,
            SigningKeys keys,
            Posting posting,
            Standings standings,
            AuditEntries entries,
            Ids ids,
            Clock clock,
            SecureRandom random) {
        EventPool pool = eventPool.getIfAvailable();
        if (pool == null) {
            return null;
        }
        TenantTransactions own = new TenantTransactions(pool.connections());
        return new DeliveryTurn(
                own,
                keys,
                posting,
                standings,
                new DeliveryJournal(own, entries, ids),
                RetrySchedule.USUAL,
                ids,
                clock,
                random);
    }

    @Bean
    @Nullable
    EventCleaner eventCleaner(ServerSettings settings, DatabasePools pools, Clock clock) {
        return pools.worker() == null
                ? null
                : new EventCleaner(pools.worker(), settings.events().retention(), clock);
    }

    @Bean
    @Nullable
    ExpiryJob expiryJob(
            DatabasePools pools, TenantTransactions transactions, AuditEntries entries, Ids ids, Clock clock) {
        ExpiryNotices notices = new ExpiryNotices(transactions, entries, ids, clock);
        return pools.worker() == null
                ? null
                : new ExpiryJob(
                        pools.worker(),
                        new SecretWarnings(notices),
                        new CertificateWarnings(notices),
                        new ManagedWarnings(notices));
    }

    @Bean
    EventJobs eventJobs(
            ServerSettings settings,
            DatabasePools pools,
            PollWaiters waiters,
            ObjectProvider<DeliveryTurn> turn,
            ObjectProvider<EventCleaner> cleaner,
            ObjectProvider<ExpiryJob> expiry,
            Clock clock) {
        DeliveryTurn present = turn.getIfAvailable();
        Dispatcher dispatcher = present == null || pools.worker() == null
                ? null
                : new Dispatcher(
                        pools.worker(), present, clock, settings.events().concurrency());
        return EventJobs.start(waiters, dispatcher, cleaner.getIfAvailable(), expiry.getIfAvailable());
    }

    @Bean
    EventMeters eventMeters(
            MeterRegistry registry,
            Outbox outbox,
            PollWaiters waiters,
            ObjectProvider<DeliveryTurn> turn,
            ObjectProvider<EventCleaner> cleaner) {
        return new EventMeters(registry, outbox, waiters, turn.getIfAvailable(), cleaner.getIfAvailable());
    }

    /** A name of its own: there is one pool that requests use. */
    record EventPool(HikariDataSource connections) implements AutoCloseable {
        static final int CONNECTIONS = 3;

        @Override
        public void close() {
            connections.close();
        }
    }
}
