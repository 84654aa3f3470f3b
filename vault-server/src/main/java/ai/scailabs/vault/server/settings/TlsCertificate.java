package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Optional;
import java.util.UUID;

/**
 * A certificate of a tenant that the service shows as its own.
 *
 * @param certificate ordered by ACME, or issued by an authority of the tenant
 */
public record TlsCertificate(TenantId tenant, UUID certificate) {
    /** Empty for what is not {@code tnt_…/cert_…}. */
    static Optional<TlsCertificate> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        return TenantId.parse(text.substring(0, slash))
                .flatMap(tenant ->
                        Ids.uuid("cert_", text.substring(slash + 1)).map(id -> new TlsCertificate(tenant, id)));
    }
}
