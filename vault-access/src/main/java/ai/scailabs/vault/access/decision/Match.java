package ai.scailabs.vault.access.decision;

/**
 * The rule that allowed.
 *
 * @param ruleIndex its place in the policy, from 0
 */
public record Match(String policyId, String policyName, int ruleIndex) {}
