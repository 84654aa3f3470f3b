package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.server.settings.ObjectStoreSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Buckets that tenants name. No class of a vendor is loaded before one is opened. */
@Configuration(proxyBeanMethods = false)
class ObjectStoreWiring {
    @Bean
    GuardedTransfers storeTransfers(ServerSettings settings) {
        List<AddressRange> allowed = new ArrayList<>(settings.objectStores().addresses());
        if (settings.development()) {
            allowed.addAll(AddressRule.LOOPBACK);
        }
        return new GuardedTransfers(
                new AddressRule(allowed), authorities(settings.objectStores()), settings.development());
    }

    @Bean
    ObjectStores objectStores(GuardedTransfers storeTransfers, ServerSettings settings, SecureRandom random) {
        return new VendorStores(
                storeTransfers, StoreTimes.USUAL, settings.objectStores().ownBuckets(), random);
    }

    static SSLSocketFactory authorities(ObjectStoreSettings settings) {
        Path caFile = settings.caFile();
        try {
            return caFile == null ? OutboundTls.system() : OutboundTls.systemAnd(caFile);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }
}
