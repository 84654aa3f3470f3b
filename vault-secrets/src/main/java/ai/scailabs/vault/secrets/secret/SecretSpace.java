package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;

/**
 * Whose secrets are meant: those of one tenant, or those that a partner shares with all its tenants. The same path in two spaces is two unrelated secrets.
 *
 * @param owner what the rows and keys belong to
 * @param partner whose key wraps the owner's
 */
public record SecretSpace(TenantId owner, PartnerId partner) {
    public static SecretSpace ofTenant(TenantId tenant, PartnerId partner) {
        return new SecretSpace(tenant, partner);
    }

    public static SecretSpace sharedBy(PartnerId partner) {
        return new SecretSpace(TenantId.sharedBy(partner), partner);
    }

    public boolean isShared() {
        return owner.equals(TenantId.sharedBy(partner));
    }
}
