package ai.scailabs.vault.federation.remote;

import java.time.Instant;

/**
 * Numbers for versions of vaults that do not count them: the seconds from 2015-01-01T00:00:00Z, before any of these vaults began, to the version's creation. They grow with time, and stay what they are when older
 * versions vanish. Good until 2083.
 */
public final class VersionNumbers {
    private static final long BEGINNING = Instant.parse("2015-01-01T00:00:00Z").getEpochSecond();

    private VersionNumbers() {}

    public static int of(Instant createdAt) {
        return (int) Math.clamp(createdAt.getEpochSecond() - BEGINNING, 1, Integer.MAX_VALUE);
    }
}
