package ai.scailabs.vault.kms.azure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which keys. Credentials are those of the environment: a workload identity, a managed identity, or what the environment names.
 *
 * @param key which key wraps: RSA in a Key Vault, AES of 256 bits in a Managed HSM
 * @param signingKey which key (EC, P-256) signs what an RSA key wrapped; absent with a Managed HSM, and then only
 * @param patience how long a caller waits for an answer, further tries included
 */
public record AzureKmsProperties(AzureKeyUrl key, @Nullable AzureKeyUrl signingKey, Duration patience) {
    /** Whether these two go together. */
    public static boolean fit(AzureKeyUrl key, @Nullable AzureKeyUrl signingKey) {
        return signingKey == null
                ? key.isInManagedHsm()
                : !key.isInManagedHsm()
                        && signingKey.service().equals(key.service())
                        && signingKey.version() == null
                        && !signingKey.isSameKeyAs(key);
    }
}
