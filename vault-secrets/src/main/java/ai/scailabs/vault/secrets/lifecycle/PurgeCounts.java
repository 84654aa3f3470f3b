package ai.scailabs.vault.secrets.lifecycle;

/**
 * What one pass did.
 *
 * @param secrets destroyed for good
 * @param versions that went with them, or because their grace was over
 * @param skipped found, and restored or changed by somebody before they could be destroyed
 */
public record PurgeCounts(int secrets, int versions, int skipped) {
    static final PurgeCounts NONE = new PurgeCounts(0, 0, 0);

    PurgeCounts plus(PurgeCounts other) {
        return new PurgeCounts(secrets + other.secrets, versions + other.versions, skipped + other.skipped);
    }
}
