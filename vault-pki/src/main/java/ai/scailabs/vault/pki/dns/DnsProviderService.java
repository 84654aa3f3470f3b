package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.ZoneBackends;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * The DNS providers of a tenant. Who manages the tenant may do all of it; others what policies say of {@code pki/dns-providers/<name>}. Credentials go in and never come out. A change and its audit row are one transaction,
 * which is never open while a provider is asked. Thread-safe.
 */
public final class DnsProviderService {
    /** Of one tenant. */
    public static final int MAX_PROVIDERS = 50;

    private static final int MAX_ATTEMPTS = 3;
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for providers that are not there: it is the name of none. */
    private static final SecretPath NOBODYS = DnsProvider.virtualPath("-");

    private final DnsProviderRepository repository;
    private final ProviderAccess providers;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public DnsProviderService(
            TenantTransactions transactions,
            KeySeal seal,
            ZoneBackends backends,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.repository = new DnsProviderRepository(transactions);
        this.providers = new ProviderAccess(seal, backends);
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * @throws VaultException {@code access_denied}; {@code validation_error}, also for zones that the provider does not have; {@code conflict} when the name is taken, or there are too many; {@code dns_provider_refused} and
     *     {@code backend_unavailable} when its zones are to be listed and cannot be
     */
    public DnsProvider create(Caller caller, ProviderDraft draft, AuditEntry entry) {
        String name = draft.name();
        if (name == null || !DnsProvider.isName(name)) {
            throw VaultException.invalidField(
                    "name",
                    "must be 1 to 63 of a-z, 0-9, '-' and '_', as policies name it by pki/dns-providers/<name>, and not begin like an id");
        }
        access.requireManaged(caller, Permission.ADMIN, DnsProvider.virtualPath(name));
        ProviderType type = type(draft.type());
        Instant now = now();
        UUID id = ids.nextUuid();
        ManagedZones zones = ManagedZones.parse(type, draft.managedZones());
        try (Credentials credentials = credentials(type, draft.credentials())) {
            DnsProvider created = new DnsProvider(
                    id,
                    name,
                    type,
                    zones,
                    draft.active() == null || draft.active(),
                    credentials.shown(),
                    1,
                    now,
                    caller.actor().identity().value(),
                    now);
            check(entry.tenant(), created, credentials, draft.verify() == null || draft.verify());
            return stored(caller, created, credentials, entry, tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(tx) >= MAX_PROVIDERS) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "A tenant has at most " + MAX_PROVIDERS + " DNS providers",
                            Map.of("max_dns_providers", MAX_PROVIDERS));
                }
                repository.insert(tx, created);
                return true;
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A DNS provider of this name exists already", Map.of("state", "exists"));
        }
    }

    private static ProviderType type(@Nullable String text) {
        return ProviderType.parse(text == null ? "" : text)
                .orElseThrow(
                        () -> VaultException.invalidField("provider_type", "must be one of " + ProviderType.names()));
    }

    private static Credentials credentials(ProviderType type, @Nullable SensitiveBytes json) {
        if (json == null) {
            throw VaultException.invalidField("credentials", "is required");
        }
        return Credentials.of(type, json.expose());
    }

    /** Asks nobody unless it is to be verified; what is malformed is refused anyway. */
    private void check(TenantId tenant, DnsProvider provider, Credentials credentials, boolean verify) {
        List<String> missing = providers.with(
                tenant,
                provider.id(),
                credentials.copy(),
                zones -> verify
                        ? missing(provider.zones(), zones.zones(provider.zones().exact()))
                        : List.of());
        if (!missing.isEmpty()) {
            throw VaultException.invalidField(
                    "managed_zones", "names zones that the provider does not have: " + String.join(", ", missing));
        }
    }

    private static List<String> missing(ManagedZones managed, List<String> there) {
        return managed.exact().stream().filter(zone -> !there.contains(zone)).toList();
    }

    /** Together with what is sealed of it. The work is done anew when the key that seals has given way meanwhile. */
    private DnsProvider stored(
            Caller caller,
            DnsProvider provider,
            Credentials credentials,
            AuditEntry entry,
            Function<TenantTransaction, Boolean> work) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] sealed = providers.sealed(entry.tenant(), caller.actor().partner(), provider.id(), credentials);
            boolean stored = repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!repository.store(tx, provider.id(), sealed, provider.updatedAt())) {
                    return false;
                }
                if (!work.apply(tx)) {
                    throw changed();
                }
                repository.record(tx, described(entry, provider));
                return true;
            });
            if (stored) {
                return provider;
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for credentials under it");
    }

    /** @throws VaultException {@code access_denied}; {@code dns_provider_not_found} */
    public DnsProvider get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * Those that the caller may read, oldest first. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public DnsProviderPage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<DnsProvider> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<DnsProvider> found = repository.page(tenant, position, limit + 1);
            for (DnsProvider provider : found) {
                if (readable.test(provider.virtualPath())) {
                    shown.add(provider);
                }
            }
            if (shown.size() > limit) {
                return new DnsProviderPage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new DnsProviderPage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /**
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code dns_provider_not_found}; {@code version_conflict}
     */
    public DnsProvider change(
            Caller caller, UUID id, ProviderChange change, @Nullable Integer expectedRevision, AuditEntry entry) {
        DnsProvider seen = permitted(caller, entry.tenant(), id, Permission.ADMIN);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        ManagedZones zones =
                change.managedZones() == null ? seen.zones() : ManagedZones.parse(seen.type(), change.managedZones());
        boolean verify = change.verify() == null
                ? change.credentials() != null || change.managedZones() != null
                : change.verify();
        try (Credentials credentials = change.credentials() == null
                ? current(caller, entry.tenant(), seen)
                : credentials(seen.type(), change.credentials())) {
            DnsProvider changed = new DnsProvider(
                    seen.id(),
                    seen.name(),
                    seen.type(),
                    zones,
                    change.active() == null ? seen.active() : change.active(),
                    credentials.shown(),
                    seen.revision() + 1,
                    seen.createdAt(),
                    seen.createdBy(),
                    now());
            check(entry.tenant(), changed, credentials, verify);
            return stored(caller, changed, credentials, entry, tx -> repository.update(tx, seen.revision(), changed));
        }
    }

    private Credentials current(Caller caller, TenantId tenant, DnsProvider provider) {
        byte[] sealed = repository.sealed(tenant, provider.id()).orElseThrow(DnsProviderService::notFound);
        return providers.opened(tenant, caller.actor().partner(), provider, sealed);
    }

    /** @throws VaultException {@code access_denied}; {@code dns_provider_not_found} */
    public void delete(Caller caller, UUID id, AuditEntry entry) {
        DnsProvider provider = permitted(caller, entry.tenant(), id, Permission.ADMIN);
        repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.delete(tx, id)) {
                throw notFound();
            }
            repository.record(tx, described(entry, provider));
            return id;
        });
    }

    /**
     * Asks the provider for its zones. It need not be active.
     *
     * @throws VaultException {@code access_denied}; {@code dns_provider_not_found}; {@code dns_provider_refused}; {@code backend_unavailable}
     */
    public ProviderTrial test(Caller caller, TenantId tenant, UUID id) {
        DnsProvider provider = permitted(caller, tenant, id, Permission.ADMIN);
        Credentials credentials = current(caller, tenant, provider);
        List<String> there = providers.with(
                tenant, id, credentials, zones -> zones.zones(provider.zones().exact()));
        return new ProviderTrial(
                provider,
                there.stream()
                        .filter(provider.zones()::include)
                        .distinct()
                        .sorted()
                        .toList(),
                missing(provider.zones(), there));
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    private DnsProvider permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        DnsProvider found = repository.find(tenant, id).orElse(null);
        access.requireManaged(caller, permission, found == null ? NOBODYS : found.virtualPath());
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    private static AuditEntry described(AuditEntry entry, DnsProvider provider) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("dns_provider", provider.name());
        extra.put("provider_type", provider.type().wireName());
        extra.put("revision", provider.revision());
        return entry.withPath(provider.text()).withExtra(extra);
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The DNS provider was changed since");
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.DNS_PROVIDER_NOT_FOUND, "There is no such DNS provider");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
