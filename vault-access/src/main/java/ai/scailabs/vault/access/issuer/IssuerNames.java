package ai.scailabs.vault.access.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import java.net.URI;
import java.util.Optional;

/** What our issuers are called: {@code {base}/v1/auth/issuers/{tenant}}, which is where they publish their keys. Immutable. */
public final class IssuerNames {
    private final String base;
    private final String prefix;

    /** @param baseUrl the public URL of the service */
    public IssuerNames(URI baseUrl) {
        String url = baseUrl.toString();
        this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.prefix = base + "/v1/auth/issuers/";
    }

    /** The {@code iss} of the tenant's tokens. */
    public String of(TenantId tenant) {
        return prefix + tenant;
    }

    public String keysOf(TenantId tenant) {
        return of(tenant) + "/jwks";
    }

    /** Where tokens are exchanged for theirs. */
    public String tokenEndpoint() {
        return base + "/v1/auth/exchange";
    }

    /** Whether the name is one of ours, or begins like one. */
    public boolean isOurs(String issuer) {
        return issuer.startsWith(prefix);
    }

    /** Empty when it is not the name of a tenant's issuer. */
    public Optional<TenantId> tenantOf(String issuer) {
        return isOurs(issuer) ? TenantId.parse(issuer.substring(prefix.length())) : Optional.empty();
    }
}
