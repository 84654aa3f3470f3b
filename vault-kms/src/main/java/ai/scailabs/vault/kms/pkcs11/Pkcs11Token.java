package ai.scailabs.vault.kms.pkcs11;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a token is, and how it is talked to.
 *
 * @param library the module's PKCS#11 library
 * @param label of the token, which no other token in reach of the library bears
 * @param pinFile holds the PIN of the token's normal user (CKU_USER); read at every login
 * @param sessions how many calls are under way at most: 1 to 64
 * @param patience how long a caller waits for an answer
 */
public record Pkcs11Token(Path library, String label, Path pinFile, int sessions, Duration patience) {}
