package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;

/**
 * Who has something made that is kept for a tenant: somebody who may, or the service by itself.
 *
 * @param partner of the tenant
 */
public record Maker(TenantId tenant, PartnerId partner, IdentityId identity) {
    public static Maker of(Actor actor) {
        return new Maker(actor.tenant(), actor.partner(), actor.identity());
    }
}
