package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.KeySpec;

/**
 * The key of an authority as it lies.
 *
 * @param sealed by its tenant's key
 */
public record SigningKey(KeySpec spec, String id, byte[] sealed) {
    @Override
    public String toString() {
        return "SigningKey[" + id + "]";
    }
}
