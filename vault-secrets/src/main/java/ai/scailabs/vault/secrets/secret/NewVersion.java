package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.crypto.envelope.SealedValue;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A sealed version and what the secret becomes with it. @param metadataJson absent to keep what the secret has @param secretPolicyId by which it was made; absent to keep what the secret has */
record NewVersion(
        SealedValue sealed,
        SecretType type,
        @Nullable String metadataJson,
        SecretOptions options,
        Instant at,
        String by,
        @Nullable String client,
        @Nullable String reason,
        @Nullable String secretPolicyId) {
    StoredVersion stored(int version) {
        return new StoredVersion(version, type, sealed.tenantKeyId(), sealed, at);
    }

    @Nullable
    Long lifetimeSeconds() {
        Duration expiresIn = options.expiresIn();
        return expiresIn == null ? null : expiresIn.toSeconds();
    }
}
