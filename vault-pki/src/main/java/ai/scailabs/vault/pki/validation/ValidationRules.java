package ai.scailabs.vault.pki.validation;

/**
 * How strict a validation is, and how much work it may be.
 *
 * @param profile whether certificates must also look as RFC 5280 §4 wants them made; §6 alone accepts much else
 * @param maxSignatures that are verified for one question
 * @param maxSteps of the search for paths
 * @param maxComparisons of names with constraints
 */
public record ValidationRules(boolean profile, int minRsaBits, int maxSignatures, int maxSteps, int maxComparisons) {
    public static final ValidationRules STRICT = new ValidationRules(true, 2048, 100, 5_000, 1_000_000);

    /** RFC 5280 §6 and no more: certificates that are made badly and signed well are accepted. */
    public static final ValidationRules PATH_ONLY = new ValidationRules(false, 2048, 100, 5_000, 1_000_000);
}
