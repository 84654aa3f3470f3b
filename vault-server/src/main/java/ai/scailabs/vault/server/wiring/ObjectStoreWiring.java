package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.security.SecureRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Buckets that tenants name. No class of a vendor is loaded before one is opened. */
@Configuration(proxyBeanMethods = false)
class ObjectStoreWiring {
    @Bean
    GuardedTransfers storeTransfers(ServerSettings settings) {
        return new GuardedTransfers(
                OutboundRules.addresses(settings, settings.objectStores().addresses()),
                OutboundRules.authorities(settings.objectStores().caFile()),
                settings.development());
    }

    @Bean
    ObjectStores objectStores(GuardedTransfers storeTransfers, ServerSettings settings, SecureRandom random) {
        return new VendorStores(
                storeTransfers, StoreTimes.USUAL, settings.objectStores().ownBuckets(), random);
    }
}
