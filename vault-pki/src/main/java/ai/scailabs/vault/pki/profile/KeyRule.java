package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.x509.KeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which keys certificates of a role are for.
 *
 * @param keyType as {@link KeySpec#keyType}, or {@code any} for requests that bring their key
 * @param keySize the one size that is allowed; 0 for any of the type
 */
public record KeyRule(String keyType, int keySize) {
    public static final String ANY = "any";
    public static final KeyRule DEFAULT = new KeyRule("ec", 256);

    /** Empty for what no key has. */
    public static Optional<KeyRule> of(String keyType, @Nullable Integer keyBits) {
        int size = keyBits == null ? 0 : keyBits;
        if (keyType.equals(ANY)) {
            return size == 0 ? Optional.of(new KeyRule(ANY, 0)) : Optional.empty();
        }
        return KeySpec.of(keyType, size == 0 ? null : keyBits).isEmpty()
                ? Optional.empty()
                : Optional.of(new KeyRule(keyType, size));
    }

    public boolean allows(KeySpec key) {
        return keyType.equals(ANY) || keyType.equals(key.keyType()) && (keySize == 0 || keySize == key.keySize());
    }

    /** What is made where the service makes the key: the smallest that is allowed; {@code ec} of 256 bits where all are. */
    public KeySpec preferred() {
        return keyType.equals(ANY)
                ? KeySpec.EC_P256
                : Arrays.stream(KeySpec.values())
                        .filter(this::allows)
                        .findFirst()
                        .orElseThrow();
    }

    /** For messages. */
    List<String> allowed() {
        return Arrays.stream(KeySpec.values())
                .filter(this::allows)
                .map(KeySpec::name)
                .toList();
    }
}
