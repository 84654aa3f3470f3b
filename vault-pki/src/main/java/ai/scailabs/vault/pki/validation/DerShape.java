package ai.scailabs.vault.pki.validation;

import java.util.Arrays;

/** Looks over bytes before a parser does that recurses and allocates: definite lengths, few levels, not too many elements. */
final class DerShape {
    private static final int MAX_DEPTH = 32;
    private static final int CONSTRUCTED = 0x20;

    private DerShape() {}

    /** @throws IllegalArgumentException when it is no single element of that shape */
    static void require(byte[] der, int maxElements) {
        int[] ends = new int[MAX_DEPTH];
        int depth = 0;
        int at = 0;
        int elements = 0;
        ends[0] = der.length;
        while (true) {
            while (at == ends[depth]) {
                if (depth == 0) {
                    return;
                }
                depth--;
            }
            if (depth == 0 && at != 0) {
                throw new IllegalArgumentException("something follows after the end");
            }
            if (++elements > maxElements) {
                throw new IllegalArgumentException("too many elements");
            }
            int content = contentAt(der, at, ends[depth]);
            int end = content + lengthAt(der, at, ends[depth]);
            if ((der[at] & CONSTRUCTED) == 0) {
                at = end;
                continue;
            }
            if (++depth == MAX_DEPTH) {
                throw new IllegalArgumentException("nested too deeply");
            }
            ends[depth] = end;
            at = content;
        }
    }

    /** The bytes of the first element inside the outermost one, as they were sent: what was signed. */
    static byte[] signedPart(byte[] der) {
        int at = contentAt(der, 0, der.length);
        int end = contentAt(der, at, der.length) + lengthAt(der, at, der.length);
        return Arrays.copyOfRange(der, at, end);
    }

    private static int lengthOctetAt(byte[] der, int at, int end) {
        int next = at + 1;
        if ((der[at] & 0x1f) == 0x1f) {
            while (next < end && (der[next] & 0x80) != 0) {
                next++;
            }
            next++;
        }
        if (next >= end) {
            throw new IllegalArgumentException("ends too early");
        }
        return next;
    }

    private static int contentAt(byte[] der, int at, int end) {
        int octet = lengthOctetAt(der, at, end);
        int first = der[octet] & 0xff;
        return octet + 1 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int lengthAt(byte[] der, int at, int end) {
        int octet = lengthOctetAt(der, at, end);
        int first = der[octet] & 0xff;
        long length = first;
        int octets = 0;
        if (first >= 0x80) {
            octets = first & 0x7f;
            if (octets == 0 || octets > 4 || octet + octets >= end) {
                throw new IllegalArgumentException("a length that is not definite");
            }
            length = 0;
            for (int i = 1; i <= octets; i++) {
                length = length << 8 | der[octet + i] & 0xff;
            }
        }
        if (length > (long) end - (octet + 1 + octets)) {
            throw new IllegalArgumentException("longer than what it is in");
        }
        return (int) length;
    }
}
