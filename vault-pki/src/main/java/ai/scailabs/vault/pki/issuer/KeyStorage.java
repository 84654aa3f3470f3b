package ai.scailabs.vault.pki.issuer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where the private key of an authority lies. */
public enum KeyStorage {
    /** In the database, sealed by the tenant's key; in plaintext for one signature at a time. */
    VAULT,
    /** In the HSM, always. */
    HSM;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<KeyStorage> parse(String text) {
        return Arrays.stream(values())
                .filter(storage -> storage.wireName().equals(text))
                .findFirst();
    }
}
