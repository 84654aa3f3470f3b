package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.Ids;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is renewed under one id.
 *
 * @param version the newest
 * @param renewAt when it is renewed; null for never, or while it is being renewed
 * @param versions newest first; those whose keys are still there
 */
public record ManagedCertificate(
        UUID id,
        UUID accountId,
        String accountName,
        CertificateTerms terms,
        boolean autoRenew,
        int version,
        @Nullable Instant renewAt,
        Instant createdAt,
        String createdBy,
        List<CertificateVersion> versions) {
    private static final String PREFIX = "cert_";

    public ManagedCertificate {
        versions = List.copyOf(versions);
    }

    /** As the API writes it. */
    public String text() {
        return idText(id);
    }

    public String accountText() {
        return Ids.text(AcmeAccount.PREFIX, accountId);
    }

    static String idText(UUID id) {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    @Override
    public String toString() {
        return "ManagedCertificate[" + text() + "]";
    }
}
