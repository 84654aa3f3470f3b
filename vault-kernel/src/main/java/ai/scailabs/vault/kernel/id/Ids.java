package ai.scailabs.vault.kernel.id;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidFactory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.BitSet;
import java.util.Optional;
import java.util.UUID;

/** Makes new identifiers: prefix + ULID, ordered by time, unguessable in their last 80 bits. Thread-safe. */
public final class Ids {
    private static final int ULID_LENGTH = 26;
    /** Crockford's base 32. */
    private static final BitSet DIGITS = digits("0123456789ABCDEFGHJKMNPQRSTVWXYZ");

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
        return text.startsWith(prefix) && isUlid(text, prefix.length())
                ? Optional.of(Ulid.from(text.substring(prefix.length())).toUuid())
                : Optional.empty();
    }

    /** The first digit has three bits only. */
    private static boolean isUlid(String text, int from) {
        if (text.length() != from + ULID_LENGTH || text.charAt(from) > '7') {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            if (!DIGITS.get(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static BitSet digits(String characters) {
        BitSet digits = new BitSet();
        characters.chars().forEach(digits::set);
        return digits;
    }

    /** When the id was made, to the millisecond; a little later than that when the clock had been set back. */
    public static Instant madeAt(UUID id) {
        return Ulid.from(id).getInstant();
    }
}
