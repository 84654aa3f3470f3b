package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.note.LogKey;

/**
 * The key of a tenant's log.
 *
 * @param sealedPrivateKey as {@link ai.scailabs.vault.crypto.envelope.KeySeal} gives it
 */
record CheckpointKey(String keyId, LogKey publicKey, byte[] sealedPrivateKey) {
    /** Without the private half. */
    @Override
    public String toString() {
        return "CheckpointKey[" + publicKey + "]";
    }
}
