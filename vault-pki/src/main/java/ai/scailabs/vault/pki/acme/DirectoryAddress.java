package ai.scailabs.vault.pki.acme;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a directory is, and who vouches for its TLS.
 *
 * @param authorities in PEM, who alone do; null for those that the runtime trusts
 */
record DirectoryAddress(URI url, @Nullable String authorities) {
    @Override
    public String toString() {
        return "DirectoryAddress[" + url + "]";
    }
}
