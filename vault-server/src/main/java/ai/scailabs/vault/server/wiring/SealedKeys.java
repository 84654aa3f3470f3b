package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;

/** Private keys of one purpose, sealed as other records of their tenant are. */
record SealedKeys(TenantSeal seal, String purpose) implements KeySeal {
    static final String TOKEN_SIGNING = "token-signing-key";
    static final String CHECKPOINT_SIGNING = "audit-checkpoint-key";
    static final String CERTIFICATE = "certificate-key";
    static final String DNS_PROVIDER = "dns-provider";
    static final String EVENT_SIGNING = "event-signing-key";
    static final String CA_SIGNING = "ca-signing-key";
    static final String ACME = "acme-key";
    static final String SSH_SIGNING = "ssh-signing-key";
    static final String ROTATION = "rotation-value";
    static final String IDEMPOTENT = "idempotent-reply";

    @Override
    public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
        return seal.seal(tenant, partner, purpose, keyId, privateKey);
    }

    @Override
    public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
        return seal.open(tenant, partner, purpose, keyId, sealed);
    }
}
