package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A secret that is due, or soon will be.
 *
 * @param attempts that failed one after the other, the last of them with {@code errorCode}
 */
public record DueSecret(
        SecretPath path,
        UUID policy,
        String policyName,
        Instant rotatedAt,
        Instant dueAt,
        boolean autoGenerate,
        boolean overdue,
        int attempts,
        @Nullable String errorCode) {
    /** The policy's id as the API writes it. */
    public String policyText() {
        return RotationPolicy.text(policy);
    }
}
