package ai.scailabs.vault.pki.validation;

import java.util.List;

/**
 * What was found out.
 *
 * @param chain the certificate first, then its issuer and so on, up to a trust anchor where one was reached
 * @param errors in the order of the chain; of the path that has fewest
 */
public record PathReport(List<PathCertificate> chain, List<PathError> errors) {
    public PathReport {
        chain = List.copyOf(chain);
        errors = List.copyOf(errors);
    }

    public boolean isValid() {
        return errors.isEmpty();
    }
}
