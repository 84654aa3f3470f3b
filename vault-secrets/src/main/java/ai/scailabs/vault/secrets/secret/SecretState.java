package ai.scailabs.vault.secrets.secret;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one statement found before a change.
 *
 * @param active false while the space's tenant is suspended
 * @param revision what the change compares; 0 when there is no secret
 */
record SecretState(
        long epoch,
        boolean active,
        int softDeleteDays,
        long revision,
        @Nullable SecretView secret) {
    boolean isSoftDeleted() {
        return secret != null && secret.deletedAt() != null;
    }

    /** 0 when there is no secret, or it is soft-deleted. */
    int liveVersion() {
        return secret == null || secret.deletedAt() != null ? 0 : secret.version();
    }

    /** The secret unless it is missing or soft-deleted. */
    @Nullable
    SecretView live() {
        return isSoftDeleted() ? null : secret;
    }

    boolean isPastRecovery(Instant now) {
        return secret != null
                && secret.recoverableUntil() != null
                && !secret.recoverableUntil().isAfter(now);
    }
}
