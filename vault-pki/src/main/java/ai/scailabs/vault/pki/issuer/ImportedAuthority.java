package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An authority as a caller brings it; absent is null. The key and the password stay the caller's to wipe.
 *
 * @param certificates PEM; also with those above it
 * @param chain those above it, as far as they are not with it
 * @param privateKey PEM
 * @param password of the key, where it is under one
 * @param lastCrlNumber of the last list that it published where it was before; lists have greater numbers
 */
public record ImportedAuthority(
        @Nullable String name,
        @Nullable String certificates,
        List<String> chain,
        @Nullable SensitiveBytes privateKey,
        @Nullable SensitiveBytes password,
        @Nullable Long lastCrlNumber,
        @Nullable Integer crlPartitions,
        AuthorityUrls urls) {
    @Override
    public String toString() {
        return "ImportedAuthority[" + name + "]";
    }
}
