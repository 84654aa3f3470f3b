package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order as it is now.
 *
 * @param certificate that it makes a version of
 * @param renewal whether there was one before
 * @param location as the directory calls it; null before it knows it
 * @param progress what only those who work on it need
 * @param error the last thing that went wrong, also where all went well later; null for nothing
 * @param attempts how often something went wrong
 * @param nextAttempt when something is done next; null when nothing is
 * @param version that came of it; null while none has
 */
public record AcmeOrder(
        TenantId tenant,
        PartnerId partner,
        UUID id,
        UUID certificate,
        UUID accountId,
        String accountName,
        String provider,
        CertificateTerms terms,
        boolean autoRenew,
        boolean renewal,
        OrderStatus status,
        @Nullable URI location,
        Progress progress,
        @Nullable Map<String, Object> error,
        int attempts,
        @Nullable Instant nextAttempt,
        @Nullable Integer version,
        @Nullable Instant notAfter,
        Instant createdAt,
        String createdBy,
        @Nullable Instant finishedAt) {
    static final String PREFIX = "ord_";

    /**
     * Where somebody who takes it up goes on.
     *
     * @param since when it came to this stage
     * @param sent whether the directory may have it although its location is not known
     * @param replaces what it renews, as the directory calls that
     * @param keyId of the key that was made for it
     */
    record Progress(
            Stage stage,
            Instant since,
            boolean sent,
            @Nullable String replaces,
            @Nullable String keyId,
            Instant giveUpAt) {}

    /** As the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    public String accountText() {
        return Ids.text(AcmeAccount.PREFIX, accountId);
    }

    public String certificateText() {
        return ManagedCertificate.idText(certificate);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    Stage stage() {
        return progress.stage();
    }

    @Override
    public String toString() {
        return "AcmeOrder[" + text() + " " + status.wireName() + "]";
    }
}
