package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.ChallengeRecords;
import ai.scailabs.vault.pki.dns.DnsProviderService;
import ai.scailabs.vault.pki.dns.ProviderChallenges;
import ai.scailabs.vault.pki.dns.lookup.NameServers;
import ai.scailabs.vault.pki.dns.vendor.VendorEndpoints;
import ai.scailabs.vault.pki.dns.vendor.VendorZones;
import ai.scailabs.vault.pki.dns.zone.ZoneBackends;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** DNS providers that tenants name. No class of a vendor is loaded before one is opened. */
@Configuration(proxyBeanMethods = false)
class DnsWiring {
    /** Closed with the context. */
    @Bean
    GuardedTransfers dnsTransfers(ServerSettings settings) {
        return new GuardedTransfers(
                rule(settings), OutboundRules.authorities(settings.dns().caFile()), settings.development());
    }

    @Bean
    ZoneBackends zoneBackends(GuardedTransfers dnsTransfers, ServerSettings settings, Clock clock) {
        return new VendorZones(
                dnsTransfers,
                rule(settings),
                VendorEndpoints.PUBLIC,
                settings.dns().asService(),
                clock);
    }

    @Bean
    DnsProviderService dnsProviderService(
            TenantTransactions transactions,
            TenantSeal seal,
            ZoneBackends backends,
            AccessControl access,
            Clock clock,
            Ids ids) {
        return new DnsProviderService(
                transactions, new SealedKeys(seal, SealedKeys.DNS_PROVIDER), backends, access, clock, ids);
    }

    @Bean
    ChallengeRecords challengeRecords(
            TenantTransactions transactions, TenantSeal seal, ZoneBackends backends, ServerSettings settings) {
        return new ProviderChallenges(
                transactions,
                new SealedKeys(seal, SealedKeys.DNS_PROVIDER),
                backends,
                new NameServers(settings.dns().lookups(), rule(settings)));
    }

    private static AddressRule rule(ServerSettings settings) {
        return OutboundRules.addresses(settings, settings.dns().addresses());
    }
}
