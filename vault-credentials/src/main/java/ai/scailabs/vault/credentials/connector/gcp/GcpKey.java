package ai.scailabs.vault.credentials.connector.gcp;

/**
 * A key that a service account has got, without its private part, which nobody but its maker has.
 *
 * @param project that the service account belongs to
 * @param clientId of the service account
 */
public record GcpKey(String id, String project, String clientId) {}
