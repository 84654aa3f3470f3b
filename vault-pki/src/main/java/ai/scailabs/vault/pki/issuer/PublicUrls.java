package ai.scailabs.vault.pki.issuer;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where this installation is asked by whoever verifies certificates: by {@code http:}, as nobody can verify TLS by asking over TLS (RFC 5280 §4.2.1.13, §4.2.2.1). */
public final class PublicUrls {
    private final @Nullable String base;

    /** @param base without a slash at its end; none when nothing is to be said in certificates */
    public PublicUrls(@Nullable String base) {
        this.base = base;
    }

    /** Of an authority as it signs now, or as its first key will. */
    public CertificatePointers of(CertificateAuthority authority) {
        AuthorityGeneration certified = authority.certified();
        return of(
                authority.id(),
                certified == null ? 1 : certified.number(),
                authority.urls(),
                authority.crlPartitions());
    }

    /** Of an authority whose key of that generation signs, and whose list is in so many parts. */
    public CertificatePointers of(UUID authority, int generation, AuthorityUrls chosen, int partitions) {
        String id = CertificateAuthority.idText(authority);
        // What a key signed is on the list that the same key signs, whichever key signs by now.
        String part = partitions == 1 ? "" : "/" + CertificatePointers.PARTITION;
        String list = "/v1/pki/ca/" + id + "/crl" + part + "?generation=" + generation;
        return new CertificatePointers(
                either(chosen.crl(), list),
                either(chosen.ocsp(), "/v1/pki/ocsp/" + id),
                either(chosen.issuer(), "/v1/pki/ca/" + id + "/certificate/" + generation + ".cer"),
                partitions);
    }

    private List<String> either(@Nullable List<String> chosen, String path) {
        if (chosen != null) {
            return chosen;
        }
        return base == null ? List.of() : List.of(base + path);
    }
}
