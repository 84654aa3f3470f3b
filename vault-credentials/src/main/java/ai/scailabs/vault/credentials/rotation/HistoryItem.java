package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One rotation, or an attempt at one.
 *
 * @param policy absent for a secret that is under none
 * @param newVersion absent where there is none
 * @param attempt which in a row, from 1
 * @param errorCode of an attempt that failed
 */
public record HistoryItem(
        UUID id,
        @Nullable UUID policy,
        SecretPath path,
        RotationStatus status,
        Trigger trigger,
        int oldVersion,
        @Nullable Integer newVersion,
        int attempt,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        Instant occurredAt) {
    private static final String PREFIX = "roth_";

    /** Its id as the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** The policy's id as the API writes it; absent for none. */
    public @Nullable String policyText() {
        return policy == null ? null : RotationPolicy.text(policy);
    }
}
