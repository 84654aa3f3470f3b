package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A path that holds one thing here and another there, until somebody says which of them it is.
 *
 * @param remoteMac see {@link Fingerprints}
 * @param localVersion 0 when it is deleted here
 * @param localMac absent when it is deleted here
 */
public record Conflict(
        UUID id,
        SecretPath path,
        Instant detectedAt,
        int remoteVersion,
        byte[] remoteMac,
        int localVersion,
        byte @Nullable [] localMac) {
    private static final String PREFIX = "fcf_";

    /** Its id as the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** By which two values of this path can be told apart, and nothing else. */
    public String remoteHash() {
        return hash(remoteMac);
    }

    /** The same of ours; null when it is deleted here. */
    public @Nullable String localHash() {
        return localMac == null ? null : hash(localMac);
    }

    private static String hash(byte[] mac) {
        return "hmac-sha256:" + HexFormat.of().formatHex(mac);
    }

    @Override
    public String toString() {
        return "Conflict[" + text() + "]";
    }
}
