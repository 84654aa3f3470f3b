package ai.scailabs.vault.api.listener;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files that TLS is made of; they may be replaced while it serves.
 *
 * @param certificate the service's own, leaf first; absent: it is handed over, by {@link TlsListener#use}
 * @param key of that leaf: PKCS#8, PKCS#1 or SEC 1, not encrypted. Only with {@code certificate}
 * @param clientAuthorities whose client certificates count; absent: none is asked for
 * @param clientRevocations what those authorities have revoked, one list for each of them; absent: nothing is looked up. Only with {@code clientAuthorities}
 */
public record TlsFiles(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path clientAuthorities,
        @Nullable Path clientRevocations) {
    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("certificate and key go together");
        }
        if (clientRevocations != null && clientAuthorities == null) {
            throw new IllegalArgumentException("revocations without authorities");
        }
    }
}
