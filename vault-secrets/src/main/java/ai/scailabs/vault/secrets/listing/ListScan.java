package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.secrets.listing.ListRows.Chunk;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one page, statement by statement, until it is full or nothing is left. For one request. */
final class ListScan {
    /** Secrets that one statement looks at when conditions or rules may leave out most of them. */
    private static final int SIFTED = 2_000;
    /** Ranges that one statement walks. */
    private static final int RANGES = 16;

    private final ListRows rows;
    private final AccessControl access;
    private final SecretSpace space;
    private final ListQuery query;
    private final List<PathGlob> globs;
    private final Conditions conditions;
    private final String base;
    private final List<SecretView> secrets = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();
    private PathFilter filter;
    private boolean policiesChanged;
    private String lastShown = "";

    /** @param globs one of which a secret matches as well; none for no such condition */
    ListScan(
            ListRows rows,
            AccessControl access,
            SecretSpace space,
            ListQuery query,
            List<PathGlob> globs,
            PathFilter filter,
            Instant now) {
        this.rows = rows;
        this.access = access;
        this.space = space;
        this.query = query;
        this.globs = globs;
        this.conditions = Conditions.of(query, now);
        this.filter = filter;
        this.base = query.prefix().isEmpty() || query.prefix().endsWith("/") ? query.prefix() : query.prefix() + "/";
    }

    /** The filter to begin anew with. */
    PathFilter filter() {
        return filter;
    }

    /** Null when the policies were changed meanwhile. */
    @Nullable
    ListPage page() {
        boolean more = query.recursive() ? scanAll(wanted()) : scanLevel(wanted());
        if (policiesChanged) {
            return null;
        }
        return new ListPage(secrets, folders, more ? lastShown : null);
    }

    /** The prefix, what the rules can reach of it, and where the page before ended. */
    private List<PathRange> wanted() {
        List<PathRange> reachable = filter.literalPrefixes().stream()
                .flatMap(literal -> PathRange.ofLiteral(literal).stream())
                .toList();
        return from(start(query.after()), PathRange.intersection(asked(), reachable));
    }

    private List<PathRange> asked() {
        if (globs.isEmpty()) {
            return PathRange.ofPrefix(query.prefix());
        }
        return globs.stream().flatMap(glob -> reachOf(glob).stream()).toList();
    }

    private static List<PathRange> reachOf(PathGlob glob) {
        return SecretListing.isPattern(glob.pattern())
                ? PathRange.ofLiteral(glob.literalPrefix())
                : List.of(PathRange.exactly(glob.pattern()));
    }

    private boolean isWanted(String path) {
        return filter.matches(path) && (globs.isEmpty() || globs.stream().anyMatch(glob -> glob.matches(path)));
    }

    private static String start(@Nullable String after) {
        if (after == null) {
            return "";
        }
        return after.endsWith("/") ? PathRange.afterFolder(after) : PathRange.afterPath(after);
    }

    private static List<PathRange> from(String start, List<PathRange> ranges) {
        return ranges.stream()
                .map(range -> range.startingAt(start))
                .filter(range -> !range.isEmpty())
                .toList();
    }

    /** True when more follows the page. */
    private boolean scanAll(List<PathRange> ranges) {
        List<PathRange> left = ranges;
        // Without conditions the first statement asks for the page itself; only what the rules leave out makes another
        // necessary.
        boolean likelyAll = conditions.areNone();
        int size = likelyAll ? query.limit() + 1 : SIFTED;
        while (!left.isEmpty()) {
            List<PathRange> walked = left.subList(0, Math.min(RANGES, left.size()));
            Chunk chunk = confirmed(
                    likelyAll
                            ? rows.next(space.owner(), walked, query.includeDeleted(), size)
                            : rows.chunk(space.owner(), walked, conditions, size));
            if (chunk == null) {
                return false;
            }
            for (SecretView secret : chunk.secrets()) {
                if (isWanted(secret.path().value()) && !show(secret)) {
                    return true;
                }
            }
            left = chunk.full() && chunk.last() != null
                    ? from(PathRange.afterPath(chunk.last()), left)
                    : left.subList(walked.size(), left.size());
            likelyAll = false;
            size = SIFTED;
        }
        return false;
    }

    private boolean scanLevel(List<PathRange> ranges) {
        List<PathRange> left = ranges;
        while (!left.isEmpty()) {
            Chunk chunk = confirmed(rows.level(space.owner(), left.getFirst(), base, conditions, query.limit() + 1));
            if (chunk == null) {
                return false;
            }
            for (SecretView secret : chunk.secrets()) {
                if (!showAtLevel(secret)) {
                    return true;
                }
                if (policiesChanged) {
                    return false;
                }
            }
            left = chunk.full() && chunk.last() != null
                    ? from(behind(chunk.last()), left)
                    : left.subList(1, left.size());
            left = folders.isEmpty() ? left : from(PathRange.afterFolder(folders.getLast()), left);
        }
        return false;
    }

    /** False when the page is full already. */
    private boolean showAtLevel(SecretView secret) {
        String path = secret.path().value();
        String folder = folderOf(path);
        if (folder == null) {
            return !isWanted(path) || show(secret);
        }
        if (!folders.isEmpty() && folders.getLast().equals(folder)) {
            return true;
        }
        if (!isWanted(path) && !holdsListable(folder)) {
            return true;
        }
        if (isFull()) {
            return false;
        }
        folders.add(folder);
        lastShown = folder;
        return true;
    }

    /** The folder of the level in which the path lies, or null when it lies in the level itself. */
    private @Nullable String folderOf(String path) {
        int slash = path.indexOf('/', base.length());
        return slash < 0 || !path.startsWith(base) ? null : path.substring(0, slash + 1);
    }

    private String behind(String path) {
        String folder = folderOf(path);
        return folder == null ? PathRange.afterPath(path) : PathRange.afterFolder(folder);
    }

    /** Whether the rules that could reach into the folder do reach a secret there that meets the conditions. */
    private boolean holdsListable(String folder) {
        List<PathRange> left = PathRange.intersection(List.of(PathRange.below(folder)), wanted());
        while (!left.isEmpty()) {
            List<PathRange> walked = left.subList(0, Math.min(RANGES, left.size()));
            Chunk chunk = confirmed(rows.chunk(space.owner(), walked, conditions, SIFTED));
            if (chunk == null) {
                return false;
            }
            for (SecretView secret : chunk.secrets()) {
                if (isWanted(secret.path().value())) {
                    return true;
                }
            }
            left = chunk.full() && chunk.last() != null
                    ? from(PathRange.afterPath(chunk.last()), left)
                    : left.subList(walked.size(), left.size());
        }
        return false;
    }

    private boolean show(SecretView secret) {
        if (isFull()) {
            return false;
        }
        secrets.add(secret);
        lastShown = secret.path().value();
        return true;
    }

    private boolean isFull() {
        return secrets.size() + folders.size() == query.limit();
    }

    /** The chunk if it was read under the policies that filter it; null when there is nothing to see, or the policies have changed. */
    private @Nullable Chunk confirmed(Chunk chunk) {
        if (!chunk.known()) {
            return null;
        }
        if (!chunk.active()) {
            throw new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The tenant is suspended");
        }
        if (space.isShared()) {
            // The rules are the caller's tenant's, read for this very request; the epoch is the shared space's.
            return chunk;
        }
        PathFilter current = access.confirm(filter, chunk.epoch());
        policiesChanged = current != filter;
        filter = current;
        return policiesChanged ? null : chunk;
    }
}
