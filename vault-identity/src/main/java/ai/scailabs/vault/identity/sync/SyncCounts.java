package ai.scailabs.vault.identity.sync;

/**
 * What was read, and what was there no more.
 *
 * @param vanished of all kinds
 */
public record SyncCounts(int tenants, int users, int groups, int memberships, int vanished) {
    static final SyncCounts NONE = new SyncCounts(0, 0, 0, 0, 0);

    SyncCounts plus(SyncCounts more) {
        return new SyncCounts(
                tenants + more.tenants,
                users + more.users,
                groups + more.groups,
                memberships + more.memberships,
                vanished + more.vanished);
    }
}
