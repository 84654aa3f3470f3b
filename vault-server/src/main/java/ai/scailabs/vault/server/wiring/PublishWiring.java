package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.publish.Place;
import ai.scailabs.vault.audit.publish.PublishJob;
import ai.scailabs.vault.audit.publish.StorePlace;
import ai.scailabs.vault.audit.publish.WebhookPlace;
import ai.scailabs.vault.audit.publish.WitnessPlace;
import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.server.jobs.PublishJobs;
import ai.scailabs.vault.server.metrics.PublishMeters;
import ai.scailabs.vault.server.settings.ObjectStoreSettings;
import ai.scailabs.vault.server.settings.PublishSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What carries checkpoints outside. The places are the operator's, who may have them anywhere. */
@Configuration(proxyBeanMethods = false)
class PublishWiring {
    private static final AddressRule ANYWHERE = new AddressRule(List.of(range("0.0.0.0/0"), range("::/0")));

    /** A role of AWS is taken with it as the external id. */
    private static final TenantId OPERATOR = new TenantId("tnt_operator");

    private static AddressRange range(String text) {
        return AddressRange.parse(text).orElseThrow();
    }

    @Bean
    GuardedHttp publishHttp(ServerSettings settings) {
        return new GuardedHttp(
                ANYWHERE, OutboundRules.authorities(settings.objectStores().caFile()));
    }

    @Bean
    @Nullable
    PublishJobs publishJobs(
            ServerSettings settings,
            DatabasePools pools,
            LogTree trees,
            GuardedHttp publishHttp,
            SecureRandom random,
            MeterRegistry registry) {
        List<Place> places = places(settings, trees, publishHttp, random);
        if (pools.worker() == null || places.isEmpty()) {
            return null;
        }
        PublishJob job = new PublishJob(pools.worker(), places);
        PublishMeters.bind(registry, job);
        return PublishJobs.start(job);
    }

    private static List<Place> places(ServerSettings settings, LogTree trees, GuardedHttp http, SecureRandom random) {
        PublishSettings publish = settings.publish();
        List<Place> places = new ArrayList<>();
        if (publish.webhook() != null) {
            places.add(new WebhookPlace(http, publish.webhook()));
        }
        if (publish.witness() != null) {
            places.add(new WitnessPlace(
                    http, publish.witness().prefix(), publish.witness().key(), trees));
        }
        if (publish.bucket() != null) {
            places.add(store(settings, publish.bucket(), publish.bucketCredentials(), random));
        }
        return places;
    }

    private static Place store(
            ServerSettings settings, Destination bucket, @Nullable String credentials, SecureRandom random) {
        ObjectStoreSettings stores = settings.objectStores();
        VendorStores own = new VendorStores(
                new GuardedTransfers(ANYWHERE, OutboundRules.authorities(stores.caFile()), settings.development()),
                StoreTimes.USUAL,
                Set.of(VendorStores.name(bucket)),
                random);
        StoreCredentials as = credentials == null
                ? new StoreCredentials.WorkloadIdentity()
                : StoreCredentials.of(bucket.type(), credentials.getBytes(StandardCharsets.UTF_8));
        return new StorePlace(own.open(bucket, as, OPERATOR));
    }
}
