package ai.scailabs.vault.secrets.mount;

import java.time.Instant;

/**
 * What is known of a secret without its value.
 *
 * @param version the current one
 * @param metadataJson a JSON object
 */
public record MountedDescription(
        int version, int versionCount, int oldestVersion, String metadataJson, Instant createdAt, Instant updatedAt) {}
