package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.acme.ManagedCertificates;
import ai.scailabs.vault.pki.inventory.CertificateInventory;
import ai.scailabs.vault.pki.issuance.KeptKeys;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.server.metrics.TlsMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.settings.TlsCertificate;
import ai.scailabs.vault.server.tls.LookEvery;
import ai.scailabs.vault.server.tls.ManagedTls;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the port shows, where that is a certificate of a tenant. */
@Configuration(proxyBeanMethods = false)
class TlsWiring {
    @Bean
    LookEvery managedTlsLook() {
        return LookEvery.USUAL;
    }

    /** Absent, which the framework shows as null, where the setting is. */
    @Bean
    @Nullable
    ManagedTls managedTls(
            ServerSettings settings,
            ObjectProvider<TlsListener> listener,
            ManagedCertificates ordered,
            KeptKeys issued,
            CertificateInventory inventory,
            TenantTransactions transactions,
            AuditEntries entries,
            Ids ids,
            Clock clock,
            LookEvery every) {
        TlsCertificate named = settings.http().certificate();
        if (named == null) {
            return null;
        }
        ServingJournal journal = new ServingJournal(transactions, entries, ids);
        return new ManagedTls(
                List.of(
                        ordered.forServing(named.tenant(), named.certificate(), journal),
                        issued.forServing(
                                named.tenant(),
                                named.certificate(),
                                id -> inventory.newest(named.tenant(), id),
                                journal)),
                listener.getObject(),
                clock,
                every);
    }

    /** When all is wired, and before the port opens. A refusal here ends the start as it is. */
    @Bean
    SmartInitializingSingleton managedTlsStart(ObjectProvider<ManagedTls> tls) {
        return () -> tls.ifAvailable(ManagedTls::start);
    }

    @Bean
    TlsMeters tlsMeters(
            MeterRegistry registry,
            Clock clock,
            ObjectProvider<TlsListener> listener,
            ObjectProvider<ManagedTls> managed) {
        return new TlsMeters(registry, clock, listener.getIfAvailable(), managed.getIfAvailable());
    }
}
