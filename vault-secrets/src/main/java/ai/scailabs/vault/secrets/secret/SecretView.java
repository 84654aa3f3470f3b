package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.MountedDescription;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret without its value.
 *
 * @param version the current one, or the one that was asked for
 * @param metadataJson a JSON object as the database wrote it
 * @param lastAccessedAt approximate; only lists and metadata look it up, a read of the value leaves it out
 * @param deletedAt present while the secret is soft-deleted
 * @param recoverableUntil present while the secret is soft-deleted: from then on it may be gone
 * @param source the vault in which it lies; absent for one of our own. Then it has no options of ours
 */
public record SecretView(
        SecretPath path,
        SecretType type,
        int version,
        String metadataJson,
        SecretOptions options,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastAccessedAt,
        @Nullable String rotationPolicyId,
        @Nullable String secretPolicyId,
        @Nullable Instant deletedAt,
        @Nullable Instant recoverableUntil,
        @Nullable MountSource source) {

    /** Of a secret in another vault. */
    public static SecretView of(SecretPath path, MountSource source, MountedDescription known) {
        return of(path, source, known.version(), known.metadataJson(), known.createdAt(), known.updatedAt());
    }

    static SecretView of(
            SecretPath path,
            MountSource source,
            int version,
            String metadataJson,
            Instant createdAt,
            Instant updatedAt) {
        return new SecretView(
                path,
                SecretType.JSON,
                version,
                metadataJson,
                SecretOptions.DEFAULT,
                createdAt,
                updatedAt,
                null,
                null,
                null,
                null,
                null,
                null,
                source);
    }

    SecretView ofVersion(StoredVersion stored) {
        if (stored.version() == version && stored.type() == type) {
            return this;
        }
        return with(stored.type(), stored.version(), metadataJson, updatedAt, deletedAt, recoverableUntil);
    }

    SecretView withMetadata(String changed, Instant at) {
        return with(type, version, changed, at, deletedAt, recoverableUntil);
    }

    /** The same under another rotation policy. @param id absent for none */
    public SecretView underRotation(@Nullable String id) {
        return new SecretView(
                path,
                type,
                version,
                metadataJson,
                options,
                createdAt,
                updatedAt,
                expiresAt,
                lastAccessedAt,
                id,
                secretPolicyId,
                deletedAt,
                recoverableUntil,
                source);
    }

    SecretView restored() {
        return with(type, version, metadataJson, updatedAt, null, null);
    }

    private SecretView with(
            SecretType newType,
            int newVersion,
            String newMetadataJson,
            Instant newUpdatedAt,
            @Nullable Instant newDeletedAt,
            @Nullable Instant newRecoverableUntil) {
        return new SecretView(
                path,
                newType,
                newVersion,
                newMetadataJson,
                options,
                createdAt,
                newUpdatedAt,
                expiresAt,
                lastAccessedAt,
                rotationPolicyId,
                secretPolicyId,
                newDeletedAt,
                newRecoverableUntil,
                source);
    }
}
