package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.kernel.id.TenantId;

/** Key chains as the keyring would build them. */
final class TestChains {
    private TestChains() {}

    static KeyChain of(EnvelopeCipher cipher, String tenant, String partner) {
        return withPartnerKey(cipher, tenant, partner, cipher.newPartnerKey(partner));
    }

    static KeyChain withPartnerKey(EnvelopeCipher cipher, String tenant, String partner, WrappedKey partnerKey) {
        TenantId tenantId = new TenantId(tenant);
        WrappedKey tenantKey = cipher.newTenantKey(tenantId, partner, partnerKey.id(), partnerKey.wrapped());
        return new KeyChain(
                tenantId, partner, partnerKey.id(), partnerKey.wrapped(), tenantKey.id(), tenantKey.wrapped());
    }

    static KeyChain nextTenantKey(EnvelopeCipher cipher, KeyChain chain) {
        WrappedKey partnerKey = new WrappedKey(chain.partnerKeyId(), chain.wrappedPartnerKey());
        return withPartnerKey(cipher, chain.tenant().value(), chain.partnerId(), partnerKey);
    }
}
