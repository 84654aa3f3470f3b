package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An account at a directory.
 *
 * @param name a segment of a path, unique among those of the tenant that count
 * @param authorities who alone vouch for the directory's TLS, in PEM; null for those that the runtime trusts
 * @param active whether it counts; one that was deactivated does so never again
 * @param location as the directory calls it
 * @param termsUrl of the terms that were agreed to; null where the directory has none
 * @param eabKid of the account elsewhere that it is bound to
 * @param keyId of its key
 * @param nextKeyId of one that is about to take its place; null for most
 */
public record AcmeAccount(
        UUID id,
        String name,
        AcmeProvider provider,
        AcmeEnvironment environment,
        URI directoryUrl,
        @Nullable String authorities,
        String email,
        boolean active,
        URI location,
        @Nullable String termsUrl,
        @Nullable String eabKid,
        KeySpec key,
        String keyId,
        @Nullable String nextKeyId,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    static final String PREFIX = "acme_";
    private static final Pattern NAME = Pattern.compile("(?!acme_)[a-z0-9][a-z0-9_-]{0,62}");

    /** As the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    DirectoryAddress directory() {
        return new DirectoryAddress(directoryUrl, authorities);
    }

    /** By which policies name it. */
    SecretPath virtualPath() {
        return virtualPath(name);
    }

    static SecretPath virtualPath(String name) {
        return new SecretPath("pki/acme/" + name);
    }

    @Override
    public String toString() {
        return "AcmeAccount[" + text() + "]";
    }
}
