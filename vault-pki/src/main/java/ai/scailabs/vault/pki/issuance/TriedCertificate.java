package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.pki.profile.Violation;
import java.util.List;

/** @param violations everything in the way; empty when such a certificate would be issued */
public record TriedCertificate(List<Violation> violations) {
    public TriedCertificate {
        violations = List.copyOf(violations);
    }

    public boolean isAllowed() {
        return violations.isEmpty();
    }
}
