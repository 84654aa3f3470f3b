package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keys that stay open while many others are wrapped anew, so that the root key is asked once for each. One that does not open is not tried again. Not thread-safe. */
final class OpenKeys implements AutoCloseable {
    private final Map<KeyId, @Nullable KeyMaterial> keys = new HashMap<>();

    /** @throws VaultException {@code integrity_failure} when it does not open; whatever else the root key says, after which it is tried again */
    KeyMaterial get(KeyId id, Supplier<KeyMaterial> opening) {
        if (!keys.containsKey(id)) {
            keys.put(id, opened(opening));
        }
        KeyMaterial key = keys.get(id);
        if (key == null) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The key " + id + " does not open");
        }
        return key;
    }

    private static @Nullable KeyMaterial opened(Supplier<KeyMaterial> opening) {
        try {
            return opening.get();
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.INTEGRITY_FAILURE) {
                throw refused;
            }
            return null;
        }
    }

    @Override
    public void close() {
        for (KeyMaterial key : keys.values()) {
            if (key != null) {
                key.close();
            }
        }
        keys.clear();
    }
}
