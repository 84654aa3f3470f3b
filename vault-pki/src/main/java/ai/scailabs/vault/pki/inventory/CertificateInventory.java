package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Certificates for whoever may read their role or their authority, or manages the tenant. Thread-safe. */
public final class CertificateInventory {
    /** For one page, of certificates that a filter does not let through: what is beyond is for the next. */
    static final int MAX_STEPS = 2_000;

    private static final int MAX_STEP = 1_000;
    private static final SecretPath NOBODYS = CertificateAuthority.virtualPath("-");

    private final InventoryRepository repository;
    private final AccessControl access;
    private final Clock clock;

    public CertificateInventory(TenantTransactions transactions, AccessControl access, Clock clock) {
        this.repository = new InventoryRepository(transactions);
        this.access = access;
        this.clock = clock;
    }

    /**
     * Those that the caller may read and that pass the filter: oldest first, or those that expire first where the filter is of time.
     *
     * @param after {@link CertificatePage#next} of the page before; null to begin
     */
    public CertificatePage list(
            Caller caller, TenantId tenant, CertificateFilter filter, int limit, @Nullable String after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        Instant now = clock.instant();
        Position position = Position.parse(after, filter.expiringWithin() == null ? Instant.EPOCH : now);
        List<CertificateRecord> shown = new ArrayList<>();
        int left = MAX_STEPS;
        int step = limit + 1;
        while (true) {
            List<CertificateRecord> found = repository.walk(tenant, filter, position, now, step);
            for (CertificateRecord each : found) {
                if (shown.size() == limit) {
                    return new CertificatePage(List.copyOf(shown), position.text());
                }
                boolean mine = each.virtualPaths().stream().anyMatch(readable);
                if (mine && filter.matches(each, now)) {
                    shown.add(each);
                }
                position = Position.of(each);
            }
            left -= step;
            if (found.isEmpty()) {
                return new CertificatePage(List.copyOf(shown), null);
            }
            if (left <= 0) {
                return new CertificatePage(List.copyOf(shown), position.text());
            }
            step = Math.min(4 * step, MAX_STEP);
        }
    }

    /** @throws VaultException {@code certificate_not_found}; {@code access_denied} */
    public CertificateRecord get(Caller caller, TenantId tenant, UUID id) {
        Optional<CertificateRecord> found = repository.find(tenant, id);
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        boolean permitted =
                found.isPresent() && found.get().virtualPaths().stream().anyMatch(readable);
        if (!permitted) {
            // Who may read nothing learns nothing of which there are.
            access.requireManaged(caller, Permission.READ, NOBODYS);
        }
        return found.filter(each -> permitted).orElseThrow(CertificateInventory::notFound);
    }

    /**
     * The newest of those of which each was renewed in the place of the one before: so that whoever knows one of them needs no other address. The same one where it was never renewed, or is not there; whether the
     * caller may see it is not asked.
     */
    public UUID newest(TenantId tenant, UUID id) {
        return repository.newest(tenant, id).orElse(id);
    }

    /**
     * One that the caller changed just now.
     *
     * @throws VaultException {@code certificate_not_found}
     */
    public CertificateRecord changed(TenantId tenant, UUID id) {
        return repository.find(tenant, id).orElseThrow(CertificateInventory::notFound);
    }

    /** DER of one that the caller was given before. */
    public byte[] certificate(TenantId tenant, CertificateRecord certificate) {
        return repository.certificate(tenant, certificate.id()).orElseThrow(CertificateInventory::notFound);
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate");
    }
}
