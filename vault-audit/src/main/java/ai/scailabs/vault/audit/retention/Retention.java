package ai.scailabs.vault.audit.retention;

/**
 * How long the entries of a tenant are kept.
 *
 * @param days {@value #MIN_DAYS} to {@value #MAX_DAYS} after the end of the month in which they occurred
 * @param legalHold nothing ends while it lasts
 * @param needsArchive nothing ends that does not lie in an archive that was read back
 */
public record Retention(int days, boolean legalHold, boolean needsArchive) {
    public static final int MIN_DAYS = 365;
    public static final int MAX_DAYS = 36_525;

    public Retention {
        if (days < MIN_DAYS || days > MAX_DAYS) {
            throw new IllegalArgumentException("kept for " + MIN_DAYS + " to " + MAX_DAYS + " days");
        }
    }
}
