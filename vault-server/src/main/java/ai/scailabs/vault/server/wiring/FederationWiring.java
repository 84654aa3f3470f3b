package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.backend.BackendService;
import ai.scailabs.vault.federation.backend.Backends;
import ai.scailabs.vault.federation.backend.CredentialReader;
import ai.scailabs.vault.federation.proxy.ProxyMounts;
import ai.scailabs.vault.federation.sync.BackendHealths;
import ai.scailabs.vault.federation.sync.CopyService;
import ai.scailabs.vault.federation.sync.CopyWorker;
import ai.scailabs.vault.federation.sync.LocalSides;
import ai.scailabs.vault.federation.sync.NotedCopies;
import ai.scailabs.vault.federation.vendor.VendorVaults;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.lifecycle.AccessTimes;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.AccessListener;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.server.jobs.CopyJobs;
import ai.scailabs.vault.server.metrics.FederationMeters;
import ai.scailabs.vault.server.settings.FederationSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Other vaults that tenants name. No class of a vendor is loaded before one is opened. */
@Configuration(proxyBeanMethods = false)
class FederationWiring {
    /** Of one call while secrets are copied; a list of many thousands takes three times as long at most. */
    private static final Duration LONGEST_COPY = Duration.ofMinutes(1);

    /** Closed with the context. */
    @Bean
    GuardedTransfers federationTransfers(ServerSettings settings) {
        FederationSettings federation = settings.federation();
        return new GuardedTransfers(
                OutboundRules.addresses(settings, federation.addresses()),
                OutboundRules.authorities(federation.caFile()),
                settings.development());
    }

    @Bean
    BackendOpener backendOpener(
            TenantTransactions transactions,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessTimes accessTimes,
            AuditTrail trail,
            AuditEntries entries,
            Ids ids,
            Clock clock,
            GuardedTransfers federationTransfers,
            ServerSettings settings) {
        // What opens a vault lies here: were it mounted, a vault would be opened by what lies in it.
        SecretService ownSecrets =
                new SecretService(transactions, access, keyrings, cipher, accessTimes, Mounts.NONE, clock);
        FederationSettings federation = settings.federation();
        return new BackendOpener(
                new CredentialReader(access, ownSecrets, trail, entries, ids),
                new VendorVaults(federationTransfers, federation.asService(), federation.patience(), clock),
                new VendorVaults(federationTransfers, federation.asService(), LONGEST_COPY, clock));
    }

    @Bean
    FederationMeters federationMeters(MeterRegistry registry) {
        return new FederationMeters(registry);
    }

    /** Closed with the context. */
    @Bean
    ProxyMounts proxyMounts(
            TenantTransactions transactions,
            BackendOpener opener,
            LocalSides locals,
            Ids ids,
            FederationMeters meters) {
        ProxyMounts mounts =
                new ProxyMounts(new Backends(transactions), opener, new NotedCopies(transactions, locals, ids), meters);
        meters.watch(mounts);
        return mounts;
    }

    @Bean
    BackendService backendService(
            TenantTransactions transactions,
            BackendOpener opener,
            AccessControl access,
            ServerSettings settings,
            Clock clock,
            Ids ids) {
        return new BackendService(transactions, opener, access, settings.development(), clock, ids);
    }

    @Bean
    BackendHealths backendHealths(TenantTransactions transactions, ProxyMounts mounts) {
        return new BackendHealths(transactions, mounts);
    }

    /** Closed with the context. */
    @Bean
    LocalSides copiedSecrets(
            TenantTransactions transactions,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            TenantMac mac,
            AuditEntries entries,
            Clock clock,
            Ids ids) {
        // Nobody sees what is compared.
        AccessListener nobody = (owner, path) -> {};
        SecretService ownSecrets =
                new SecretService(transactions, access, keyrings, cipher, nobody, Mounts.NONE, clock);
        return new LocalSides(ownSecrets, access, mac, entries, ids);
    }

    @Bean
    CopyService copyService(
            TenantTransactions transactions,
            BackendService backends,
            BackendOpener opener,
            LocalSides locals,
            AccessControl access,
            Clock clock,
            Ids ids) {
        return new CopyService(transactions, backends, opener, locals, access, clock, ids);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    CopyJobs copyJobs(
            DatabasePools pools,
            TenantTransactions transactions,
            BackendOpener opener,
            LocalSides locals,
            RevocationList revocations,
            AuditEntries entries,
            FederationMeters meters,
            SecureRandom random,
            Clock clock,
            Ids ids) {
        if (pools.worker() == null) {
            return null;
        }
        return CopyJobs.start(new CopyWorker(
                pools.worker(),
                transactions,
                opener,
                locals,
                revocations,
                entries,
                new Backoff(random),
                meters,
                clock,
                ids));
    }
}
