package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events somebody wants to know of: those that all of it fits.
 *
 * @param pathPrefix null for any
 * @param secretType null for any
 * @param tags all of which a secret has
 * @param paths one of which fits; empty for any path, or none
 * @param since what happened before is not told
 */
public record EventFilter(
        Set<EventType> types,
        @Nullable String pathPrefix,
        @Nullable String secretType,
        List<String> tags,
        List<PathGlob> paths,
        Instant since) {
    public EventFilter {
        types = Set.copyOf(types);
        tags = List.copyOf(tags);
        paths = List.copyOf(paths);
    }

    /** Of what the database keeps. */
    public static EventFilter stored(
            List<String> types,
            @Nullable String pathPrefix,
            @Nullable String secretType,
            List<String> tags,
            List<String> paths,
            Instant since) {
        return new EventFilter(
                EventType.known(types),
                pathPrefix,
                secretType,
                tags,
                paths.stream().map(PathGlob::parse).toList(),
                since);
    }

    /** Of the types, in the order of the alphabet. */
    public List<String> typeNames() {
        return types.stream().map(EventType::wireName).sorted().toList();
    }

    public boolean matches(Facts facts) {
        return types.contains(facts.type())
                && !facts.at().isBefore(since)
                && (pathPrefix == null || facts.path() != null && facts.path().startsWith(pathPrefix))
                && (secretType == null || secretType.equals(facts.secretType()))
                && facts.tags().containsAll(tags)
                && (paths.isEmpty() || isAtOneOf(facts.path()));
    }

    /** Whether the target whose filter this is hears of it. */
    public boolean reaches(String target, Facts facts) {
        return matches(facts) || facts.isAddressedTo(target) && !facts.at().isBefore(since);
    }

    private boolean isAtOneOf(@Nullable String path) {
        return path != null && paths.stream().anyMatch(glob -> glob.matches(path));
    }

    /**
     * What of an event filters look at.
     *
     * @param path absent where there is none
     * @param secretType absent for what is no secret
     * @param addressed targets that are told of it in any case
     */
    public record Facts(
            EventType type,
            Instant at,
            @Nullable String path,
            @Nullable String secretType,
            List<String> tags,
            List<String> addressed) {
        /** Whether somebody has named the target as one that is to be told of this, whatever it listens for otherwise. */
        public boolean isAddressedTo(String target) {
            return addressed.contains(target);
        }
    }
}
