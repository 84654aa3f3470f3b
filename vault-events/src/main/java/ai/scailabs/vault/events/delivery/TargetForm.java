package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.events.outbox.EventType;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may be written of a target. Each throws {@code validation_error} unless said otherwise. */
public final class TargetForm {
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final Pattern PREFIX = Pattern.compile("[a-z0-9/_-]+");
    private static final Pattern TYPE = Pattern.compile("[a-z_]{1,32}");
    private static final int MAX_TAGS = 64;
    private static final int MAX_TAG = 128;
    private static final int MAX_PATHS = 50;

    private TargetForm() {}

    public static String name(@Nullable String name) {
        if (name == null || name.isBlank() || !NAME.matcher(name).matches()) {
            throw VaultException.invalidField("name", "must be 1 to 128 characters, without control characters");
        }
        return name;
    }

    /**
     * @param paths as {@link #paths} read them; empty for any
     * @param since what happened before is not told
     */
    public static EventFilter filter(
            @Nullable List<@Nullable String> events, Filters filters, List<PathGlob> paths, Instant since) {
        String prefix = filters.pathPrefix();
        if (prefix != null
                && (prefix.length() > SecretPath.MAX_LENGTH
                        || !PREFIX.matcher(prefix).matches())) {
            throw VaultException.invalidField("filters.path_prefix", "must be how a path can begin");
        }
        String type = filters.secretType();
        if (type != null && !TYPE.matcher(type).matches()) {
            throw VaultException.invalidField("filters.secret_type", "must be the type of a secret");
        }
        return new EventFilter(EventType.parseAll(events), prefix, type, tags(filters.tags()), paths, since);
    }

    private static List<String> tags(@Nullable List<@Nullable String> given) {
        List<String> tags = new ArrayList<>();
        for (String tag : given == null ? List.<@Nullable String>of() : given) {
            if (tag == null || tag.isEmpty() || tag.length() > MAX_TAG || tags.size() == MAX_TAGS) {
                throw VaultException.invalidField("filters.tags", "must be at most 64 texts of 1 to 128 characters");
            }
            tags.add(tag);
        }
        return tags;
    }

    /** @throws VaultException {@code invalid_glob}, too */
    public static List<PathGlob> paths(@Nullable List<@Nullable String> given) {
        if (given == null || given.isEmpty() || given.size() > MAX_PATHS) {
            throw VaultException.invalidField("paths", "must be 1 to " + MAX_PATHS + " patterns");
        }
        List<PathGlob> paths = new ArrayList<>();
        for (String pattern : given) {
            paths.add(PathGlob.parse(pattern == null ? "" : pattern));
        }
        return paths;
    }

    /**
     * What narrows the events that were named.
     *
     * @param pathPrefix null for any
     */
    public record Filters(
            @Nullable String pathPrefix,
            @Nullable String secretType,
            @Nullable List<@Nullable String> tags) {
        public static final Filters NONE = new Filters(null, null, null);
    }
}
