package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.identity.directory.ListPage;
import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks for a comparison of a tenant, or of a partner with all its tenants, and tells what became of earlier ones. Whether the caller may was decided before. Thread-safe.
 */
public final class SyncService {
    static final String PREFIX = "sync_";

    private final SyncRepository repository;
    private final Ids ids;
    private final Clock clock;
    private final boolean possible;

    /** @param possible false where ScaiKey cannot be asked, for want of a client */
    public SyncService(TenantTransactions transactions, Ids ids, Clock clock, boolean possible) {
        this.repository = new SyncRepository(transactions);
        this.ids = ids;
        this.clock = clock;
        this.possible = possible;
    }

    /**
     * Puts it down for the instance that does such work; the one that is under way already, if there is one.
     *
     * @param entry of that space, written in the same transaction
     * @throws VaultException {@code conflict} where ScaiKey cannot be asked
     */
    public SyncRun request(TenantId space, IdentityId by, AuditEntry entry) {
        if (!possible) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "ScaiKey cannot be asked: SCAIKEY_CLIENT_ID and SCAIKEY_CLIENT_SECRET are not set",
                    Map.of("state", "not_configured"));
        }
        SyncRun wanted = new SyncRun(
                space,
                ids.next(PREFIX),
                false,
                by.value(),
                SyncStatus.PENDING,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                null,
                SyncCounts.NONE,
                null);
        return repository.transactions().inTransaction(space, tx -> {
            boolean added = repository.add(tx, wanted);
            SyncRun run =
                    added ? wanted : repository.underWay(tx).map(OpenRun::run).orElse(wanted);
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("status", run.status().name());
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entry.withPath(run.id()).withExtra(extra)));
            return run;
        });
    }

    /** The newest first. */
    public ListPage<SyncRun> history(TenantId space, PageRequest page) {
        return repository.history(space, page);
    }
}
