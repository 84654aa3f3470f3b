package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.security.SecureRandom;

/** As {@link Rewrapping}, one step higher: wraps keys of tenants under one generation of their partner's key. Not thread-safe. */
public final class TenantKeyRewrapping implements AutoCloseable {
    private final RootKey root;
    private final SecureRandom random;
    private final String partnerId;
    private final WrappedKey to;
    private final Aes aes = new Aes();
    private final OpenKeys older = new OpenKeys();
    private final KeyMaterial newKey;

    TenantKeyRewrapping(RootKey root, SecureRandom random, String partnerId, WrappedKey to) {
        this.root = root;
        this.random = random;
        this.partnerId = partnerId;
        this.to = to;
        this.newKey = root.unwrap(to.wrapped(), EnvelopeCipher.partnerContext(partnerId, to.id()));
    }

    /**
     * @param from the generation of the partner's key that wraps it so far
     * @throws VaultException {@code integrity_failure}, {@code kms_unavailable}
     */
    public byte[] tenantKey(WrappedKey from, TenantId tenant, KeyId tenantKeyId, byte[] wrapped) {
        KeyMaterial oldKey = older.get(
                from.id(), () -> root.unwrap(from.wrapped(), EnvelopeCipher.partnerContext(partnerId, from.id())));
        byte[] context = AssociatedData.ofTenantKey(tenant, partnerId, tenantKeyId);
        try (KeyMaterial key = KeyWrap.unwrap(aes, oldKey, wrapped, KeyWrap.header(from.id()), context)) {
            return KeyWrap.wrap(aes, newKey, key, KeyWrap.header(to.id()), context, random);
        }
    }

    @Override
    public void close() {
        newKey.close();
        older.close();
    }
}
