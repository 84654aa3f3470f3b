package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Revokes certificates and authorities. It takes {@code admin} on the certificate's role or its authority, or whoever manages the tenant. What is committed counts at once for whoever asks; lists tell of it
 * when they are made next, and no request waits for one. Thread-safe.
 */
public final class RevocationService {
    private static final int MAX_ATTEMPTS = 5;

    private final RevocationRepository repository;
    private final RevocationTargets targets;
    private final CertificateStatuses statuses;
    private final AuthorityService authorities;
    private final AccessControl access;
    private final Clock clock;

    public RevocationService(
            TenantTransactions transactions,
            RevocationTargets targets,
            CertificateStatuses statuses,
            AuthorityService authorities,
            AccessControl access,
            Clock clock) {
        this.repository = new RevocationRepository(transactions);
        this.targets = targets;
        this.statuses = statuses;
        this.authorities = authorities;
        this.access = access;
        this.clock = clock;
    }

    /**
     * One certificate, in the same time however many were revoked. Again for the same reason, it changes nothing; from hold to another reason, the first moment stays.
     *
     * @throws VaultException {@code access_denied}; {@code certificate_not_found}; {@code validation_error}; {@code conflict} with {@code details.state}: {@code ambiguous} when several authorities gave the number,
     *     {@code expired}, {@code authority} for the certificate of one of ours, {@code revoked} for another reason
     */
    public RevokedNumber revoke(Caller caller, RevocationOrder order, AuditEntry entry) {
        Instant now = now();
        RevocationReason reason = reason(order);
        Instant invalidityDate = RevocationForm.invalidityDate(order.invalidityDate(), now);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Target target = permitted(caller, order, entry.tenant());
            if (isSo(target, reason)) {
                repository.record(entry.tenant(), described(entry, target, reason, false));
                return new RevokedNumber(
                        target.authority(), target.serial(), target.certificateId(), target.status(), false);
            }
            requireRevocable(target, now);
            boolean revoked = repository
                    .revoke(entry.tenant(), target, reason, invalidityDate, now, described(entry, target, reason, true))
                    .isPresent();
            if (revoked) {
                return changed(entry.tenant(), target);
            }
        }
        throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The certificate is being revoked by others");
    }

    /**
     * One that is on hold counts again.
     *
     * @throws VaultException as {@link #revoke}; {@code conflict} for one that is not on hold
     */
    public RevokedNumber release(Caller caller, RevocationOrder order, AuditEntry entry) {
        Target target = permitted(caller, order, entry.tenant());
        boolean onHold = target.status() instanceof CertificateStatus.Revoked revoked
                && revoked.reason() == RevocationReason.CERTIFICATE_HOLD;
        if (!onHold || !repository.release(entry.tenant(), target, now(), described(entry, target))) {
            boolean good = target.status() instanceof CertificateStatus.Good;
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Only a certificate that is on hold can be released",
                    Map.of("state", good ? "issued" : "revoked"));
        }
        return changed(entry.tenant(), target);
    }

    /**
     * An authority, all authorities below it, and every certificate that one of them signed: however many those are, as they are revoked with it and have no row of their own. It signs nothing any more but the
     * lists that tell so.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}, also for a hold: an authority does not come back; {@code conflict} when it was revoked for another reason
     */
    public RevokedAuthority revokeAuthority(Caller caller, UUID id, RevocationOrder order, AuditEntry entry) {
        RevocationReason reason = reason(order);
        if (reason == RevocationReason.CERTIFICATE_HOLD) {
            throw VaultException.invalidField(
                    "reason", "cannot be certificate_hold: an authority does not come back; disable it");
        }
        CertificateAuthority authority = authorities.administered(caller, entry.tenant(), id);
        int count = repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!tx.lockTenant()) {
                throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
            }
            Instant now = now();
            int revoked = 0;
            // As it is under the lock: somebody else may have revoked it since.
            CertificateAuthority.Revocation before =
                    repository.revocation(tx, id).orElse(null);
            if (before == null) {
                revoked = repository.revokeAuthorities(tx, id, reason, now);
                repository.revokeOwnCertificates(tx, id, reason, now);
            } else if (before.reason() != reason) {
                throw RevocationForm.alreadyRevoked(before.reason(), before.at());
            }
            repository.record(tx, described(entry, authority, reason, revoked));
            return revoked;
        });
        return new RevokedAuthority(authorities.administered(caller, entry.tenant(), id), count);
    }

    /** What another reason was given for before is said, and not silently kept. */
    private static boolean isSo(Target target, RevocationReason reason) {
        if (!(target.status() instanceof CertificateStatus.Revoked revoked)) {
            return false;
        }
        if (revoked.reason() == reason) {
            return true;
        }
        if (revoked.reason() != RevocationReason.CERTIFICATE_HOLD) {
            throw RevocationForm.alreadyRevoked(revoked.reason(), revoked.at());
        }
        return false;
    }

    private static void requireRevocable(Target target, Instant now) {
        if (target.subjectAuthority() != null) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "This is the certificate of an authority; revoke the authority, and what it signed with it",
                    Map.of("state", "authority", "ca_id", CertificateAuthority.idText(target.subjectAuthority())));
        }
        if (target.notAfter().isBefore(now)) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The certificate has expired: nobody takes it any more, and no list tells of it",
                    Map.of("state", "expired", "not_after", target.notAfter().toString()));
        }
    }

    private Target permitted(Caller caller, RevocationOrder order, TenantId tenant) {
        Predicate<SecretPath> permitted = access.managed(caller, Permission.ADMIN);
        Target target = targets.find(tenant, order, permitted);
        if (target == null) {
            // Who may revoke nothing learns nothing of which numbers there are.
            access.requireManaged(caller, Permission.ADMIN, RevocationTargets.NOBODYS);
            throw RevocationForm.notFound();
        }
        if (target.virtualPaths().stream().noneMatch(permitted)) {
            access.requireManaged(caller, Permission.ADMIN, RevocationTargets.NOBODYS);
        }
        return target;
    }

    private RevokedNumber changed(TenantId tenant, Target target) {
        repository.due(tenant, target.authority(), now());
        return new RevokedNumber(
                target.authority(),
                target.serial(),
                target.certificateId(),
                statuses.status(tenant, target.authority(), target.serial()),
                true);
    }

    private static RevocationReason reason(RevocationOrder order) {
        return RevocationForm.reason(order.reason());
    }

    private static AuditEntry described(AuditEntry entry, Target target, RevocationReason reason, boolean changed) {
        AuditEntry described = described(entry, target);
        Map<String, Object> extra = new HashMap<>(described.extra());
        extra.put("reason", reason.wireName());
        extra.put("changed", changed);
        return described.withExtra(extra);
    }

    private static AuditEntry described(AuditEntry entry, Target target) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("serial_number", target.serial().toString());
        extra.put("ca_id", CertificateAuthority.idText(target.authority()));
        if (target.certificateId() != null) {
            extra.put("certificate_id", Ids.text("cert_", target.certificateId()));
        }
        return entry.withPath(target.virtualPaths().getFirst().value()).withExtra(extra);
    }

    private static AuditEntry described(
            AuditEntry entry, CertificateAuthority authority, RevocationReason reason, int revoked) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("ca", authority.name());
        extra.put("reason", reason.wireName());
        extra.put("cas_revoked", revoked);
        return entry.withPath(authority.text()).withExtra(extra);
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
