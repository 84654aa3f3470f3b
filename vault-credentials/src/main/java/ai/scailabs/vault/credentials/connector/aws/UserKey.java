package ai.scailabs.vault.credentials.connector.aws;

import java.time.Instant;

/** A key that a user has, without its secret, which AWS tells once. */
public record UserKey(String id, Instant createdAt) {}
