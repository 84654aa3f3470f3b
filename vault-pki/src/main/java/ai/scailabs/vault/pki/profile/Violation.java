package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.kernel.error.ErrorCode;

/**
 * One rule of a role, or of an authority above, that a certificate does not hold.
 *
 * @param rule the field of the role, or {@code name_constraints}, {@code issuer_validity} and the like
 * @param value what offended; names and times, never anything secret
 * @param message for people
 */
public record Violation(String rule, String value, String message, ErrorCode code) {}
