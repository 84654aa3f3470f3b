package ai.scailabs.vault.pki.issuer;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where the lists of an authority are for whoever verifies: by {@code http:} only, as they cannot ask by TLS before they know whether its certificate counts. */
public interface CrlLocations {
    /** Of one part among several, as certificates and the list itself name it; empty when this service has no such address. */
    Optional<String> part(UUID authority, int generation, int part);

    /** Of the list of changes. */
    Optional<String> delta(UUID authority, int generation);

    /** @param base the public address of this service; null, or another scheme than http: none */
    static CrlLocations below(@Nullable URI base) {
        String prefix = base != null && "http".equals(base.getScheme())
                ? base.toString().replaceAll("/+$", "") + "/v1/pki/ca/"
                : "";
        return new CrlLocations() {
            @Override
            public Optional<String> part(UUID authority, int generation, int part) {
                return at(authority, generation, "/crl/" + part);
            }

            @Override
            public Optional<String> delta(UUID authority, int generation) {
                return at(authority, generation, "/crl/delta");
            }

            private Optional<String> at(UUID authority, int generation, String rest) {
                return !prefix.isEmpty()
                        ? Optional.of(
                                prefix + CertificateAuthority.idText(authority) + rest + "?generation=" + generation)
                        : Optional.empty();
            }
        };
    }
}
