package ai.scailabs.vault.crypto.envelope;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** SHAKE-128 (FIPS 202) with output of any length, which the JDK does not offer; the accumulated XAES test draws its inputs from it. */
final class Shake128 {
    private static final int RATE = 168;
    private static final ValueLayout.OfLong LITTLE_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long[] lanes = new long[25];
    private final byte[] block = new byte[RATE];
    private int used;
    private boolean squeezing;

    void absorb(byte[] input) {
        for (byte b : input) {
            block[used++] = b;
            if (used == RATE) {
                xorBlockAndPermute();
            }
        }
    }

    byte[] squeeze(int length) {
        if (!squeezing) {
            block[used] = 0x1f;
            block[RATE - 1] |= (byte) 0x80;
            xorBlockAndPermute();
            copyOut();
            squeezing = true;
        }
        byte[] output = new byte[length];
        for (int i = 0; i < length; i++) {
            if (used == RATE) {
                permute();
                copyOut();
            }
            output[i] = block[used++];
        }
        return output;
    }

    private void xorBlockAndPermute() {
        MemorySegment bytes = MemorySegment.ofArray(block);
        for (int i = 0; i < RATE / 8; i++) {
            lanes[i] ^= bytes.getAtIndex(LITTLE_ENDIAN, i);
        }
        permute();
        bytes.fill((byte) 0);
        used = 0;
    }

    private void copyOut() {
        for (int i = 0; i < RATE / 8; i++) {
            MemorySegment.ofArray(block).setAtIndex(LITTLE_ENDIAN, i, lanes[i]);
        }
        used = 0;
    }

    /** Keccak-f[1600]: lane (x, y) is lanes[x + 5y]. Round constants come from the LFSR of the standard, rotations from its walk over the lanes. */
    private void permute() {
        int lfsr = 1;
        for (int round = 0; round < 24; round++) {
            long[] parity = new long[5];
            for (int i = 0; i < 25; i++) {
                parity[i % 5] ^= lanes[i];
            }
            for (int i = 0; i < 25; i++) {
                lanes[i] ^= parity[(i + 4) % 5] ^ Long.rotateLeft(parity[(i + 1) % 5], 1);
            }
            int x = 1;
            int y = 0;
            long carried = lanes[1];
            for (int t = 0; t < 24; t++) {
                int nextX = y;
                y = (2 * x + 3 * y) % 5;
                x = nextX;
                long replaced = lanes[x + 5 * y];
                lanes[x + 5 * y] = Long.rotateLeft(carried, (t + 1) * (t + 2) / 2);
                carried = replaced;
            }
            for (int row = 0; row < 25; row += 5) {
                long[] old = {lanes[row], lanes[row + 1], lanes[row + 2], lanes[row + 3], lanes[row + 4]};
                for (int i = 0; i < 5; i++) {
                    lanes[row + i] = old[i] ^ (~old[(i + 1) % 5] & old[(i + 2) % 5]);
                }
            }
            for (int j = 0; j < 7; j++) {
                if ((lfsr & 1) != 0) {
                    lanes[0] ^= 1L << ((1 << j) - 1);
                }
                lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171);
            }
        }
    }
}
