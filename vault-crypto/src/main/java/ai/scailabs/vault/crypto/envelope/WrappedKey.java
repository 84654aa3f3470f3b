package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import java.util.Arrays;

/** A new key, wrapped by the one above it, ready to be stored. The array is handed out uncopied. */
public record WrappedKey(KeyId id, byte[] wrapped) {
    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedKey that && id.equals(that.id) && Arrays.equals(wrapped, that.wrapped);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "WrappedKey[" + id + "]";
    }
}
