package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to be exported, and where to.
 *
 * @param continuous goes on by itself until it is cancelled
 * @param from inclusive; null for the beginning of the log
 * @param to exclusive; null exactly when it is continuous
 * @param lock how objects are held where the bucket can
 * @param credentialsPath of the secret with the credentials; null for the service's own identity
 * @param mandate in whose right the secret is read, as the port that reads it understands it; null exactly when there is none to be read
 */
public record ExportOrder(
        ExportFormat format,
        boolean continuous,
        @Nullable Instant from,
        @Nullable Instant to,
        ExportFilters filters,
        Destination destination,
        ObjectLock lock,
        @Nullable SecretPath credentialsPath,
        @Nullable String mandate) {

    boolean spans(Instant time) {
        return (from == null || !time.isBefore(from)) && (to == null || time.isBefore(to));
    }
}
