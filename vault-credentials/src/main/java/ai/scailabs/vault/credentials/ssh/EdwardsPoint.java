package ai.scailabs.vault.credentials.ssh;

import java.math.BigInteger;

/** Points of Ed25519 (RFC 8032 §5.1), as far as a public key takes it. */
final class EdwardsPoint {
    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger PRIME = ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121_665)
            .multiply(BigInteger.valueOf(121_666).modInverse(PRIME))
            .mod(PRIME);

    private EdwardsPoint() {}

    /** Whether these 32 bytes are a point, and not one of the eight of small order, under which anybody's signature may verify. */
    static boolean isKey(byte[] encoded) {
        BigInteger y = y(encoded);
        if (y.compareTo(PRIME) >= 0) {
            return false;
        }
        BigInteger ySquared = y.multiply(y).mod(PRIME);
        // -x² + y² = 1 + dx²y²; d is no square, so that the divisor is never zero.
        BigInteger xSquared = ySquared.subtract(ONE)
                .multiply(D.multiply(ySquared).add(ONE).modInverse(PRIME))
                .mod(PRIME);
        // The first is so of the orders 1 and 2; doubled, one of order 8 becomes one of order 4, where y is zero.
        boolean small = xSquared.signum() == 0
                || y.signum() == 0
                || ySquared.add(xSquared).mod(PRIME).signum() == 0;
        return !small && isSquare(xSquared);
    }

    /** Little-endian, but for the highest bit, which is the sign of x. */
    private static BigInteger y(byte[] encoded) {
        byte[] bigEndian = new byte[encoded.length];
        for (int i = 0; i < encoded.length; i++) {
            bigEndian[encoded.length - 1 - i] = encoded[i];
        }
        bigEndian[0] &= 0x7f;
        return new BigInteger(1, bigEndian);
    }

    private static boolean isSquare(BigInteger number) {
        return number.modPow(PRIME.subtract(ONE).shiftRight(1), PRIME).equals(ONE);
    }
}
