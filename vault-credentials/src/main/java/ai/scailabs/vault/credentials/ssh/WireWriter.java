package ai.scailabs.vault.credentials.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Data types of RFC 4251 §5, one after the other. For what is public: nothing is wiped. Not thread-safe. */
final class WireWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    WireWriter octet(int octet) {
        bytes.write(octet);
        return this;
    }

    WireWriter uint32(int number) {
        return octet(number >>> 24).octet(number >>> 16).octet(number >>> 8).octet(number);
    }

    WireWriter uint64(long number) {
        return uint32((int) (number >>> 32)).uint32((int) number);
    }

    WireWriter string(byte[] content) {
        return uint32(content.length).raw(content);
    }

    WireWriter string(WireWriter content) {
        return string(content.toBytes());
    }

    /** In UTF-8. */
    WireWriter text(String content) {
        return string(content.getBytes(StandardCharsets.UTF_8));
    }

    /** A number that is not negative. */
    WireWriter mpint(BigInteger number) {
        return string(number.signum() == 0 ? new byte[0] : number.toByteArray());
    }

    /** As it is, without its length. */
    WireWriter raw(byte[] content) {
        bytes.writeBytes(content);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
