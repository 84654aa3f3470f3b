package ai.scailabs.vault.kms.pkcs11;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the key is.
 *
 * @param library the module's PKCS#11 library
 * @param tokenLabel of the token, which no other token in reach of the library bears
 * @param keyLabel of the key, which no other secret key of the token bears
 * @param pinFile holds the PIN of the token's normal user (CKU_USER); read at every login
 * @param sessions how many calls are under way at most: 1 to 64
 * @param patience how long a caller waits for an answer
 */
public record Pkcs11Properties(
        Path library, String tokenLabel, String keyLabel, Path pinFile, int sessions, Duration patience) {
    Pkcs11Token token() {
        return new Pkcs11Token(library, tokenLabel, pinFile, sessions, patience);
    }
}
