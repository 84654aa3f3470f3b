package ai.scailabs.vault.access.exchange;

import java.time.Instant;

/**
 * What a subject token proved.
 *
 * @param issuer who says so
 * @param subject as the issuer calls the workload
 * @param expiresAt when the proof ends; no token outlives it
 */
record Proof(String issuer, String subject, Instant expiresAt) {}
