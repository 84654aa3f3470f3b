package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes one JSON object of texts as UTF-8 (RFC 8259) from bytes, so that no value need ever be a {@code String}. Not thread-safe. */
final class JsonBuffer implements AutoCloseable {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final WipedBuffer json = new WipedBuffer();

    JsonBuffer() {
        json.add('{');
    }

    /** Begins a member. */
    void begin(String name) {
        if (json.length() > 1) {
            json.add(',');
        }
        json.add('"');
        write(name.getBytes(StandardCharsets.UTF_8));
        json.add('"');
        json.add(':');
        json.add('"');
    }

    /** A piece of the value that was begun, whole characters of UTF-8. Is read, not kept. */
    void write(byte[] utf8) {
        for (byte one : utf8) {
            if (one == '"' || one == '\\') {
                json.add('\\');
                json.add(one);
            } else if (one == '\n') {
                json.add('\\');
                json.add('n');
            } else if (one >= 0 && one < ' ') {
                json.add(new byte[] {'\\', 'u', '0', '0', HEX[one >> 4], HEX[one & 0xf]});
            } else {
                json.add(one);
            }
        }
    }

    /** As {@link #write}, and wipes the piece. */
    void writeAndWipe(byte[] utf8) {
        try {
            write(utf8);
        } finally {
            Arrays.fill(utf8, (byte) 0);
        }
    }

    /** Ends the member that was begun. */
    void end() {
        json.add('"');
    }

    /** A whole member, whose value is wiped. */
    void member(String name, byte[] utf8) {
        begin(name);
        writeAndWipe(utf8);
        end();
    }

    /** The object, which is the caller's to close. */
    SensitiveBytes finish() {
        json.add('}');
        return SensitiveBytes.owning(json.copy());
    }

    @Override
    public void close() {
        json.close();
    }
}
