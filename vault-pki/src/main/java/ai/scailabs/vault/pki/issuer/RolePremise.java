package ai.scailabs.vault.pki.issuer;

import java.time.Instant;

/**
 * By what a certificate was allowed. It must be so still when it is kept.
 *
 * @param epoch of the policies of the tenant
 * @param role its name
 * @param revision of the role, and
 * @param changedAt when it got that
 */
public record RolePremise(long epoch, String role, int revision, Instant changedAt) {}
