package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists what the caller may list, and nothing else: whether anything else exists cannot be told from a page. Pages are full until the last one, whatever the policies
 * and conditions leave out. Thread-safe.
 */
public final class SecretListing {
    private static final int MAX_RESTARTS = 4;

    private final AccessControl access;
    private final ListRows rows;
    private final Mounts mounts;
    private final Clock clock;

    /** @param mounts which paths lie elsewhere, and are listed there */
    public SecretListing(TenantTransactions tenants, AccessControl access, Mounts mounts, Clock clock) {
        this.mounts = mounts;
        this.access = access;
        this.rows = new ListRows(tenants);
        this.clock = clock;
    }

    /**
     * One page, in the order of paths. A secret that is written while a caller pages is on a later page or on none; nothing is shown twice or left out that was there all
     * along.
     *
     * @throws VaultException {@code tenant_access_denied} when the space is suspended, {@code service_unavailable}
     */
    public ListPage list(Caller caller, SecretSpace space, ListQuery query) {
        return scan(caller, space, query, List.of()).page();
    }

    /**
     * Several secrets without their values, by what the caller may list.
     *
     * @param paths at most 100
     * @param expandWildcards whether a path may be a pattern, which stands for the secrets that it matches: at most 1000 in all
     * @throws VaultException {@code validation_error}, {@code invalid_path}, {@code invalid_glob}, {@code tenant_access_denied}, {@code service_unavailable}
     */
    public MetadataBatch metadataBatch(Caller caller, SecretSpace space, List<String> paths, boolean expandWildcards) {
        if (paths.isEmpty() || paths.size() > MetadataBatch.MAX_PATHS) {
            throw VaultException.invalidField("paths", "does not have 1 to " + MetadataBatch.MAX_PATHS + " members");
        }
        List<PathGlob> globs = paths.stream()
                .distinct()
                .map(path -> PathGlob.parse(expandWildcards && isPattern(path) ? path : new SecretPath(path).value()))
                .toList();
        Scanned scanned = scan(caller, space, ListQuery.below("", ListQuery.MAX_LIMIT), globs);
        Map<SecretPath, SecretView> found = new LinkedHashMap<>();
        scanned.page().secrets().forEach(secret -> found.put(secret.path(), secret));
        found.putAll(scanned.described().secrets());
        String end = scanned.page().nextAfter();
        Map<SecretPath, VaultException> errors =
                new LinkedHashMap<>(scanned.described().errors());
        for (PathGlob glob : globs) {
            String path = glob.pattern();
            boolean reached = end == null || path.compareTo(end) <= 0;
            if (reached && !isPattern(path) && !found.containsKey(new SecretPath(path))) {
                errors.putIfAbsent(new SecretPath(path), missing(scanned.filter(), path));
            }
        }
        return new MetadataBatch(
                found, scanned.page().mounted(), errors, scanned.page().unavailable(), end != null);
    }

    /** Absent or forbidden, by what the caller may know. */
    private static VaultException missing(PathFilter filter, String path) {
        return filter.matches(path)
                ? new VaultException(ErrorCode.SECRET_NOT_FOUND, "No secret lies at this path", Map.of("path", path))
                : filter.refusal(path);
    }

    static boolean isPattern(String path) {
        return path.indexOf('*') >= 0 || path.indexOf('?') >= 0;
    }

    private Scanned scan(Caller caller, SecretSpace space, ListQuery query, List<PathGlob> globs) {
        PathFilter filter = filter(caller, space);
        for (int attempt = 0; attempt < MAX_RESTARTS; attempt++) {
            ListScan scan = new ListScan(rows, access, space, query, globs, filter, clock.instant());
            ListPage page = scan.page();
            filter = scan.filter();
            if (page == null) {
                continue;
            }
            MountTable table = mounts.at(space.owner(), filter.policyEpoch());
            if (table.all().isEmpty()) {
                return new Scanned(page, filter, MountedDescriptions.NONE);
            }
            MountedPage mounted = new MountedPage(query, globs, filter);
            ListPage whole = mounted.with(page, table);
            MountedDescriptions described = MountedDescriptions.of(globs, filter, table);
            if (whole == page && described.areNone()) {
                return new Scanned(page, filter, described);
            }
            // Another vault may have taken seconds, in which a right may be withdrawn and a mount be changed.
            PathFilter current = access.confirm(filter, rows.epoch(space.owner()));
            if (current == filter) {
                return new Scanned(whole, filter, described);
            }
            filter = current;
        }
        throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The policies change faster than the list can be read");
    }

    private PathFilter filter(Caller caller, SecretSpace space) {
        if (space.isShared()) {
            return access.filterShared(caller, Permission.LIST);
        }
        if (!space.owner().equals(caller.actor().tenant())) {
            throw new IllegalArgumentException("the space is another tenant's");
        }
        return access.filter(caller, Permission.LIST);
    }

    /**
     * @param filter by which the page was made
     * @param described what other vaults say of what was asked for by name
     */
    private record Scanned(ListPage page, PathFilter filter, MountedDescriptions described) {}
}
