package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a page of our own what lies in other vaults, in the order of paths. Of those only paths are known: what a query asks beside the path, none of them meets, but the type, as they are all {@code json}.
 * For one request.
 */
final class MountedPage {
    /** Beginnings that are asked for one by one; more are asked for by what they have in common. */
    private static final int MOST_PREFIXES = 4;

    private final ListQuery query;
    private final boolean named;
    private final List<PathGlob> globs;
    private final PathFilter filter;
    private final String base;
    private final TreeMap<String, MountedPath> found = new TreeMap<>();
    private final Set<MountSource> unavailable = new LinkedHashSet<>();
    private boolean asked;

    /** @param globs of which the patterns count: what is asked for by name is not looked for; none for no such condition */
    MountedPage(ListQuery query, List<PathGlob> globs, PathFilter filter) {
        this.query = query;
        this.named = !globs.isEmpty();
        this.globs = globs.stream()
                .filter(glob -> SecretListing.isPattern(glob.pattern()))
                .toList();
        this.filter = filter;
        this.base = query.prefix().isEmpty() || query.prefix().endsWith("/") ? query.prefix() : query.prefix() + "/";
    }

    private boolean canMeet() {
        return query.tag() == null
                && query.owner() == null
                && query.expiringWithin() == null
                && (query.secretType() == null || query.secretType() == SecretType.JSON)
                && !(named && globs.isEmpty());
    }

    /**
     * The page itself when nobody was asked.
     *
     * @throws VaultException {@code backend_unavailable} when all that is asked for lies in a vault that does not serve; of one among others it is told
     */
    ListPage with(ListPage own, MountTable table) {
        for (Mount mount : canMeet() ? table.all() : List.<Mount>of()) {
            for (String prefix : prefixes(mount)) {
                ask(mount, prefix);
            }
        }
        return asked ? merged(own) : own;
    }

    private void ask(Mount mount, String prefix) {
        asked = true;
        try {
            for (SecretPath path : mount.paths(prefix)) {
                if (isWanted(path.value())) {
                    found.put(path.value(), new MountedPath(path, mount.source()));
                }
            }
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.BACKEND_UNAVAILABLE || isInside(mount)) {
                throw refused;
            }
            unavailable.add(mount.source());
        }
    }

    private boolean isInside(Mount mount) {
        return !query.prefix().isEmpty() && !mount.prefix().isEmpty() && base.startsWith(mount.prefix());
    }

    /** With what the paths begin that the mount has, the query asks for, and the rules or globs can reach. */
    private Set<String> prefixes(Mount mount) {
        Set<String> prefixes = new TreeSet<>();
        for (String reach : reaches()) {
            String common = longest(longest(query.prefix(), mount.prefix()), reach);
            if (common != null) {
                prefixes.add(common);
            }
        }
        if (prefixes.size() <= MOST_PREFIXES) {
            return prefixes;
        }
        return Set.of(String.valueOf(longest(query.prefix(), mount.prefix())));
    }

    private List<String> reaches() {
        List<String> literals = globs.isEmpty()
                ? filter.literalPrefixes()
                : globs.stream().map(PathGlob::literalPrefix).toList();
        // A prefix with a last slash stands for itself without it, too.
        return literals.stream()
                .map(literal -> literal.endsWith("/") ? literal.substring(0, literal.length() - 1) : literal)
                .toList();
    }

    /** What begins with both; null when nothing does. */
    private static @Nullable String longest(@Nullable String one, String other) {
        if (one == null) {
            return null;
        }
        if (one.startsWith(other)) {
            return one;
        }
        return other.startsWith(one) ? other : null;
    }

    private boolean isWanted(String path) {
        return isBehind(path)
                && (query.prefix().isEmpty() || path.equals(query.prefix()) || path.startsWith(base))
                && (query.q() == null || path.contains(query.q().toLowerCase(Locale.ROOT)))
                && (globs.isEmpty() || globs.stream().anyMatch(glob -> glob.matches(path)))
                && filter.matches(path);
    }

    /** Behind where the page before ended. */
    private boolean isBehind(String path) {
        String after = query.after();
        return after == null || (path.compareTo(after) > 0 && !(after.endsWith("/") && path.startsWith(after)));
    }

    private ListPage merged(ListPage own) {
        TreeMap<String, Object> items = new TreeMap<>();
        own.secrets().forEach(secret -> items.put(secret.path().value(), secret));
        own.folders().forEach(folder -> items.put(folder, folder));
        String end = own.nextAfter();
        boolean more = end != null;
        for (Map.Entry<String, MountedPath> each : found.entrySet()) {
            String folder = folderOf(each.getKey());
            String item = folder == null ? each.getKey() : folder;
            // Behind the last one of ours there may be more of ours first.
            if (end != null && item.compareTo(end) > 0) {
                break;
            }
            items.putIfAbsent(item, folder == null ? each.getValue() : folder);
        }
        while (items.size() > query.limit()) {
            items.pollLastEntry();
            more = true;
        }
        return new ListPage(
                only(items, SecretView.class),
                only(items, MountedPath.class),
                only(items, String.class),
                List.copyOf(unavailable),
                more ? items.lastKey() : null);
    }

    private static <T> List<T> only(TreeMap<String, Object> items, Class<T> kind) {
        return items.values().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private @Nullable String folderOf(String path) {
        int slash = query.recursive() ? -1 : path.indexOf('/', base.length());
        return slash < 0 || !path.startsWith(base) ? null : path.substring(0, slash + 1);
    }
}
