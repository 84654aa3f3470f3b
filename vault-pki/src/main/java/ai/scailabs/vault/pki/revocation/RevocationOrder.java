package ai.scailabs.vault.pki.revocation;

import org.jspecify.annotations.Nullable;

/**
 * Which certificate a caller means, and what they say of it; absent is null.
 *
 * @param serialNumber in any spelling
 * @param caId whose number it is; only where several authorities of the tenant gave it
 * @param certificatePem instead of the number: the certificate itself, also one that is not stored here
 * @param reason absent: unspecified
 * @param invalidityDate RFC 3339
 */
public record RevocationOrder(
        @Nullable String serialNumber,
        @Nullable String caId,
        @Nullable String certificatePem,
        @Nullable String reason,
        @Nullable String invalidityDate) {}
