package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.acme.AccountService;
import ai.scailabs.vault.pki.acme.AcmeClient;
import ai.scailabs.vault.pki.acme.AcmeKeys;
import ai.scailabs.vault.pki.acme.AuditedNews;
import ai.scailabs.vault.pki.acme.ChallengeAnswers;
import ai.scailabs.vault.pki.acme.Directories;
import ai.scailabs.vault.pki.acme.ManagedCertificates;
import ai.scailabs.vault.pki.acme.OrderJournal;
import ai.scailabs.vault.pki.acme.OrderService;
import ai.scailabs.vault.pki.acme.OrderTally;
import ai.scailabs.vault.pki.acme.OrderWorker;
import ai.scailabs.vault.pki.acme.RenewalNews;
import ai.scailabs.vault.pki.acme.RenewalWorker;
import ai.scailabs.vault.pki.dns.ChallengeRecords;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.server.challenge.HttpChallengeListener;
import ai.scailabs.vault.server.challenge.TlsChallengeListener;
import ai.scailabs.vault.server.jobs.AcmeJobs;
import ai.scailabs.vault.server.metrics.AcmeMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Certificates from authorities outside. */
@Configuration(proxyBeanMethods = false)
class AcmeWiring {
    /** Two sides of the same: what requests use, and what goes on without any. Where there is no login for jobs, there is the first alone. */
    record Sides(
            AcmeClient requests,
            @Nullable AcmeClient jobs,
            @Nullable HikariDataSource connections,
            GuardedTransfers transfers)
            implements AutoCloseable {
        static final int CONNECTIONS = 3;

        @Override
        public void close() {
            transfers.close();
            if (connections != null) {
                connections.close();
            }
        }
    }

    @Bean
    Sides acmeSides(
            ServerSettings settings,
            DatabasePools pools,
            TenantTransactions transactions,
            KeyPairs keyPairs,
            TenantSeal seal,
            AuditEntries entries,
            Ids ids,
            SecureRandom random,
            Clock clock) {
        GuardedTransfers transfers = transfers(settings);
        Directories directories = new Directories(transfers);
        OrderJournal journal = new OrderJournal(entries, ids);
        Parts parts =
                new Parts(directories, keyPairs, new SealedKeys(seal, SealedKeys.ACME), journal, ids, random, clock);
        HikariDataSource connections = pools.worker() == null
                ? null
                : ConnectionPools.open(settings.database().app(), "scaivault-acme", Sides.CONNECTIONS);
        return new Sides(
                parts.over(transactions),
                connections == null ? null : parts.over(new TenantTransactions(connections)),
                connections,
                transfers);
    }

    private record Parts(
            Directories directories,
            KeyPairs keyPairs,
            SealedKeys seal,
            OrderJournal journal,
            Ids ids,
            SecureRandom random,
            Clock clock) {
        AcmeClient over(TenantTransactions transactions) {
            AcmeKeys keys = new AcmeKeys(transactions, keyPairs, seal, ids, clock);
            return new AcmeClient(transactions, directories, keys, journal, ids, random, clock);
        }
    }

    private static GuardedTransfers transfers(ServerSettings settings) {
        return new GuardedTransfers(
                OutboundRules.addresses(settings, settings.pki().acme().addresses()), OutboundTls.system(), false);
    }

    @Bean
    OrderTally orderTally(MeterRegistry registry) {
        return new AcmeMeters(registry);
    }

    @Bean
    AccountService acmeAccountService(Sides sides, AccessControl access) {
        return sides.requests().accountService(access);
    }

    @Bean
    OrderService acmeOrderService(
            Sides sides,
            AccountService accounts,
            SignatureProvider signatures,
            OrderTally tally,
            AccessControl access) {
        return sides.requests().orderService(accounts, signatures, tally, access);
    }

    @Bean
    ManagedCertificates managedCertificates(Sides sides, OrderService orders, AccessControl access) {
        int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
        return sides.requests().certificateService(orders, access, atOnce);
    }

    @Bean
    ChallengeAnswers challengeAnswers(Sides sides) {
        return sides.requests().answers();
    }

    @Bean
    RenewalNews renewalNews(AuditEntries entries, Ids ids) {
        return new AuditedNews(new OrderJournal(entries, ids));
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    AcmeJobs acmeJobs(
            DatabasePools pools,
            Sides sides,
            ChallengeRecords records,
            RenewalNews news,
            OrderTally tally,
            Ids ids,
            Clock clock) {
        AcmeClient jobs = sides.jobs();
        if (pools.worker() == null || jobs == null) {
            return null;
        }
        OrderWorker orders = new OrderWorker(pools.worker(), jobs.steps(records, news, tally), clock);
        return AcmeJobs.start(orders, new RenewalWorker(pools.worker(), jobs, tally, ids));
    }

    @Bean
    HttpChallengeListener httpChallengeListener(ServerSettings settings, ChallengeAnswers answers) {
        return new HttpChallengeListener(settings.pki().acme().httpBind(), answers);
    }

    @Bean
    TlsChallengeListener tlsChallengeListener(ServerSettings settings, ChallengeAnswers answers) {
        return new TlsChallengeListener(settings.pki().acme().tlsBind(), answers);
    }
}
