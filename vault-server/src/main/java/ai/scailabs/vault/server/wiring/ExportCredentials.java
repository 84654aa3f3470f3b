package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.audit.export.CredentialSource;
import ai.scailabs.vault.audit.export.Export;
import ai.scailabs.vault.audit.export.ExportJournal;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The secret that an export names, read in the right of whoever asked for the export, as that right is now, and recorded as any other reading before anything is done with it. */
final class ExportCredentials implements CredentialSource {
    private final AccessControl access;
    private final SecretService secrets;
    private final AuditTrail trail;
    private final AuditEntries entries;
    private final Ids ids;

    ExportCredentials(AccessControl access, SecretService secrets, AuditTrail trail, AuditEntries entries, Ids ids) {
        this.access = access;
        this.secrets = secrets;
        this.trail = trail;
        this.entries = entries;
        this.ids = ids;
    }

    @Override
    public StoreCredentials read(Export export) {
        SecretPath path = Objects.requireNonNull(export.order().credentialsPath());
        Attempt attempt = new Attempt(
                export.tenant(),
                AuditAction.READ,
                ExportJournal.BY,
                null,
                path.value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("export_id", export.id());
        facts.put("on_behalf_of", export.createdBy());
        try (RevealedSecret secret = reveal(export, path)) {
            AuditEntry entry = entries.succeeded(attempt).withExtra(facts);
            trail.append(entry).await();
            return StoreCredentials.of(
                    export.order().destination().type(), secret.data().expose());
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.VALIDATION_ERROR) {
                facts.putAll(refused.evidence());
                trail.append(entries.failed(attempt, refused.code()).withExtra(facts));
            }
            throw refused;
        }
    }

    private RevealedSecret reveal(Export export, SecretPath path) {
        Mandate mandate = Mandate.of(Objects.requireNonNull(export.order().mandate()));
        if (!mandate.tenant().equals(export.tenant()) || !mandate.path().equals(path)) {
            throw new VaultException(ErrorCode.ACCESS_DENIED, "The export has no right to read this secret");
        }
        Permit permit = access.require(mandate);
        return secrets.read(permit, SecretSpace.ofTenant(mandate.tenant(), mandate.partner()), path, null);
    }
}
