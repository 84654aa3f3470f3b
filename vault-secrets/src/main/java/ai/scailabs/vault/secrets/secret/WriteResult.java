package ai.scailabs.vault.secrets.secret;

/** @param created whether this was the first version of the path */
public record WriteResult(SecretView view, boolean created) {}
