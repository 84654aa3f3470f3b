package ai.scailabs.vault.credentials.generator;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Numbers below a bound, each as likely as any other: what would make some likelier, the remainder of a division, is drawn again. Takes random bytes in pieces, as a source of
 * keys costs much per call; closing wipes what is left of them. Not thread-safe.
 */
final class EvenDraws implements AutoCloseable {
    private static final int BYTES = 256;

    private final SecureRandom random;
    private final byte[] pool = new byte[BYTES];
    private int next = BYTES;

    EvenDraws(SecureRandom random) {
        this.random = random;
    }

    /** @param bound 1 to 256 */
    int below(int bound) {
        int even = BYTES - BYTES % bound;
        int drawn = nextByte();
        while (drawn >= even) {
            drawn = nextByte();
        }
        return drawn % bound;
    }

    /** @param bound positive */
    BigInteger below(BigInteger bound) {
        int bits = bound.subtract(BigInteger.ONE).bitLength();
        BigInteger drawn = new BigInteger(bits, random);
        while (drawn.compareTo(bound) >= 0) {
            drawn = new BigInteger(bits, random);
        }
        return drawn;
    }

    private int nextByte() {
        if (next == BYTES) {
            random.nextBytes(pool);
            next = 0;
        }
        return Byte.toUnsignedInt(pool[next++]);
    }

    @Override
    public void close() {
        Arrays.fill(pool, (byte) 0);
        next = BYTES;
    }
}
