package ai.scailabs.vault.access.quota;

/**
 * A bucket after a draw.
 *
 * @param drawn units that came out
 * @param remaining whole units that are left
 * @param nanosToNext until one more unit is there; 0 when one is
 */
record Level(int drawn, long remaining, long nanosToNext) {}
