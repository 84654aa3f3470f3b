package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.RevocationList;
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
public final class TenantSelection {
    private static final String HEADER = "X-Tenant-ID";

    private final TenantRegistry tenants;
    private final RevocationList standings;

    /** @param standings that tell at once when a tenant is suspended */
    public TenantSelection(TenantRegistry tenants, RevocationList standings) {
        this.tenants = tenants;
        this.standings = standings;
    }

    /**
     * For a path that names a tenant besides: the call acts on that one from here on, by the same rules as if its prefix had named it.
     *
     * @throws VaultException as {@link #acting}
     */
    public void visit(Call call, String asked) {
        if (!asked.equals(call.tenant().value())) {
            call.actingAs(acting(asked, call.caller()));
        }
    }

    /**
     * The caller as it acts on the tenant that the request asks for.
     *
     * @throws VaultException {@code tenant_access_denied} for who is no administrator of the partner, whatever was asked for; {@code tenant_not_found} when no tenant of the
     *     partner bears the id; {@code tenant_access_denied} when it is suspended
     */
    Actor acting(HttpServletRequest request, @Nullable String prefix, Actor caller) {
        String asked = prefix == null ? header(request) : prefix;
        return asked == null ? caller : acting(asked, caller);
    }

    private Actor acting(String asked, Actor caller) {
        if (asked.equals(caller.tenant().value())) {
            return caller;
        }
        if (!caller.hasRole(Actor.PARTNER_ADMIN)) {
            throw new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The token does not reach that tenant");
        }
        TenantId tenant = TenantId.parse(asked).orElseThrow(TenantRegistry::notFound);
        tenants.requireExisting(tenant, caller.partner());
        standings.requireActive(tenant);
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
