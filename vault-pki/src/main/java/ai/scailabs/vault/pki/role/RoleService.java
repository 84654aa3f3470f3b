package ai.scailabs.vault.pki.role;

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
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.SignatureRule;
import ai.scailabs.vault.pki.role.RoleRepository.SoughtRole;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * The roles of a tenant. Who manages the tenant may do all of it; others what policies say of {@code pki/roles/<name>}, and of the authority that is to sign. A change and its audit row are one
 * transaction, and count for the next certificate. Thread-safe.
 */
public final class RoleService {
    /** Of one tenant. */
    public static final int MAX_ROLES = 1_000;

    private static final int MAX_ATTEMPTS = 5;

    private final RoleRepository repository;
    private final AuthorityService authorities;
    private final AccessControl access;
    private final Clock clock;

    public RoleService(
            TenantTransactions transactions, AuthorityService authorities, AccessControl access, Clock clock) {
        this.repository = new RoleRepository(transactions);
        this.authorities = authorities;
        this.access = access;
        this.clock = clock;
    }

    /**
     * @throws VaultException {@code invalid_role}, {@code invalid_duration}; {@code access_denied}, also to the authority; {@code ca_not_found}; {@code conflict} when the name is taken, the authority
     *     was revoked, or there are too many
     */
    public StoredRole create(Caller caller, RoleFields fields, AuditEntry entry) {
        String name = RoleForm.name(fields.name());
        requirePermission(caller, Permission.ADMIN, name);
        CertificateAuthority authority = authority(caller, entry.tenant(), fields.caId());
        Instant now = now();
        Role role = RoleForm.role(name, authority.text(), fields);
        RoleForm.requireFit(role, authority.keySpec());
        StoredRole created = new StoredRole(
                role, authority.id(), 1, now, caller.actor().identity().value(), now);
        return change(entry.tenant(), tx -> {
            if (!tx.lockTenant()) {
                throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
            }
            if (repository.count(tx) >= MAX_ROLES) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_ROLES + " roles",
                        Map.of("max_roles", MAX_ROLES));
            }
            repository.insert(tx, created);
            repository.record(tx, described(entry, created));
            return created;
        });
    }

    /** @throws VaultException {@code access_denied}; {@code role_not_found} */
    public StoredRole get(Caller caller, TenantId tenant, String name) {
        return permitted(caller, tenant, name, Permission.READ);
    }

    /** @throws VaultException {@code access_denied}; {@code role_not_found} */
    public StoredRole permitted(Caller caller, TenantId tenant, String name, Permission permission) {
        return permittedWith(caller, tenant, name, permission).role();
    }

    /**
     * With the epoch of the policies that allow it.
     *
     * @throws VaultException as {@link #permitted}
     */
    public PermittedRole permittedWith(Caller caller, TenantId tenant, String name, Permission permission) {
        return permitted(caller, name, permission, () -> repository.find(tenant, name));
    }

    /**
     * The same by role and policies as they were when they were last read, without asking the database. Whoever goes on with it finds out, at the end, whether they are so still; before anything is refused for
     * their sake, they are to be read again.
     *
     * @throws VaultException as {@link #permitted}
     */
    public PermittedRole lastPermitted(Caller caller, TenantId tenant, String name, Permission permission) {
        return permitted(caller, name, permission, () -> repository.lastSought(tenant, name));
    }

    /**
     * As it is now, for certificates that are renewed without anybody asking: that the role says so is their permission, and who may change it has given that. Empty of a role that does not say so any more.
     *
     * @throws VaultException {@code role_not_found}
     */
    public Optional<PermittedRole> renewing(TenantId tenant, String name) {
        SoughtRole sought = repository.find(tenant, name).orElseThrow(RoleRefusals::notFound);
        StoredRole found = sought.role();
        if (found == null) {
            throw RoleRefusals.notFound();
        }
        return found.role().autoRenew() ? Optional.of(new PermittedRole(found, sought.epoch())) : Optional.empty();
    }

    /** For how long certificates of an authority are given at most, by any of its roles; zero where it has none. */
    public Duration longestLife(TenantId tenant, UUID authority) {
        Duration longest = Duration.ZERO;
        for (StoredRole each : repository.page(tenant, authority, "", MAX_ROLES)) {
            Duration maxTtl = each.role().lifetime().maxTtl();
            longest = maxTtl.compareTo(longest) > 0 ? maxTtl : longest;
        }
        return longest;
    }

    private PermittedRole permitted(
            Caller caller, String name, Permission permission, Supplier<Optional<SoughtRole>> search) {
        if (!StoredRole.isName(name)) {
            throw RoleRefusals.notFound();
        }
        SoughtRole sought = search.get().orElseThrow(RoleRefusals::notFound);
        access.requireManaged(caller, permission, StoredRole.virtualPath(name), sought.epoch());
        if (sought.role() == null) {
            throw RoleRefusals.notFound();
        }
        return new PermittedRole(sought.role(), sought.epoch());
    }

    /**
     * Those that the caller may read, in the order of their names. Pages are full.
     *
     * @param authority of which; null for those of all
     * @param after the name of the last one of the page before; null to begin
     */
    public RolePage list(Caller caller, TenantId tenant, @Nullable UUID authority, int limit, @Nullable String after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<StoredRole> shown = new ArrayList<>();
        String position = after == null ? "" : after;
        while (true) {
            List<StoredRole> found = repository.page(tenant, authority, position, limit + 1);
            for (StoredRole role : found) {
                if (readable.test(StoredRole.virtualPath(role.name()))) {
                    shown.add(role);
                }
            }
            if (shown.size() > limit) {
                return new RolePage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new RolePage(List.copyOf(shown), false);
            }
            position = found.getLast().name();
        }
    }

    /**
     * Changes what is there.
     *
     * @param edit makes the new role of the old one, which it is given with every field as a caller would have written it; may be asked more than once
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code role_not_found}; {@code version_conflict}
     */
    public StoredRole patch(
            Caller caller,
            String name,
            UnaryOperator<RoleFields> edit,
            @Nullable Integer expectedRevision,
            AuditEntry entry) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            StoredRole seen = permitted(caller, entry.tenant(), name, Permission.ADMIN);
            requireRevision(seen.revision(), expectedRevision);
            StoredRole changed = edited(caller, entry.tenant(), seen, edit.apply(seen.fields()));
            boolean stored = change(entry.tenant(), tx -> {
                if (!repository.update(tx, seen.revision(), changed)) {
                    return false;
                }
                repository.record(tx, described(entry, changed));
                return true;
            });
            if (stored) {
                return changed;
            }
        }
        throw new VaultException(ErrorCode.VERSION_CONFLICT, "The role is being changed by others", Map.of());
    }

    private StoredRole edited(Caller caller, TenantId tenant, StoredRole seen, RoleFields fields) {
        if (!Objects.equals(fields.name(), seen.name())) {
            throw RoleRefusals.invalid("name", "cannot change: policies and certificates bear it");
        }
        boolean sameAuthority = seen.role().caId().equals(fields.caId());
        Role sameOrAnother = RoleForm.role(seen.name(), String.valueOf(fields.caId()), fields);
        boolean sameSignature = sameOrAnother.signature().equals(seen.role().signature())
                || sameOrAnother.signature().equals(SignatureRule.DEFAULT);
        UUID authority = seen.caId();
        if (!sameAuthority || !sameSignature) {
            CertificateAuthority signing = authority(caller, tenant, fields.caId());
            RoleForm.requireFit(sameOrAnother, signing.keySpec());
            authority = signing.id();
        }
        return new StoredRole(
                RoleForm.role(seen.name(), CertificateAuthority.idText(authority), fields),
                authority,
                seen.revision() + 1,
                seen.createdAt(),
                seen.createdBy(),
                now());
    }

    /**
     * What was issued by it stays valid.
     *
     * @param expectedRevision null to delete whatever is there
     * @throws VaultException {@code access_denied}; {@code role_not_found}; {@code version_conflict}
     */
    public void delete(Caller caller, String name, @Nullable Integer expectedRevision, AuditEntry entry) {
        if (!StoredRole.isName(name)) {
            throw RoleRefusals.notFound();
        }
        requirePermission(caller, Permission.ADMIN, name);
        change(entry.tenant(), tx -> {
            int revision = repository.revision(tx, name).orElseThrow(RoleRefusals::notFound);
            requireRevision(revision, expectedRevision);
            repository.delete(tx, name);
            repository.record(tx, entry.withPath(StoredRole.virtualPath(name).value()));
            return revision;
        });
    }

    /** Who may make roles on an authority may have it sign: it takes the right to that, too. */
    private CertificateAuthority authority(Caller caller, TenantId tenant, @Nullable String caId) {
        if (caId == null) {
            throw RoleRefusals.invalid("ca_id", "is required");
        }
        UUID id = CertificateAuthority.parseId(caId)
                .orElseThrow(() -> RoleRefusals.invalid("ca_id", "must be the id of a certificate authority, ca_…"));
        CertificateAuthority authority = authorities.signer(caller, tenant, id);
        if (authority.status() == AuthorityStatus.REVOKED) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The certificate authority was revoked",
                    Map.of("state", authority.status().wireName()));
        }
        return authority;
    }

    private void requirePermission(Caller caller, Permission permission, String name) {
        access.requireManaged(caller, permission, StoredRole.virtualPath(name));
    }

    private static void requireRevision(int revision, @Nullable Integer expected) {
        if (expected != null && expected != revision) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT, "The role was changed since", Map.of("current_version", revision));
        }
    }

    private <T> T change(TenantId tenant, Function<TenantTransaction, T> work) {
        try {
            return repository.transactions().inTransaction(tenant, work);
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A role of this name exists already", Map.of("state", "exists"));
        }
    }

    private static AuditEntry described(AuditEntry entry, StoredRole role) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("ca_id", role.role().caId());
        extra.put("revision", role.revision());
        return entry.withPath(StoredRole.virtualPath(role.name()).value()).withExtra(extra);
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
