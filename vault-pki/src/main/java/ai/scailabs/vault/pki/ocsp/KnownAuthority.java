package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What of an authority never changes.
 *
 * @param keys one for each generation there was when it was read
 */
record KnownAuthority(TenantId tenant, PartnerId partner, UUID id, List<Key> keys, Instant readAt) {
    KnownAuthority {
        keys = List.copyOf(keys);
    }

    record Key(int generation, IssuerNames names) {}

    /** By which the certificate would be signed. */
    Optional<Key> issuerOf(CertificateName asked) {
        return keys.stream().filter(key -> key.names().isIssuerOf(asked)).findFirst();
    }
}
