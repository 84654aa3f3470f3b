package ai.scailabs.vault.kernel.id;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidFactory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Makes new identifiers: prefix + ULID, ordered by time, unguessable in their last 80 bits. Thread-safe. */
public final class Ids {
    private static final Pattern ULID = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");

    private final Clock clock;
    private final UlidFactory factory;

    public Ids(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.factory = UlidFactory.newMonotonicInstance(random);
    }

    /** @param prefix with its underscore, for example {@code pol_} */
    public String next(String prefix) {
        return prefix + factory.create(clock.millis());
    }

    /** The same 128 bits without a prefix, for columns of type {@code uuid}. */
    public UUID nextUuid() {
        return factory.create(clock.millis()).toUuid();
    }

    /** The text form of an id that is stored as {@code uuid}. */
    public static String text(String prefix, UUID id) {
        return prefix + Ulid.from(id);
    }

    /** The reverse of {@link #text}; empty for any other text. */
    public static Optional<UUID> uuid(String prefix, String text) {
        boolean fits = text.startsWith(prefix)
                && ULID.matcher(text.substring(prefix.length())).matches();
        return fits ? Optional.of(Ulid.from(text.substring(prefix.length())).toUuid()) : Optional.empty();
    }

    /** When the id was made, to the millisecond; a little later than that when the clock had been set back. */
    public static Instant madeAt(UUID id) {
        return Ulid.from(id).getInstant();
    }
}
