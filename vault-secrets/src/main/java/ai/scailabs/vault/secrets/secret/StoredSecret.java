package ai.scailabs.vault.secrets.secret;

import org.jspecify.annotations.Nullable;

/**
 * What the read of one path found, in one statement.
 *
 * @param active false while the space's tenant is suspended
 * @param revision of the secret; 0 when there is none
 * @param version absent when there is no such version
 */
record StoredSecret(
        long epoch,
        boolean active,
        long revision,
        @Nullable SecretView secret,
        @Nullable StoredVersion version) {}
