package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.util.LinkedHashMap;
import java.util.Map;

/** The secret that a backend names, read in the right of whoever configured the backend, as that right is now, and recorded as any other reading before anything is done with it. Thread-safe. */
public final class CredentialReader {
    /** Who reads it. */
    private static final IdentityId BY = new IdentityId("system:federation");

    private static final int OWN_OUTAGE = 503;

    private final AccessControl access;
    private final SecretService secrets;
    private final AuditTrail trail;
    private final AuditEntries entries;
    private final Ids ids;

    /** @param secrets that knows of no mounts: what opens a vault does not lie in one */
    public CredentialReader(
            AccessControl access, SecretService secrets, AuditTrail trail, AuditEntries entries, Ids ids) {
        this.access = access;
        this.secrets = secrets;
        this.trail = trail;
        this.entries = entries;
        this.ids = ids;
    }

    /**
     * To be closed by the caller.
     *
     * @throws RemoteException {@link ai.scailabs.vault.federation.remote.RemoteFailure#CREDENTIALS_UNUSABLE}
     * @throws VaultException {@code service_unavailable}, {@code kms_unavailable}
     */
    BackendCredentials read(Backend backend, Mandate mandate) throws RemoteException {
        Attempt attempt = new Attempt(
                backend.tenant(),
                AuditAction.READ,
                BY,
                null,
                mandate.path().value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("backend", backend.name());
        facts.put("on_behalf_of", mandate.identity().value());
        try (RevealedSecret secret = reveal(backend, mandate)) {
            trail.append(entries.succeeded(attempt).withExtra(facts)).await();
            return BackendCredentials.of(secret.data().expose());
        } catch (VaultException refused) {
            if (refused.code().status() == OWN_OUTAGE) {
                throw refused;
            }
            facts.putAll(refused.evidence());
            trail.append(entries.failed(attempt, refused.code()).withExtra(facts));
            throw BackendCredentials.unusable(refused.code().code());
        }
    }

    private RevealedSecret reveal(Backend backend, Mandate mandate) {
        if (!mandate.tenant().equals(backend.tenant())
                || !mandate.path().equals(backend.config().credentialsPath())) {
            throw new IllegalStateException("a mandate for another secret");
        }
        Permit permit = access.require(mandate);
        return secrets.read(permit, SecretSpace.ofTenant(mandate.tenant(), mandate.partner()), mandate.path(), null);
    }
}
