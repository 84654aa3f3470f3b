package ai.scailabs.vault.access.trust;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who vouches for a workload, and for which. */
public sealed interface TrustedSource {
    /** For whom the proof must have been made. */
    String audience();

    /**
     * An OpenID Connect issuer: Kubernetes, GitHub Actions, GCP, Keycloak and whoever else signs tokens with published keys.
     *
     * @param issuer the exact text of {@code iss}
     * @param jwksUrl absent when the issuer's discovery document names it
     * @param conditions all of which the token must meet; at least one names the workload
     */
    record Oidc(String issuer, @Nullable URI jwksUrl, String audience, List<ClaimCondition> conditions)
            implements TrustedSource {
        public Oidc {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * AWS, by a signed question who the caller is.
     *
     * @param arns one of which must match; the account is never a pattern
     * @param regions whose endpoint may be asked
     */
    record Aws(String audience, List<SegmentGlob> arns, Set<String> regions) implements TrustedSource {
        public Aws {
            arns = List.copyOf(arns);
            regions = Set.copyOf(regions);
        }
    }
}
