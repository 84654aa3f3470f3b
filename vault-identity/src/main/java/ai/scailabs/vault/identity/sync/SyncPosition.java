package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a comparison goes on.
 *
 * @param tenant whose people and groups are read
 * @param group whose members are read
 * @param after the last id that was read of the list; absent at its beginning
 * @param listAsOf since when the list is read, by ScaiKey's clock; absent at its beginning
 */
record SyncPosition(
        SyncStep step,
        @Nullable TenantId tenant,
        @Nullable GroupId group,
        @Nullable String after,
        @Nullable Instant listAsOf) {
    static final SyncPosition START = new SyncPosition(SyncStep.START, null, null, null, null);
    static final SyncPosition DONE = new SyncPosition(SyncStep.DONE, null, null, null, null);

    static SyncPosition tenants() {
        return new SyncPosition(SyncStep.TENANTS, null, null, null, null);
    }

    static SyncPosition usersOf(TenantId tenant) {
        return new SyncPosition(SyncStep.USERS, tenant, null, null, null);
    }

    static SyncPosition groupsOf(TenantId tenant) {
        return new SyncPosition(SyncStep.GROUPS, tenant, null, null, null);
    }

    static SyncPosition membersOf(TenantId tenant, GroupId group) {
        return new SyncPosition(SyncStep.MEMBERS, tenant, group, null, null);
    }

    /** The next page of the same list. */
    SyncPosition behind(String lastId, Instant pageAsOf) {
        return new SyncPosition(step, tenant, group, lastId, listAsOf == null ? pageAsOf : listAsOf);
    }

    TenantId requireTenant() {
        if (tenant == null) {
            throw new IllegalStateException("no tenant is read at " + step);
        }
        return tenant;
    }

    GroupId requireGroup() {
        if (group == null) {
            throw new IllegalStateException("no group is read at " + step);
        }
        return group;
    }
}
