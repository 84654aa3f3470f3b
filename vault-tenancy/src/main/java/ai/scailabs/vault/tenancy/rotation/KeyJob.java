package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One job with keys.
 *
 * @param space in which it lies: the tenant, or the space that its partner shares
 * @param requestedBy an identity
 * @param keyId the generation that it made; absent before, and where none is made
 * @param total how many keys there were to be wrapped anew; absent where that is not known beforehand
 * @param succeeded that are wrapped anew
 * @param failed that do not open, and stay as they are
 * @param retryAt when it goes on; absent when that is now, or never
 * @param problem what is in the way, or was; a sentence for people that names places and no content
 */
public record KeyJob(
        TenantId space,
        String id,
        KeyJobKind kind,
        KeyJobTrigger trigger,
        String requestedBy,
        KeyJobStatus status,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable KeyId keyId,
        @Nullable Long total,
        long succeeded,
        long failed,
        @Nullable Instant retryAt,
        @Nullable String problem) {

    public long processed() {
        return succeeded + failed;
    }

    /** As the API writes it. */
    public @Nullable String keyIdText() {
        return keyId == null ? null : keyId.toString();
    }
}
