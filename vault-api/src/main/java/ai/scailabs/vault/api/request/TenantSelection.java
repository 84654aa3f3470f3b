package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tenant a request acts on: the one of its prefix {@code /v1/t/{tenant}}, else of its header {@code X-Tenant-ID}, else its token's. Another than the token's takes an
 * administrator of the partner, and reaches tenants of that partner only.
 */
final class TenantSelection {
    private static final String HEADER = "X-Tenant-ID";

    private final TenantRegistry tenants;

    TenantSelection(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    /**
     * The caller as it acts on the tenant that the request asks for.
     *
     * @throws VaultException {@code tenant_access_denied} for who is no administrator of the partner, whatever was asked for; {@code tenant_not_found} when no tenant of the
     *     partner bears the id
     */
    Actor acting(HttpServletRequest request, @Nullable String prefix, Actor caller) {
        String asked = prefix == null ? header(request) : prefix;
        if (asked == null || asked.equals(caller.tenant().value())) {
            return caller;
        }
        if (!caller.hasRole(Actor.PARTNER_ADMIN)) {
            throw new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The token does not reach that tenant");
        }
        TenantId tenant = TenantId.parse(asked).orElseThrow(TenantRegistry::notFound);
        tenants.requireExisting(tenant, caller.partner());
        return caller.actingOn(tenant);
    }

    /** Several headers are one text, which is no id: none of them is picked. */
    private static @Nullable String header(HttpServletRequest request) {
        String first = request.getHeader(HEADER);
        if (first == null) {
            return null;
        }
        List<String> all = Collections.list(request.getHeaders(HEADER));
        return all.size() == 1 ? first : String.join(",", all);
    }
}
