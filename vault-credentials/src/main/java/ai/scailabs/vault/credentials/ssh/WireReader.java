package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what somebody sent as a key, in the one encoding that RFC 4251 §5 has for each value; whatever is not there is refused. Not thread-safe. */
final class WireReader {
    private static final int LENGTH_BYTES = 4;

    private final byte[] bytes;
    private int position;

    /** @param bytes are read, not changed */
    WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] string() {
        long length = 0;
        if (bytes.length - position < LENGTH_BYTES) {
            throw cutOff();
        }
        for (int i = 0; i < LENGTH_BYTES; i++) {
            length = length << 8 | (bytes[position++] & 0xff);
        }
        if (length > bytes.length - position) {
            throw cutOff();
        }
        int begin = position;
        position += (int) length;
        return Arrays.copyOfRange(bytes, begin, position);
    }

    /** A name: what is not ASCII becomes what no name has. */
    String name() {
        return new String(string(), StandardCharsets.US_ASCII);
    }

    /** A number above zero, without a zero byte that it does not need. */
    BigInteger positive() {
        byte[] number = string();
        if (number.length == 0 || number[0] < 0 || (number[0] == 0 && (number.length == 1 || number[1] >= 0))) {
            throw SubjectKey.refused("has a number that is not above zero or not in its shortest form");
        }
        return new BigInteger(number);
    }

    /** What was not read yet. */
    byte[] rest() {
        return Arrays.copyOfRange(bytes, position, bytes.length);
    }

    void requireEnd() {
        if (position != bytes.length) {
            throw SubjectKey.refused("has bytes after its end");
        }
    }

    private static VaultException cutOff() {
        return SubjectKey.refused("is cut off");
    }
}
