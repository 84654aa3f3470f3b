package ai.scailabs.vault.identity.mirror;

import java.util.List;

/**
 * What came of something that was told.
 *
 * @param rows that say something else now
 */
public record MirrorChanges(int rows, List<StandingChange> standings) {
    static final MirrorChanges NONE = new MirrorChanges(0, List.of());

    /** Nothing was said that anybody here keeps. */
    public static MirrorChanges nothing() {
        return NONE;
    }

    public MirrorChanges {
        standings = List.copyOf(standings);
    }
}
