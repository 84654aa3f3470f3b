package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who wants to know that a certificate was renewed, or was not. Told inside the transaction of the change: what an implementation writes there is there exactly when the change is. */
public interface RenewalNews {
    /**
     * {@code certificate.issued} and {@code certificate.renewed}.
     *
     * @param account the name of the account that it was ordered by
     * @param renewal false for the first version
     */
    record Made(
            TenantId tenant,
            String account,
            UUID certificate,
            UUID order,
            List<String> names,
            int version,
            boolean renewal,
            String serial,
            Instant notAfter) {}

    /**
     * {@code certificate.renewal_failed}.
     *
     * @param account the name of the account that it is ordered by
     * @param attempts how often so far
     * @param nextAttempt null when nothing is tried any more
     */
    record Failed(
            TenantId tenant,
            String account,
            UUID certificate,
            UUID order,
            List<String> names,
            DirectoryProblem problem,
            int attempts,
            @Nullable Instant nextAttempt) {}

    void made(TenantTransaction tx, Made what);

    void failed(TenantTransaction tx, Failed what);
}
