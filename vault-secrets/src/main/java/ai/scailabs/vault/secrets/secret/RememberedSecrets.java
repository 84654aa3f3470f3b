package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/**
 * Secrets as they were read last, with the current version still sealed; never a key, never a plaintext. Does not know whether they have changed since: who uses one lets the
 * revision be compared before anything is revealed. Bounded by its share of the heap. Thread-safe.
 */
final class RememberedSecrets {
    private static final int HEAP_SHARE = 8;
    private static final int MAX_CIPHERTEXT_BYTES = 16 * 1024;
    /** Of the objects around the texts and the ciphertext. */
    private static final int OVERHEAD_BYTES = 1_000;

    private final Cache<Place, Remembered> secrets = Caffeine.newBuilder()
            .maximumWeight(Runtime.getRuntime().maxMemory() / HEAP_SHARE)
            .weigher(RememberedSecrets::weight)
            .executor(Runnable::run)
            .build();

    @Nullable
    Remembered get(TenantId owner, SecretPath path) {
        return secrets.getIfPresent(new Place(owner, path));
    }

    /** @param version the current one, which has opened */
    void put(TenantId owner, long revision, SecretView secret, StoredVersion version) {
        if (version.sealed() != null && version.sealed().ciphertext().length <= MAX_CIPHERTEXT_BYTES) {
            secrets.put(new Place(owner, secret.path()), new Remembered(revision, secret, version));
        }
    }

    void forget(TenantId owner, SecretPath path) {
        secrets.invalidate(new Place(owner, path));
    }

    private static int weight(Place place, Remembered remembered) {
        SecretView secret = remembered.secret();
        int ciphertext = remembered.version().sealed() == null
                ? 0
                : remembered.version().sealed().ciphertext().length;
        return OVERHEAD_BYTES
                + 2 * secret.path().value().length()
                + secret.metadataJson().length()
                + ciphertext;
    }

    /** @param revision of the secret when it was read */
    record Remembered(long revision, SecretView secret, StoredVersion version) {
        /** As a look would find it, if nothing has changed since and the owner is active at this epoch. */
        SecretState stateAt(long epoch) {
            return new SecretState(epoch, true, 0, revision, secret);
        }
    }

    private record Place(TenantId owner, SecretPath path) {}
}
