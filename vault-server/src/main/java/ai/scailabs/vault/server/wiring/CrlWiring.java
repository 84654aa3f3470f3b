package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.crl.CrlBuilder;
import ai.scailabs.vault.pki.crl.CrlService;
import ai.scailabs.vault.pki.crl.CrlTally;
import ai.scailabs.vault.pki.crl.CrlWorker;
import ai.scailabs.vault.pki.crl.ListsFromElsewhere;
import ai.scailabs.vault.pki.inventory.CertificatePurge;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CrlLocations;
import ai.scailabs.vault.pki.offline.OfflineAuthorities;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.server.jobs.CertificateJobs;
import ai.scailabs.vault.server.settings.ServerSettings;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Lists of what authorities revoked, made here or elsewhere. */
@Configuration(proxyBeanMethods = false)
class CrlWiring {
    @Bean
    CrlLocations crlLocations(ServerSettings settings) {
        String base = settings.pki().publicUrl();
        return CrlLocations.below(base == null ? null : URI.create(base));
    }

    /** For lists that a request asks for. */
    @Bean
    CrlBuilder crlBuilder(
            TenantTransactions transactions,
            AuthorityKeys keys,
            CrlTally tally,
            SignatureProvider signatures,
            CrlLocations locations,
            ServerSettings settings,
            Ids ids,
            Clock clock) {
        return new CrlBuilder(transactions, keys, signatures, locations, settings.crls(), tally, ids, clock);
    }

    @Bean
    CrlService crlService(
            TenantTransactions transactions,
            CrlBuilder builder,
            CertificateStatuses statuses,
            AuthorityService authorities,
            Clock clock) {
        return new CrlService(transactions, builder, statuses, authorities, clock);
    }

    @Bean
    OfflineAuthorities offlineAuthorities(
            TenantTransactions transactions,
            AuthorityService authorities,
            AuthorityKeys keys,
            CrlBuilder lists,
            SecureRandom random,
            Clock clock) {
        return new OfflineAuthorities(transactions, authorities, keys, lists, random, clock);
    }

    @Bean
    ListsFromElsewhere listsFromElsewhere(
            TenantTransactions transactions, AuthorityService authorities, Ids ids, Clock clock) {
        return new ListsFromElsewhere(transactions, authorities, ids, clock);
    }

    /** Lists are made by connections of their own: requests wait for none of them. Closed with the context. */
    @Bean
    @Nullable
    CrlPool crlPool(ServerSettings settings, DatabasePools pools) {
        return pools.worker() == null
                ? null
                : new CrlPool(ConnectionPools.open(settings.database().app(), "scaivault-crl", CrlPool.CONNECTIONS));
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    CrlWorker crlWorker(
            DatabasePools pools,
            ObjectProvider<CrlPool> crlPool,
            AuthorityKeys keys,
            CrlTally tally,
            SignatureProvider signatures,
            CrlLocations locations,
            ServerSettings settings,
            Ids ids,
            Clock clock) {
        CrlPool pool = crlPool.getIfAvailable();
        if (pools.worker() == null || pool == null) {
            return null;
        }
        CrlBuilder builder = new CrlBuilder(
                new TenantTransactions(pool.connections()),
                keys,
                signatures,
                locations,
                settings.crls(),
                tally,
                ids,
                clock);
        return new CrlWorker(pools.worker(), builder, clock);
    }

    @Bean
    @Nullable
    CertificateJobs certificateJobs(
            DatabasePools pools,
            ObjectProvider<CrlPool> crlPool,
            ObjectProvider<CrlWorker> worker,
            ServerSettings settings,
            Clock clock) {
        CrlWorker present = worker.getIfAvailable();
        CrlPool pool = crlPool.getIfAvailable();
        if (pools.worker() == null || pool == null || present == null) {
            return null;
        }
        CertificatePurge purge = new CertificatePurge(
                pools.worker(),
                new TenantTransactions(pool.connections()),
                settings.keepExpired(),
                settings.crls().interval(),
                clock);
        return CertificateJobs.start(present, purge);
    }

    /** A name of its own: there is one pool that requests use. */
    record CrlPool(HikariDataSource connections) implements AutoCloseable {
        static final int CONNECTIONS = 2;

        @Override
        public void close() {
            connections.close();
        }
    }
}
