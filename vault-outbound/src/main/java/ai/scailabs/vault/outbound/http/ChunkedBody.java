package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A body in chunks (RFC 9112, 7.1). One that does not end as it must is an error, never an end. */
final class ChunkedBody extends InputStream {
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,7})[ \\t]*(;.*)?");

    private final InputStream in;
    private final AnswerLines lines;
    private int left;
    private boolean ended;

    ChunkedBody(InputStream in, AnswerLines lines) {
        this.in = in;
        this.lines = lines;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0 && !ended) {
            begin();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(bytes, offset, Math.min(left, length));
        if (count < 0) {
            throw new SocketException("the answer ended early");
        }
        left -= count;
        if (left == 0 && !lines.next().isEmpty()) {
            throw new MalformedAnswerException("the answer has a malformed chunk");
        }
        return count;
    }

    private void begin() throws IOException {
        Matcher size = CHUNK.matcher(lines.next());
        if (!size.matches()) {
            throw new MalformedAnswerException("the answer has a malformed chunk");
        }
        left = Integer.parseInt(size.group(1), 16);
        ended = left == 0;
        lines.renew();
    }
}
