package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Arrays;
import java.util.Objects;

/**
 * The way from the root key to one generation of a tenant's key, every step wrapped: worthless without the root key, so it may be cached. The arrays are this
 * record's own; the accessors hand them out uncopied, and nobody writes to them.
 *
 * @param tenant the tenant whose key it is
 * @param partnerId the partner whose key wraps it
 * @param wrappedPartnerKey as the root key's adapter returned it
 */
public record KeyChain(
        TenantId tenant,
        String partnerId,
        KeyId partnerKeyId,
        byte[] wrappedPartnerKey,
        KeyId tenantKeyId,
        byte[] wrappedTenantKey) {
    public KeyChain {
        wrappedPartnerKey = wrappedPartnerKey.clone();
        wrappedTenantKey = wrappedTenantKey.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyChain that
                && tenant.equals(that.tenant)
                && partnerId.equals(that.partnerId)
                && partnerKeyId.equals(that.partnerKeyId)
                && tenantKeyId.equals(that.tenantKeyId)
                && Arrays.equals(wrappedPartnerKey, that.wrappedPartnerKey)
                && Arrays.equals(wrappedTenantKey, that.wrappedTenantKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tenant, partnerId, partnerKeyId, tenantKeyId);
    }

    /** Names, without the wrapped bytes. */
    @Override
    public String toString() {
        return "KeyChain[" + tenant + " " + tenantKeyId + ", " + partnerId + " " + partnerKeyId + "]";
    }
}
