package ai.scailabs.vault.access.token;

import org.jspecify.annotations.Nullable;

/** The keys that an issuer publishes now, as far as is known. Thread-safe. */
interface IssuerKeys {
    /**
     * The key of that name; absent when the issuer publishes none.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable} when that cannot be told
     */
    @Nullable
    VerificationKey find(String keyId);

    /** Whether a key that once verified a token is known to be published still; never fetches. */
    boolean isStillPublished(VerificationKey key, long nowMillis);
}
