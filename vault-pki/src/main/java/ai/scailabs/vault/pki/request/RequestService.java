package ai.scailabs.vault.pki.request;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuance.CertificateWish;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuance.MadeCertificate;
import ai.scailabs.vault.pki.issuance.SigningTerms;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requests of a tenant on their way to a certificate. Whoever imported one sees it; who manages the tenant sees and decides all, and others as policies say of {@code pki/csr}. A change and its audit row
 * are one transaction. Thread-safe.
 */
public final class RequestService {
    /** That wait, of one tenant. */
    public static final int MAX_WAITING = 10_000;
    /** That wait, of whoever imported them: so that one cannot fill the tenant's. */
    public static final int MAX_WAITING_OF_ONE = 1_000;

    private static final UUID BEFORE_ALL = new UUID(0, 0);
    private static final int MAX_DAYS = 36_500;

    private final RequestRepository repository;
    private final IssuanceService certificates;
    private final Issuance issuance;
    private final AuthorityService authorities;
    private final RoleService roles;
    private final SignatureProvider signatures;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public RequestService(
            TenantTransactions transactions,
            IssuanceService certificates,
            Issuance issuance,
            AuthorityService authorities,
            RoleService roles,
            SignatureProvider signatures,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.repository = new RequestRepository(transactions);
        this.certificates = certificates;
        this.issuance = issuance;
        this.authorities = authorities;
        this.roles = roles;
        this.signatures = signatures;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * @param csrPem PKCS #10
     * @throws VaultException {@code csr_rejected}, {@code name_not_allowed} for what could be in no certificate; {@code conflict} when too many wait
     */
    public StoredRequest submit(Caller caller, String csrPem, AuditEntry entry) {
        byte[] der = CertificationRequest.der(csrPem);
        CertificationRequest request = CertificationRequest.read(der, signatures);
        StoredRequest imported = new StoredRequest(
                ids.nextUuid(),
                RequestStatus.PENDING,
                der,
                StoredRequest.sha256(der),
                request.subject().toString(),
                request.subject().commonName().orElse(null),
                IssuedCertificate.typed(request.names()),
                request.key().spec().keyType(),
                request.key().spec().keySize(),
                now(),
                caller.actor().identity().value(),
                null,
                null);
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            requireRoom(repository.waiting(tx, imported.createdBy()));
            repository.insert(tx, imported);
            repository.record(tx, described(entry, imported));
            return imported;
        });
    }

    private static void requireRoom(RequestRepository.Waiting waiting) {
        if (waiting.all() >= MAX_WAITING || waiting.own() >= MAX_WAITING_OF_ONE) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Too many requests wait for approval",
                    Map.of("state", "full", "max_pending", MAX_WAITING_OF_ONE));
        }
    }

    /** @throws VaultException {@code csr_not_found}; {@code access_denied} */
    public StoredRequest get(Caller caller, TenantId tenant, UUID id) {
        StoredRequest found = repository.find(tenant, id).orElse(null);
        if (found == null || !found.createdBy().equals(caller.actor().identity().value())) {
            access.requireManaged(caller, Permission.READ, StoredRequest.VIRTUAL_PATH);
        }
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    /**
     * In the order in which they came.
     *
     * @param status null for all
     * @param after the last one of the page before; null to begin
     * @throws VaultException {@code access_denied}
     */
    public RequestPage list(
            Caller caller, TenantId tenant, @Nullable RequestStatus status, int limit, @Nullable UUID after) {
        access.requireManaged(caller, Permission.READ, StoredRequest.VIRTUAL_PATH);
        List<StoredRequest> found = repository.page(tenant, status, after == null ? BEFORE_ALL : after, limit + 1);
        return found.size() > limit ? new RequestPage(found.subList(0, limit), true) : new RequestPage(found, false);
    }

    /**
     * Nothing is signed yet.
     *
     * @throws VaultException {@code access_denied}; {@code csr_not_found}; {@code conflict} when it does not wait; {@code forbidden} for one's own, where the tenant wants a second pair of eyes
     */
    public StoredRequest approve(Caller caller, UUID id, AuditEntry entry) {
        return decide(caller, id, RequestStatus.APPROVED, null, entry);
    }

    /**
     * For good, also what was approved before.
     *
     * @param reason for people, and for the log
     * @throws VaultException {@code access_denied}; {@code csr_not_found}; {@code conflict} when it was rejected or signed
     */
    public StoredRequest reject(Caller caller, UUID id, String reason, AuditEntry entry) {
        return decide(caller, id, RequestStatus.REJECTED, reason, entry);
    }

    private StoredRequest decide(
            Caller caller, UUID id, RequestStatus wanted, @Nullable String reason, AuditEntry entry) {
        access.requireManaged(caller, Permission.ADMIN, StoredRequest.VIRTUAL_PATH);
        String by = caller.actor().identity().value();
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            StoredRequest found = locked(tx, id);
            requireStep(found, wanted);
            if (wanted == RequestStatus.APPROVED) {
                requireImported(found);
                requireSecond(tx, found, by);
            }
            repository.decide(tx, id, wanted, new StoredRequest.Decision(now(), by, reason));
            StoredRequest decided = locked(tx, id);
            repository.record(tx, described(entry, decided));
            return decided;
        });
    }

    /**
     * A certificate for a request that was approved. Whether it may be signed is decided now, whoever approved it when. Several who sign at once get one certificate; what fails on the way leaves the request
     * approved.
     *
     * @param roleName whose rules count; null for what was approved as it is
     * @param validityDays null for the role's time to live, or 30 days
     * @throws VaultException {@code access_denied} to the requests, the authority or the role; {@code csr_not_found}, {@code ca_not_found}, {@code role_not_found}; {@code conflict} when it is not approved, or
     *     the authority does not sign now; and as {@link IssuanceService#sign}
     */
    public MadeCertificate sign(
            Caller caller,
            UUID id,
            UUID authorityId,
            @Nullable Integer validityDays,
            @Nullable String roleName,
            AuditEntry entry) {
        TenantId tenant = entry.tenant();
        CertificateAuthority authority = authorities.signer(caller, tenant, authorityId);
        StoredRole role = roleName == null ? null : role(caller, tenant, roleName, authority);
        StoredRequest seen = get(caller, tenant, id);
        requireStep(seen, RequestStatus.SIGNED);
        requireImported(seen);
        CertificationRequest request = CertificationRequest.read(seen.der(), signatures);
        SigningTerms terms = role == null
                ? new SigningTerms(ApprovedProfile.of(request, authority.text()), authority.id(), null, null)
                : SigningTerms.of(role);
        return certificates.signApproved(
                caller.actor(),
                terms,
                request,
                wish(validityDays),
                described(entry, seen),
                (reservation, issued, told) -> {
                    UUID certificate = reservation.certificateId();
                    String by = caller.actor().identity().value();
                    repository.transactions().inTransaction(tenant, tx -> {
                        StoredRequest found = locked(tx, id);
                        requireStep(found, RequestStatus.SIGNED);
                        requireSecond(tx, found, decidedBy(found));
                        issuance.finish(tx, reservation.number(), issued);
                        repository.sign(
                                tx,
                                id,
                                new StoredRequest.Signing(now(), by, authority.id(), terms.roleName(), certificate));
                        repository.record(tx, told);
                        return found;
                    });
                    return true;
                });
    }

    private StoredRole role(Caller caller, TenantId tenant, String name, CertificateAuthority authority) {
        StoredRole role = roles.permitted(caller, tenant, name, Permission.WRITE);
        if (!role.caId().equals(authority.id())) {
            throw VaultException.invalidField("role", "is of another certificate authority");
        }
        if (role.role().noStore()) {
            throw VaultException.invalidField("role", "keeps no certificates, and a request bears the one that it got");
        }
        return role;
    }

    private static CertificateWish wish(@Nullable Integer validityDays) {
        if (validityDays != null && (validityDays < 1 || validityDays > MAX_DAYS)) {
            throw VaultException.invalidField("validity_days", "must be from 1 to " + MAX_DAYS);
        }
        String ttl = validityDays == null ? null : validityDays + "d";
        return new CertificateWish(null, List.of(), List.of(), ttl, null, null);
    }

    private StoredRequest locked(TenantTransaction tx, UUID id) {
        return repository.lock(tx, id).orElseThrow(RequestService::notFound);
    }

    private static void requireStep(StoredRequest request, RequestStatus wanted) {
        if (!request.status().leadsTo(wanted)) {
            String state = request.status().wireName();
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The request is " + state + ", and cannot become " + wanted.wireName(),
                    Map.of("state", state));
        }
    }

    /** What somebody changed behind the service is neither approved nor signed. */
    private static void requireImported(StoredRequest request) {
        if (!request.isAsImported()) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The request is not what was imported");
        }
    }

    /** @param approver who approves it, or has approved it */
    private static void requireSecond(TenantTransaction tx, StoredRequest request, String approver) {
        if (approver.equals(request.createdBy()) && SettingsService.of(tx).requireSecondApprover()) {
            throw new VaultException(
                    ErrorCode.FORBIDDEN,
                    "The tenant wants a request to be approved by somebody else than who imported it",
                    Map.of("rule", "require_second_approver"));
        }
    }

    private static String decidedBy(StoredRequest request) {
        StoredRequest.Decision decision = request.decision();
        return decision == null ? request.createdBy() : decision.by();
    }

    private static AuditEntry described(AuditEntry entry, StoredRequest request) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("csr_sha256", HexFormat.of().formatHex(request.sha256()));
        extra.put("subject", request.subject());
        extra.put("requested_by", request.createdBy());
        if (request.decision() != null && request.decision().reason() != null) {
            extra.put("reason", request.decision().reason());
        }
        return entry.withPath(request.text()).withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.CSR_NOT_FOUND, "There is no such request");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
