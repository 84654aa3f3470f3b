package ai.scailabs.vault.identity.sync;

/**
 * A comparison that is under way.
 *
 * @param failures since it last came on
 */
record OpenRun(SyncRun run, SyncPosition position, int failures) {}
