package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** That a secret is under a policy, and what its clock says. */
public record Attachment(
        SecretPath path,
        UUID policy,
        Instant attachedAt,
        String attachedBy,
        Instant lastRotatedAt,
        Instant nextRotationAt,
        @Nullable Connector connector) {
    /** The policy's id as the API writes it. */
    public String policyText() {
        return RotationPolicy.text(policy);
    }
}
