package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * A private key that was issued and kept. Whoever receives it closes it.
 *
 * @param pem PKCS #8
 */
public record KeptKey(String keyType, SensitiveBytes pem) implements AutoCloseable {
    @Override
    public void close() {
        pem.close();
    }

    @Override
    public String toString() {
        return "KeptKey[" + keyType + "]";
    }
}
