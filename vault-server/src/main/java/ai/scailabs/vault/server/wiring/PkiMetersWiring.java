package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.crl.CrlTally;
import ai.scailabs.vault.pki.crl.OverdueLists;
import ai.scailabs.vault.pki.inventory.CertificateCensus;
import ai.scailabs.vault.pki.ocsp.OcspService;
import ai.scailabs.vault.server.jobs.CertificateCounts;
import ai.scailabs.vault.server.metrics.CertificateMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is counted of certificates, their lists, and the answers about them. */
@Configuration(proxyBeanMethods = false)
class PkiMetersWiring {
    @Bean
    CrlTally crlTally(MeterRegistry registry, OcspService ocsp) {
        CrlTally tally = new CrlTally();
        CertificateMeters.bind(registry, ocsp, tally);
        return tally;
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. Counts by the connections that make lists: requests wait for none of them. */
    @Bean
    @Nullable
    CertificateCounts certificateCounts(
            DatabasePools pools,
            ObjectProvider<CrlWiring.CrlPool> crlPool,
            MeterRegistry registry,
            ServerSettings settings,
            Clock clock) {
        CrlWiring.CrlPool pool = crlPool.getIfAvailable();
        if (pools.worker() == null || pool == null) {
            return null;
        }
        CertificateCensus census =
                new CertificateCensus(pools.worker(), new TenantTransactions(pool.connections()), clock);
        OverdueLists lists = new OverdueLists(pools.worker(), settings.crls().interval(), clock);
        CertificateMeters meters = CertificateMeters.bind(registry, census, lists);
        return CertificateCounts.start(census, lists, meters::refresh);
    }
}
