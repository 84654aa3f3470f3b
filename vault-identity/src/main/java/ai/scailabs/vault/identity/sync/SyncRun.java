package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One comparison.
 *
 * @param space what is compared: a tenant, or a partner by the space that it shares
 * @param scheduled false: somebody asked for it
 * @param problem why it stopped, or what went wrong last; a sentence for people, without anything that ScaiKey said
 */
public record SyncRun(
        TenantId space,
        String id,
        boolean scheduled,
        String requestedBy,
        SyncStatus status,
        Instant startedAt,
        @Nullable Instant finishedAt,
        SyncCounts counts,
        @Nullable String problem) {

    /** Whether all tenants of a partner are compared. */
    public boolean isOfPartner() {
        return space.value().startsWith("ptn_");
    }
}
