package ai.scailabs.vault.pki.request;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.x509.Fingerprint;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request as it is now.
 *
 * @param der as it was imported
 * @param sha256 over the request as it was imported
 * @param subject that it asks for, as people read it (RFC 4514)
 * @param names that it asks for: their kind, a colon, the name
 * @param keySize in bits; 0 where the type says it all
 */
public record StoredRequest(
        UUID id,
        RequestStatus status,
        byte[] der,
        byte[] sha256,
        String subject,
        @Nullable String commonName,
        List<String> names,
        String keyType,
        int keySize,
        Instant createdAt,
        String createdBy,
        @Nullable Decision decision,
        @Nullable Signing signing) {
    private static final String PREFIX = "csr_";

    /** By which policies name all requests of a tenant. */
    static final SecretPath VIRTUAL_PATH = new SecretPath("pki/csr");

    public StoredRequest {
        names = List.copyOf(names);
    }

    /** @param reason of a rejection */
    public record Decision(Instant at, String by, @Nullable String reason) {}

    /** @param role by which it was signed; none where it was signed as it was approved */
    public record Signing(
            Instant at, String by, UUID authority, @Nullable String role, UUID certificate) {}

    /** As the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** Whether its bytes are those that were imported. */
    boolean isAsImported() {
        return MessageDigest.isEqual(sha256, sha256(der));
    }

    static byte[] sha256(byte[] der) {
        return Fingerprint.sha256(der);
    }

    @Override
    public String toString() {
        return "StoredRequest[" + text() + " " + status.wireName() + "]";
    }
}
