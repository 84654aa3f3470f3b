package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.crypto.key.KeyId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version as it is stored.
 *
 * @param sealed absent once the version is destroyed
 */
record StoredVersion(
        int version,
        SecretType type,
        KeyId tenantKeyId,
        @Nullable SealedValue sealed,
        Instant createdAt) {}
