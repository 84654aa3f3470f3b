package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.CopyPlan;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import java.util.Map;
import java.util.Objects;

/** Where copies are written, of each backend in the right of whoever configured it. Closed when nothing is written any more. Thread-safe. */
public final class LocalSides implements AutoCloseable {
    private final SecretService secrets;
    private final AccessControl access;
    private final TenantMac mac;
    private final AuditEntries entries;
    private final Ids ids;

    /** @param secrets that knows of no mounts, as copies lie where users do not write; closed with this */
    public LocalSides(SecretService secrets, AccessControl access, TenantMac mac, AuditEntries entries, Ids ids) {
        this.secrets = secrets;
        this.access = access;
        this.mac = mac;
        this.entries = entries;
        this.ids = ids;
    }

    LocalSide of(Backend backend) {
        return new LocalSide(
                secrets, access, entries, ids, backend, plan(backend).right(), fingerprints(backend));
    }

    Fingerprints fingerprints(Backend backend) {
        return new Fingerprints(mac, backend.tenant(), plan(backend).right().partner());
    }

    /** What a request does besides what it is recorded for. */
    AuditEntry entry(AuditEntry request, AuditAction action, SecretPath path, Backend backend) {
        Attempt attempt = new Attempt(
                request.tenant(),
                action,
                request.identity(),
                request.actingTenant(),
                path.value(),
                request.sourceIp(),
                request.userAgent(),
                request.requestId(),
                System.nanoTime());
        return entries.succeeded(attempt).withExtra(Map.of("backend", backend.name()));
    }

    private static CopyPlan plan(Backend backend) {
        return Objects.requireNonNull(backend.copying(), "a backend that is not copied");
    }

    @Override
    public void close() {
        secrets.close();
    }
}
