package ai.scailabs.vault.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines that end in a newline, each of a bounded length however much the file unpacks to. */
final class BoundedLines {
    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[64 * 1024];
    private int from;
    private int to;
    private long count;

    BoundedLines(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** How many have been read. */
    long count() {
        return count;
    }

    /** The next one without its newline; null at the end. */
    byte @Nullable [] next() throws IOException {
        byte[] line = new byte[0];
        while (true) {
            if (from == to) {
                from = 0;
                to = Math.max(0, in.read(buffer));
                if (to == 0) {
                    if (line.length > 0) {
                        throw new IOException("the last line is cut off");
                    }
                    return null;
                }
            }
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            if (line.length + end - from > maxBytes) {
                throw new IOException("a line is longer than " + maxBytes + " bytes");
            }
            int already = line.length;
            line = Arrays.copyOf(line, already + end - from);
            System.arraycopy(buffer, from, line, already, end - from);
            from = Math.min(to, end + 1);
            if (end < to) {
                count++;
                return line;
            }
        }
    }
}
