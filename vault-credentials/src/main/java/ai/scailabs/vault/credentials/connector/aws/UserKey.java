package ai.scailabs.vault.credentials.connector.aws;

import java.time.Instant;

/**
 * A key that a user has, without its secret, which AWS tells once.
 *
 * @param active whether it is let in
 */
public record UserKey(String id, boolean active, Instant createdAt) {}
