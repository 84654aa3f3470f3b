package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * The authorities of a tenant. Who manages the tenant may do all of it; others what policies say of {@code pki/ca/<name>}. A change and its audit row are one transaction. Thread-safe.
 */
public final class AuthorityService {
    /** Of one tenant. */
    public static final int MAX_AUTHORITIES = 1_000;

    private static final int MAX_ATTEMPTS = 3;
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for authorities that are not there: it is the name of none. */
    private static final SecretPath NOBODYS = CertificateAuthority.virtualPath("-");

    private final AuthorityRepository repository;
    private final AuthorityCreation creation;
    private final AccessControl access;
    private final CrlLocations locations;
    private final Clock clock;

    AuthorityRepository repository() {
        return repository;
    }

    AuthorityCreation creation() {
        return creation;
    }

    public AuthorityService(
            TenantTransactions transactions,
            AuthorityCreation creation,
            AccessControl access,
            CrlLocations locations,
            Clock clock) {
        this.repository = new AuthorityRepository(transactions, clock);
        this.creation = creation;
        this.access = access;
        this.locations = locations;
        this.clock = clock;
    }

    /**
     * Makes a key and a certificate for it: signed by itself, or by the parent. An RSA key takes seconds.
     *
     * @throws VaultException {@code access_denied}; {@code validation_error}; {@code ca_not_found} for a parent that is not there; {@code ttl_exceeded}; {@code conflict} when the name is taken, the parent does
     *     not sign, or there are too many; {@code rate_limited} when too many RSA keys are being made
     */
    public CertificateAuthority create(Caller caller, AuthorityDraft draft, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        AuthorityPlan plan = AuthorityPlan.of(draft);
        access.requireManaged(caller, Permission.ADMIN, CertificateAuthority.virtualPath(plan.name()));
        requireAddress(plan.crlPartitions());
        CertificateAuthority parent =
                plan.parentId() == null ? null : permitted(caller, tenant, plan.parentId(), Permission.WRITE);
        if (repository.isTaken(tenant, plan.name())) {
            throw taken();
        }
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            AuthorityCreation.Made made = plan.signedElsewhere()
                    ? creation.request(Maker.of(caller.actor()), plan, now())
                    : creation.make(Maker.of(caller.actor()), plan, parent, now());
            boolean kept = change(tenant, tx -> keep(tx, made, entry));
            if (kept) {
                return made.authority();
            }
        }
        throw keyChanges();
    }

    static VaultException keyChanges() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new key under it");
    }

    /** A part of a list names where it is. */
    void requireAddress(int partitions) {
        if (partitions > 1 && locations.part(BEFORE_ALL, 1, 0).isEmpty()) {
            throw VaultException.invalidField(
                    "crl_partitions", "must be 1 where this service has no address by http:, which parts would name");
        }
    }

    private boolean keep(TenantTransaction tx, AuthorityCreation.Made made, AuditEntry entry) {
        requireRoom(tx);
        CertificateAuthority authority = made.authority();
        requireUnrevoked(tx, authority.parentId());
        if (!repository.insertKey(tx, made.keyId(), made.sealedPrivateKey(), authority.createdAt())) {
            return false;
        }
        repository.insert(tx, authority);
        creation.finish(tx, made);
        repository.record(tx, described(entry, authority));
        return true;
    }

    void requireManaged(Caller caller, SecretPath path, Permission permission) {
        access.requireManaged(caller, permission, path);
    }

    void requireRoom(TenantTransaction tx) {
        if (repository.count(tx) >= MAX_AUTHORITIES) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "A tenant has at most " + MAX_AUTHORITIES + " certificate authorities",
                    Map.of("max_cas", MAX_AUTHORITIES));
        }
    }

    /** Whoever revokes holds the same lock: below one that was revoked meanwhile nothing begins. */
    void requireUnrevoked(TenantTransaction tx, @Nullable UUID parentId) {
        if (parentId == null) {
            return;
        }
        CertificateAuthority parent = repository.find(tx, parentId).orElseThrow(AuthorityService::notFound);
        if (parent.status() == AuthorityStatus.REVOKED) {
            throw Issuance.cannotSign(parent, now());
        }
    }

    /** @throws VaultException {@code ca_not_found}; {@code access_denied} */
    public CertificateAuthority get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * One that the caller may have sign.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}
     */
    public CertificateAuthority signer(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.WRITE);
    }

    /**
     * One that the caller may change.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}
     */
    public CertificateAuthority administered(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.ADMIN);
    }

    /**
     * Those that the caller may read, oldest first. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public AuthorityPage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<CertificateAuthority> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<CertificateAuthority> found = repository.page(tenant, position, limit + 1);
            for (CertificateAuthority authority : found) {
                if (readable.test(authority.virtualPath())) {
                    shown.add(authority);
                }
            }
            if (shown.size() > limit) {
                return new AuthorityPage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new AuthorityPage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /** The certificates above the authority's own, up to the root; DER. Whoever calls was given the authority before. */
    public List<byte[]> chain(TenantId tenant, CertificateAuthority authority) {
        return repository.above(tenant, authority.id(), authority.current().number());
    }

    /** All keys that the authority has had, with their certificates, the newest first. Whoever calls was given the authority before. */
    public List<AuthorityGeneration> generations(TenantId tenant, CertificateAuthority authority) {
        return repository.generations().all(tenant, authority.id());
    }

    /** Other lines to its key, where other authorities of ours have vouched for it: each from the certificate that stands for its own up to the root. Whoever calls was given the authority before. */
    public List<List<byte[]>> alternatives(TenantId tenant, CertificateAuthority authority) {
        List<List<byte[]>> lines = new ArrayList<>();
        for (CrossRepository.Cross each : repository
                .crosses()
                .of(tenant, authority.id(), authority.current().number(), now())) {
            List<byte[]> line = new ArrayList<>(List.of(each.certificate(), each.signerCertificate()));
            line.addAll(repository.above(tenant, each.signer(), each.signerGeneration()));
            lines.add(List.copyOf(line));
        }
        return lines;
    }

    /**
     * An authority that is disabled signs nothing until it is enabled again; what it has signed stays valid.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code conflict} for one that was revoked or never signed
     */
    public CertificateAuthority enable(Caller caller, UUID id, boolean enabled, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        AuthorityStatus wanted = enabled ? AuthorityStatus.ACTIVE : AuthorityStatus.DISABLED;
        permitted(caller, tenant, id, Permission.ADMIN);
        return change(tenant, tx -> {
            CertificateAuthority now = repository.find(tx, id).orElseThrow(AuthorityService::notFound);
            if (now.status() != AuthorityStatus.ACTIVE && now.status() != AuthorityStatus.DISABLED) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        now.status() == AuthorityStatus.REVOKED
                                ? "The certificate authority was revoked"
                                : "The certificate authority does not sign",
                        Map.of("state", now.status().wireName()));
            }
            if (now.status() != wanted) {
                repository.changeStatus(tx, id, wanted, now());
            }
            repository.record(tx, described(entry, now));
            return repository.find(tx, id).orElseThrow();
        });
    }

    /**
     * Where the certificates point to that the authority signs from now on, and whether its key gives way to another by itself.
     *
     * @param edit of what was chosen so far
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}
     */
    public CertificateAuthority patch(Caller caller, UUID id, UnaryOperator<AuthorityTerms> edit, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        permitted(caller, tenant, id, Permission.ADMIN);
        return change(tenant, tx -> {
            CertificateAuthority now = repository.find(tx, id).orElseThrow(AuthorityService::notFound);
            AuthorityTerms before =
                    new AuthorityTerms(now.urls(), now.rotation().automatic());
            AuthorityTerms after = edit.apply(before);
            repository.changeUrls(tx, id, after.urls().checked(now.crlPartitions()), now());
            if (after.autoRotate() != before.autoRotate()) {
                AuthorityPlan.requireRotatable(after.autoRotate(), now.type(), now.parentId() == null);
                repository.changeRotation(tx, id, after.autoRotate(), now());
            }
            repository.record(tx, described(entry, now));
            return repository.find(tx, id).orElseThrow();
        });
    }

    /** As it is now, for what the service does by itself; nobody is asked. Empty when there is none. */
    public Optional<CertificateAuthority> known(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    private CertificateAuthority permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        CertificateAuthority found = repository.find(tenant, id).orElse(null);
        access.requireManaged(caller, permission, found == null ? NOBODYS : found.virtualPath());
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    <T> T change(TenantId tenant, Function<TenantTransaction, T> work) {
        try {
            return repository.transactions().inTransaction(tenant, tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                return work.apply(tx);
            });
        } catch (DuplicateKeyException twice) {
            throw taken();
        }
    }

    static AuditEntry described(AuditEntry entry, CertificateAuthority authority) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("ca", authority.name());
        extra.put("ca_type", authority.type().wireName());
        if (authority.certified() != null) {
            extra.put("serial_number", authority.certified().serial().toString());
        }
        if (authority.parentId() != null) {
            extra.put("parent_ca_id", CertificateAuthority.idText(authority.parentId()));
        }
        return entry.withPath(authority.text()).withExtra(extra);
    }

    private static VaultException taken() {
        return new VaultException(
                ErrorCode.CONFLICT, "A certificate authority of this name exists already", Map.of("state", "exists"));
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority");
    }

    /** As the database keeps it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
