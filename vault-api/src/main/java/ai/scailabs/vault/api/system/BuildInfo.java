package ai.scailabs.vault.api.system;

/** What is running. */
public record BuildInfo(String version, String commit, String buildTime, String java) {}
