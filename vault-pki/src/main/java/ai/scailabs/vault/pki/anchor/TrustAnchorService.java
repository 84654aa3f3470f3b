package ai.scailabs.vault.pki.anchor;

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
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.x509.Pem;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * The trust anchors of a tenant. Who manages the tenant may do all of it; others what policies say of {@code pki/trust-anchors/<name>}. A change and its audit row are one transaction. Thread-safe.
 */
public final class TrustAnchorService {
    /** Of one tenant. */
    public static final int MAX_ANCHORS = 1_000;

    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for anchors that are not there: it is the name of none. */
    private static final SecretPath NOBODYS = TrustAnchor.virtualPath("-");

    private final TrustAnchorRepository repository;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public TrustAnchorService(TenantTransactions transactions, AccessControl access, Clock clock, Ids ids) {
        this.repository = new TrustAnchorRepository(transactions);
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /** @throws VaultException {@code access_denied}; {@code validation_error}; {@code conflict} when the name is taken, or there are too many */
    public TrustAnchor create(Caller caller, @Nullable String name, @Nullable String pem, AuditEntry entry) {
        if (name == null || !TrustAnchor.isName(name)) {
            throw VaultException.invalidField(
                    "name",
                    "must be 1 to 63 of a-z, 0-9, '-' and '_', as policies name it by pki/trust-anchors/<name>, and not begin like an id");
        }
        access.requireManaged(caller, Permission.ADMIN, TrustAnchor.virtualPath(name));
        TrustAnchor created = new TrustAnchor(
                ids.nextUuid(),
                name,
                certificate(pem),
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                caller.actor().identity().value());
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(tx) >= MAX_ANCHORS) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "A tenant has at most " + MAX_ANCHORS + " trust anchors",
                            Map.of("max_trust_anchors", MAX_ANCHORS));
                }
                repository.insert(tx, created);
                repository.record(tx, described(entry, created));
                return created;
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A trust anchor of this name exists already", Map.of("state", "exists"));
        }
    }

    private static PathCertificate certificate(@Nullable String pem) {
        if (pem == null) {
            throw VaultException.invalidField("certificate_pem", "is required");
        }
        PathCertificate certificate = Pem.read(pem, 2 * PathCertificate.MAX_BYTES, 1)
                .map(List::getFirst)
                .filter(block -> block.label().equals(Pem.CERTIFICATE))
                .flatMap(block -> PathCertificate.read(block.content()))
                .orElseThrow(() -> VaultException.invalidField("certificate_pem", "must be one certificate in PEM"));
        if (!certificate.isAuthority()) {
            throw VaultException.invalidField(
                    "certificate_pem", "must be the certificate of an authority: its basic constraints say cA");
        }
        return certificate;
    }

    /** @throws VaultException {@code access_denied}; {@code trust_anchor_not_found} */
    public TrustAnchor get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * Those that the caller may read, oldest first. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public TrustAnchorPage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<TrustAnchor> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<TrustAnchor> found = repository.page(tenant, position, limit + 1);
            for (TrustAnchor anchor : found) {
                if (readable.test(anchor.virtualPath())) {
                    shown.add(anchor);
                }
            }
            if (shown.size() > limit) {
                return new TrustAnchorPage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new TrustAnchorPage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /** @throws VaultException {@code access_denied}; {@code trust_anchor_not_found} */
    public void delete(Caller caller, UUID id, AuditEntry entry) {
        TrustAnchor anchor = permitted(caller, entry.tenant(), id, Permission.ADMIN);
        repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.delete(tx, id)) {
                throw notFound();
            }
            repository.record(tx, described(entry, anchor));
            return id;
        });
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    private TrustAnchor permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        TrustAnchor found = repository.find(tenant, id).orElse(null);
        access.requireManaged(caller, permission, found == null ? NOBODYS : found.virtualPath());
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    private static AuditEntry described(AuditEntry entry, TrustAnchor anchor) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("trust_anchor", anchor.name());
        return entry.withPath(anchor.text()).withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.TRUST_ANCHOR_NOT_FOUND, "There is no such trust anchor");
    }
}
