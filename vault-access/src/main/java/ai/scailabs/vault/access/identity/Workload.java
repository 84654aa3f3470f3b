package ai.scailabs.vault.access.identity;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.List;

/**
 * Who is behind an actor whose token was exchanged for a foreign one, and how far that token reaches.
 *
 * @param trustId of the trust that vouched for it
 * @param trustRevision under which it did
 * @param issuer of the foreign token
 * @param subject as the issuer calls the workload; for people and logs, never for decisions
 * @param paths outside of which the token does nothing, whatever policies allow; empty: all that policies allow
 */
public record Workload(String trustId, int trustRevision, String issuer, String subject, List<PathGlob> paths) {
    public Workload {
        paths = List.copyOf(paths);
    }

    /** Whether its token does anything there. */
    boolean reaches(String path) {
        return paths.isEmpty() || paths.stream().anyMatch(each -> each.matches(path));
    }

    /** What a revocation of all tokens of this revision of the trust names. */
    public String revocableTrust() {
        return revocableTrust(trustId, trustRevision);
    }

    /** As {@link #revocableTrust()}. */
    public static String revocableTrust(String trustId, int revision) {
        return trustId + ":" + revision;
    }
}
