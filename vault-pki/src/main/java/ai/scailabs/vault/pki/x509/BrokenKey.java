package ai.scailabs.vault.pki.x509;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Public keys that look like others and prove nothing: anybody can compute the private key, or there are signatures that hold without one. */
public final class BrokenKey {
    /** As many as the Baseline Requirements ask for (§6.1.1.6). */
    private static final int FERMAT_ROUNDS = 100;

    private static final BigInteger GENERATOR = BigInteger.valueOf(65537);
    /** Modulo these the powers of the generator are few enough that a sound modulus is among them for all once in 2^27. */
    private static final int[] ROCA_PRIMES = {11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

    private static final BitSet[] ROCA_POWERS =
            Arrays.stream(ROCA_PRIMES).mapToObj(BrokenKey::powers).toArray(BitSet[]::new);
    /** Squares end in few ways: most numbers are known not to be one by their last six bits. */
    private static final BitSet SQUARES = new BitSet(64);

    static {
        for (int root = 0; root < 64; root++) {
            SQUARES.set(root * root % 64);
        }
    }

    private BrokenKey() {}

    /** What is wrong with a modulus of RSA: one of a faulty generator of keys (CVE-2017-15361), or of primes that stand too close together. Empty where nothing is. */
    public static Optional<String> modulus(BigInteger modulus) {
        if (isRoca(modulus)) {
            return Optional.of("a modulus of the generator with the fault of CVE-2017-15361");
        }
        return isOfClosePrimes(modulus)
                ? Optional.of("a modulus of primes that are close to each other")
                : Optional.empty();
    }

    private static BitSet powers(int prime) {
        BitSet found = new BitSet(prime);
        int step = GENERATOR.intValue() % prime;
        for (int power = 1; !found.get(power); power = power * step % prime) {
            found.set(power);
        }
        return found;
    }

    private static boolean isRoca(BigInteger modulus) {
        for (int i = 0; i < ROCA_PRIMES.length; i++) {
            int rest = modulus.mod(BigInteger.valueOf(ROCA_PRIMES[i])).intValue();
            if (!ROCA_POWERS[i].get(rest)) {
                return false;
            }
        }
        return true;
    }

    /** By the method of Fermat: the modulus is a difference of two squares, and the larger is looked for just above it. */
    private static boolean isOfClosePrimes(BigInteger modulus) {
        BigInteger root = modulus.sqrt();
        BigInteger rest = root.multiply(root).subtract(modulus);
        for (int round = 0; round < FERMAT_ROUNDS; round++) {
            if (rest.signum() >= 0 && SQUARES.get(rest.intValue() & 63) && rest.sqrtAndRemainder()[1].signum() == 0) {
                return true;
            }
            // The square of the next number, without multiplying again.
            rest = rest.add(root.shiftLeft(1)).add(BigInteger.ONE);
            root = root.add(BigInteger.ONE);
        }
        return false;
    }

    /** Whether 32 octets are no point of the group of Ed25519 that keys are of: for one of small order anybody can write signatures. */
    public static boolean isNoEd25519Point(byte[] point) {
        return point.length != Ed25519.PUBLIC_KEY_SIZE || !Ed25519.validatePublicKeyFull(point, 0);
    }
}
