package ai.scailabs.vault.access.quota;

/**
 * What came of asking for units, and what the bucket that decided holds now.
 *
 * @param granted units that are paid; fewer than asked for when the bucket was empty before
 * @param limit units that the bucket holds when it is full; 0 when nothing limits
 * @param remaining whole units that are left
 * @param resetEpochSecond when the bucket is full again, if nobody draws
 * @param retryAfterSeconds after how long one more unit is there, rounded up and at least 1; 0 when everything was granted
 * @param tenantCeiling whether the bucket is that of the tenant rather than the identity's own
 */
public record Allowance(
        int granted, int limit, long remaining, long resetEpochSecond, long retryAfterSeconds, boolean tenantCeiling) {
    static Allowance unlimited(int units) {
        return new Allowance(units, 0, 0, 0, 0, false);
    }

    public boolean isLimited() {
        return limit > 0;
    }
}
