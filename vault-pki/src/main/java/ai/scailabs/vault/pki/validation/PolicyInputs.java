package ai.scailabs.vault.pki.validation;

import java.util.Set;

/**
 * What is wanted of certificate policies (RFC 5280 §6.1.1 (c) and (e) to (g)).
 *
 * @param acceptable object identifiers, of which one must hold for the path; empty for any
 */
public record PolicyInputs(Set<String> acceptable, boolean explicit, boolean inhibitMapping, boolean inhibitAny) {
    /** What certificates themselves demand, and nothing beside it. */
    public static final PolicyInputs ANY = new PolicyInputs(Set.of(), false, false, false);

    public PolicyInputs {
        acceptable = Set.copyOf(acceptable);
    }
}
