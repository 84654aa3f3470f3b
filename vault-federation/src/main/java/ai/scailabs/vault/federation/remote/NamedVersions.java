package ai.scailabs.vault.federation.remote;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The versions of a secret in a vault that names them and does not count, by {@link VersionNumbers}. Of several of one second only the current one counts, or else the last. Immutable. */
public final class NamedVersions {
    private final TreeMap<Integer, Named> byNumber = new TreeMap<>();

    public NamedVersions(Collection<Named> versions) {
        for (Named version : versions) {
            byNumber.merge(version.number(), version, NamedVersions::standing);
        }
    }

    private static Named standing(Named one, Named other) {
        if (one.current() != other.current()) {
            return one.current() ? one : other;
        }
        return one.createdAt().isAfter(other.createdAt()) ? one : other;
    }

    public Optional<Named> find(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    public Optional<RemoteVersion> current() {
        return byNumber.values().stream()
                .filter(Named::current)
                .map(Named::version)
                .findFirst();
    }

    public List<RemoteVersion> newestFirst() {
        return byNumber.descendingMap().values().stream().map(Named::version).toList();
    }

    /**
     * One of them.
     *
     * @param id as the vault names it
     * @param goneAt as {@link RemoteVersion#goneAt()}
     */
    public record Named(
            String id,
            Instant createdAt,
            boolean current,
            @Nullable Instant goneAt) {
        public int number() {
            return VersionNumbers.of(createdAt);
        }

        public RemoteVersion version() {
            return new RemoteVersion(number(), current, createdAt, goneAt);
        }
    }
}
