package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.issuer.KeySeal;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;

/** The keys of issuers, sealed as other records of their tenant are. */
record SealedSigningKeys(TenantSeal seal) implements KeySeal {
    static final String PURPOSE = "token-signing-key";

    @Override
    public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
        return seal.seal(tenant, partner, PURPOSE, keyId, privateKey);
    }

    @Override
    public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
        return seal.open(tenant, partner, PURPOSE, keyId, sealed);
    }
}
