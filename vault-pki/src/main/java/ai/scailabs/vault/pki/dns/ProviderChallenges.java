package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.lookup.LookupFailed;
import ai.scailabs.vault.pki.dns.lookup.NameServers;
import ai.scailabs.vault.pki.dns.lookup.Sighting;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneBackends;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records by the providers of tenants. A provider that does not answer keeps no other from being used. Thread-safe. */
public final class ProviderChallenges implements ChallengeRecords {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderChallenges.class);
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** After that no other provider is asked for its zones. */
    private static final Duration SEARCH = Duration.ofSeconds(20);

    private final DnsProviderRepository repository;
    private final ProviderAccess providers;
    private final NameServers servers;

    public ProviderChallenges(
            TenantTransactions transactions, KeySeal seal, ZoneBackends backends, NameServers servers) {
        this.repository = new DnsProviderRepository(transactions);
        this.providers = new ProviderAccess(seal, backends);
        this.servers = servers;
    }

    @Override
    public Placement locate(TenantId tenant, PartnerId partner, @Nullable UUID provider, String recordName) {
        String asked = DnsName.plain(recordName);
        if (!DnsName.isName(asked)) {
            throw new IllegalArgumentException("not a name of DNS");
        }
        List<DnsProvider> candidates = candidates(tenant, provider);
        if (candidates.isEmpty()) {
            throw notManaged(asked);
        }
        String name = target(asked);
        long begin = System.nanoTime();
        Placement best = null;
        VaultException failure = null;
        for (DnsProvider candidate : candidates) {
            try {
                boolean late = System.nanoTime() - begin > SEARCH.toNanos();
                Optional<String> zone = zone(tenant, partner, candidate, name, !late);
                if (zone.isPresent()
                        && (best == null || zone.get().length() > best.zone().length())) {
                    best = new Placement(candidate.id(), zone.get(), name);
                }
            } catch (VaultException unknown) {
                failure = unknown;
            }
        }
        if (best != null) {
            return best;
        }
        throw failure == null ? notManaged(name) : failure;
    }

    private List<DnsProvider> candidates(TenantId tenant, @Nullable UUID provider) {
        if (provider != null) {
            return List.of(repository.find(tenant, provider).orElseThrow(DnsProviderService::notFound));
        }
        return repository.page(tenant, BEFORE_ALL, DnsProviderService.MAX_PROVIDERS).stream()
                .filter(DnsProvider::active)
                .toList();
    }

    private String target(String name) {
        try {
            return servers.target(name);
        } catch (LookupFailed unknown) {
            throw lookupFailed(unknown);
        }
    }

    private Optional<String> zone(
            TenantId tenant, PartnerId partner, DnsProvider provider, String name, boolean mayAsk) {
        Optional<String> named = provider.zones().named(name);
        if (!mayAsk || !provider.zones().mayHave(name)) {
            return named;
        }
        List<String> there = providers.with(
                tenant,
                provider.id(),
                credentials(tenant, partner, provider),
                zones -> zones.zones(provider.zones().exact()));
        return ManagedZones.longest(
                        there.stream().filter(provider.zones()::include).toList(), name)
                .or(() -> named);
    }

    private Credentials credentials(TenantId tenant, PartnerId partner, DnsProvider provider) {
        byte[] sealed = repository.sealed(tenant, provider.id()).orElseThrow(DnsProviderService::notFound);
        return providers.opened(tenant, partner, provider, sealed);
    }

    @Override
    public void add(TenantId tenant, PartnerId partner, Placement where, String value) {
        requireValue(value);
        DnsProvider provider = repository.find(tenant, where.provider()).orElseThrow(DnsProviderService::notFound);
        providers.with(tenant, provider.id(), credentials(tenant, partner, provider), zones -> {
            zones.add(where.zone(), where.name(), value);
            return value;
        });
    }

    @Override
    public void remove(TenantId tenant, PartnerId partner, Placement where, String value) {
        requireValue(value);
        DnsProvider provider = repository.find(tenant, where.provider()).orElseThrow(DnsProviderService::notFound);
        providers.with(tenant, provider.id(), credentials(tenant, partner, provider), zones -> {
            zones.remove(where.zone(), where.name(), value);
            return value;
        });
    }

    private static void requireValue(String value) {
        if (!TxtValue.isValue(value)) {
            throw new IllegalArgumentException("not a value of one printable string");
        }
    }

    @Override
    public Visibility visible(Placement where, String value) {
        try {
            Sighting seen = servers.sightings(where.zone(), where.name(), value);
            return new Visibility(seen.servers(), seen.showing(), seen.staleFor());
        } catch (LookupFailed unknown) {
            throw lookupFailed(unknown);
        }
    }

    private static VaultException lookupFailed(LookupFailed unknown) {
        LOG.info("a question of DNS was not answered: {}", unknown.getMessage());
        return new VaultException(
                ErrorCode.BACKEND_UNAVAILABLE, "The name servers do not answer", Map.of("reason", "name_servers"));
    }

    private static VaultException notManaged(String name) {
        return new VaultException(
                ErrorCode.DNS_ZONE_NOT_MANAGED,
                "No DNS provider of the tenant manages a zone for " + name,
                Map.of("name", name));
    }
}
