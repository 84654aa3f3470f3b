package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ZoneBackends;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what is sealed of a provider, for one piece of work with it, and says of what fails which code it has. Never inside a transaction. Thread-safe. */
final class ProviderAccess {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderAccess.class);

    private final KeySeal seal;
    private final ZoneBackends backends;

    ProviderAccess(KeySeal seal, ZoneBackends backends) {
        this.seal = seal;
        this.backends = backends;
    }

    byte[] sealed(TenantId tenant, PartnerId partner, UUID id, Credentials credentials) {
        try (SensitiveBytes content = credentials.write()) {
            return seal.seal(tenant, partner, DnsProvider.text(id), content);
        }
    }

    /** Those that were sealed; the caller closes them. */
    Credentials opened(TenantId tenant, PartnerId partner, DnsProvider provider, byte[] sealed) {
        try (SensitiveBytes content = seal.open(tenant, partner, provider.text(), sealed)) {
            return Credentials.read(content.expose());
        }
    }

    /**
     * @param credentials closed after it
     * @throws VaultException {@code dns_provider_refused}; {@code backend_unavailable}
     */
    <T> T with(TenantId tenant, UUID id, Credentials credentials, Work<T> work) {
        try (ZoneRecords zones = backends.open(credentials, tenant)) {
            return work.on(zones);
        } catch (ZoneException failed) {
            LOG.info(
                    "the DNS provider {} of {} {}: {}",
                    DnsProvider.text(id),
                    tenant.value(),
                    failed.failure().text(),
                    failed.getMessage());
            throw new VaultException(
                    failed.failure().isPassing() ? ErrorCode.BACKEND_UNAVAILABLE : ErrorCode.DNS_PROVIDER_REFUSED,
                    "The DNS provider " + failed.failure().text(),
                    Map.of(
                            "reason",
                            failed.failure().code(),
                            "provider_type",
                            credentials.type().wireName()));
        }
    }

    @FunctionalInterface
    interface Work<T> {
        T on(ZoneRecords zones) throws ZoneException;
    }
}
