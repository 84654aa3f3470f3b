package ai.scailabs.vault.pki.issuance;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants a certificate to say; absent is null or empty.
 *
 * @param altNames DNS names, and mailboxes, URIs or addresses by their form
 * @param ttl absent: the role's
 * @param notBefore where the role lets requests say so
 * @param notAfter in the place of a {@code ttl}
 */
public record CertificateWish(
        @Nullable String commonName,
        List<String> altNames,
        List<String> ipSans,
        @Nullable String ttl,
        @Nullable Instant notBefore,
        @Nullable Instant notAfter) {
    public CertificateWish {
        altNames = List.copyOf(altNames);
        ipSans = List.copyOf(ipSans);
    }
}
