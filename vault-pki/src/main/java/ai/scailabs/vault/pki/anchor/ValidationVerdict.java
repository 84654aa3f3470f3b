package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.validation.PathError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a validation.
 *
 * @param chain the certificate first, as far as there is one
 * @param trustAnchor the name of the anchor at its end, or the id of an own root; null where none was reached
 */
public record ValidationVerdict(
        boolean valid,
        List<PathCertificate> chain,
        @Nullable String trustAnchor,
        List<PathError> errors) {}
