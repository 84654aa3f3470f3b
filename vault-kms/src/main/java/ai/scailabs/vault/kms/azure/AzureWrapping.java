package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kms.call.ServiceTrouble;
import java.util.HexFormat;

/** How a key is wrapped, by what kind of key Azure has. The first byte of what was wrapped tells which way it was; the 16 bytes after it are the version of the key that wrapped. */
sealed interface AzureWrapping permits VaultWrapping, HsmWrapping {
    int VERSION_BYTES = 16;

    byte[] wrap(byte[] key, byte[] context) throws ServiceTrouble;

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure} when it was altered or wrapped for something else */
    KeyMaterial unwrap(byte[] wrapped, byte[] context) throws ServiceTrouble;

    void close();

    static byte[] versionBytes(String version) {
        return HexFormat.of().parseHex(version);
    }

    static String version(byte[] wrapped, int offset) {
        return HexFormat.of().formatHex(wrapped, offset, offset + VERSION_BYTES);
    }
}
