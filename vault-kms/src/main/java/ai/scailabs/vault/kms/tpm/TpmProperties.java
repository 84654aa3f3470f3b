package ai.scailabs.vault.kms.tpm;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the key is.
 *
 * @param device how the TPM is reached
 * @param key under which persistent handle it lies
 * @param authFile holds the key's auth value, 24 to 32 bytes of which every one counts; read at every call
 * @param patience how long a caller waits for an answer
 */
public record TpmProperties(TpmAddress device, PersistentHandle key, Path authFile, Duration patience) {}
