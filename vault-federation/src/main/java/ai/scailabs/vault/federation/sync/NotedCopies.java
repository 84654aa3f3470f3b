package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.proxy.LastCopies;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the runs noted, compared with what lies there now. Thread-safe. */
public final class NotedCopies implements LastCopies {
    private final CopyRepository copies;
    private final LocalSides locals;
    private final Ids ids;

    public NotedCopies(TenantTransactions transactions, LocalSides locals, Ids ids) {
        this.ids = ids;
        this.copies = new CopyRepository(transactions);
        this.locals = locals;
    }

    @Override
    public boolean areStill(Backend backend, SecretPath path, @Nullable RemoteSecret now) {
        Copy noted =
                copies.copies(backend.tenant(), backend.id(), List.of(path)).get(path);
        boolean wasThere = noted != null && noted.state() != Copy.State.GONE && noted.state() != Copy.State.LEAVING;
        if (now == null || noted == null || !wasThere) {
            return now == null && !wasThere;
        }
        return locals.fingerprints(backend).isValue(path, now.data().expose(), noted.valueMac());
    }

    @Override
    public void note(Backend backend, SecretPath path, SensitiveBytes value, int version) {
        Fingerprints fingerprints = locals.fingerprints(backend);
        Copy before =
                copies.copies(backend.tenant(), backend.id(), List.of(path)).get(path);
        Copy noted = new Copy(
                path,
                Copy.State.COPIED,
                before == null ? 1 : before.remoteVersion(),
                fingerprints.ofValue(path, value.expose()),
                before == null ? fingerprints.ofMetadata(path, RemoteDescription.NOTHING_TOLD) : before.metadataMac(),
                null,
                version,
                null,
                Copy.Change.NONE);
        copies.transactions().inTransaction(backend.tenant(), tx -> {
            copies.put(tx, backend.id(), ids.nextUuid(), List.of(noted));
            return noted;
        });
    }
}
