package ai.scailabs.vault.pki.inventory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some certificates of a list. A filter that almost nothing passes may give a page that is not full, or empty, and goes on all the same.
 *
 * @param next where the list goes on; null at its end
 */
public record CertificatePage(
        List<CertificateRecord> certificates, @Nullable String next) {}
