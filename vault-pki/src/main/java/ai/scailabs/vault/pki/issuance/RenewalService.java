package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.Validity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Whether certificates are renewed by themselves, for whoever may have one by their role. Thread-safe. */
public final class RenewalService {
    private static final String STATE = "state";

    private final RenewalRepository renewals;
    private final RoleService roles;
    private final AccessControl access;
    private final RenewalTimes times;

    public RenewalService(
            TenantTransactions transactions, RoleService roles, AccessControl access, RenewalTimes times) {
        this.renewals = new RenewalRepository(transactions);
        this.roles = roles;
        this.access = access;
        this.times = times;
    }

    /**
     * From now on.
     *
     * @throws VaultException {@code access_denied}; {@code certificate_not_found}; {@code conflict} for one that another came in the place of, whose key is not kept, that was revoked, or whose role does not renew
     */
    public void change(Caller caller, UUID certificate, boolean autoRenew, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        Optional<String> role = renewals.role(tenant, certificate);
        access.requireManaged(
                caller, Permission.WRITE, role.map(StoredRole::virtualPath).orElse(KeptKeys.NOBODYS));
        String roleName = role.orElseThrow(RenewalService::notFound);
        if (autoRenew
                && StoredRole.isName(roleName)
                && roles.renewing(tenant, roleName).isEmpty()) {
            throw conflict("role", "The role does not renew certificates");
        }
        renewals.transactions().inTransaction(tenant, tx -> {
            RenewalRepository.Renewable found = renewals.lock(tx, certificate)
                    .orElseThrow(() -> conflict("key_not_kept", "The key of the certificate is not kept"));
            requireLast(found);
            if (autoRenew && found.revoked()) {
                throw conflict("revoked", "The certificate was revoked, or is on hold");
            }
            if (autoRenew != found.autoRenew()) {
                boolean endless = found.notAfter().equals(Validity.NO_EXPIRY);
                renewals.change(
                        tx,
                        certificate,
                        autoRenew,
                        autoRenew && !endless ? RenewalPlan.dueAt(times, found.notAfter(), found.timeToLive()) : null);
            }
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("auto_renew", autoRenew);
            renewals.record(
                    tx,
                    entry.withPath(Ids.text(MadeCertificate.PREFIX, certificate))
                            .withExtra(extra));
            return found;
        });
    }

    private static void requireLast(RenewalRepository.Renewable found) {
        UUID next = found.renewedBy();
        if (next != null) {
            throw conflict("renewed", "Another has come in the place of the certificate: " + idText(next))
                    .withDetail("renewed_by", idText(next));
        }
    }

    private static String idText(UUID certificate) {
        return Ids.text(MadeCertificate.PREFIX, certificate);
    }

    private static VaultException conflict(String state, String problem) {
        return new VaultException(ErrorCode.CONFLICT, problem, Map.of(STATE, state));
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate");
    }
}
