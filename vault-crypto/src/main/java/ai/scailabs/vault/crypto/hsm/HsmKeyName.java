package ai.scailabs.vault.crypto.hsm;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * By which a module finds a key: both must be the key's.
 *
 * @param id 1 to 64 bytes (CKA_ID)
 * @param label for people who look into the module (CKA_LABEL): printable ASCII
 */
public record HsmKeyName(byte[] id, String label) {
    public HsmKeyName {
        id = id.clone();
    }

    @Override
    public byte[] id() {
        return id.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HsmKeyName that && Arrays.equals(id, that.id) && label.equals(that.label);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(id);
    }

    @Override
    public String toString() {
        return label + " " + HexFormat.of().formatHex(id, 0, Math.min(4, id.length)) + "…";
    }
}
