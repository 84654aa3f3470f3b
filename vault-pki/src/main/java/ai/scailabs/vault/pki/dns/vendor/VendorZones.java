package ai.scailabs.vault.pki.dns.vendor;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.pki.dns.azure.AzureZones;
import ai.scailabs.vault.pki.dns.cloudflare.CloudflareZones;
import ai.scailabs.vault.pki.dns.digitalocean.DigitalOceanZones;
import ai.scailabs.vault.pki.dns.google.GoogleZones;
import ai.scailabs.vault.pki.dns.powerdns.PowerDnsZones;
import ai.scailabs.vault.pki.dns.rfc2136.UpdateZones;
import ai.scailabs.vault.pki.dns.route53.Route53Zones;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ZoneBackends;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Every provider of which there is a kind. Thread-safe. */
public final class VendorZones implements ZoneBackends {
    private static final int MOST_TURNS = 10_000;

    private final GuardedTransfers transfers;
    private final AddressRule rule;
    private final VendorEndpoints endpoints;
    private final Set<TenantId> asService;
    private final Clock clock;
    /** A lock lives as long as somebody holds it or waits for it. */
    private final LoadingCache<Turn, Lock> turns =
            Caffeine.newBuilder().maximumSize(MOST_TURNS).weakValues().build(_ -> new ReentrantLock());

    /**
     * @param transfers carries all requests over HTTP but those of AWS's SDK
     * @param rule to which addresses servers may lead that tenants name for updates
     * @param asService the tenants that may use Route 53 as this service
     */
    public VendorZones(
            GuardedTransfers transfers,
            AddressRule rule,
            VendorEndpoints endpoints,
            Set<TenantId> asService,
            Clock clock) {
        this.transfers = transfers;
        this.rule = rule;
        this.endpoints = endpoints;
        this.asService = Set.copyOf(asService);
        this.clock = clock;
    }

    @Override
    public ZoneRecords open(Credentials credentials, TenantId tenant) {
        try {
            return switch (credentials.type()) {
                case RFC2136 -> new UpdateZones(rule, credentials);
                case POWERDNS ->
                    new PowerDnsZones(
                            transfers, credentials, turns.get(new Turn(tenant, credentials.reveal("base_url"))));
                case ROUTE53 -> new Route53Zones(endpoints.route53(), asService.contains(tenant), credentials);
                case CLOUDFLARE -> new CloudflareZones(transfers, endpoints.cloudflare(), credentials);
                case GOOGLE ->
                    new GoogleZones(transfers, endpoints.google(), endpoints.googleTokens(), clock, credentials);
                case AZURE -> new AzureZones(transfers, endpoints.azure(), endpoints.azureLogin(), credentials);
                case DIGITALOCEAN -> new DigitalOceanZones(transfers, endpoints.digitalOcean(), credentials);
            };
        } catch (RuntimeException refused) {
            credentials.close();
            throw refused;
        }
    }

    private record Turn(TenantId tenant, String server) {}
}
