package ai.scailabs.vault.access.outbound;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one answer from a connection that is used once (RFC 9112). What is not plainly well-formed is refused. */
final class HttpAnswer {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([2-5][0-9]{2})( .*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,7})[ \\t]*(;.*)?");
    private static final int MAX_HEAD = 16 * 1024;

    private final InputStream in;
    private final int maxBytes;
    private int headLeft = MAX_HEAD;

    HttpAnswer(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    Reply read() throws IOException {
        Matcher status = STATUS.matcher(line());
        if (!status.matches()) {
            throw new IOException("the answer does not begin with a status");
        }
        Map<String, String> headers = headers();
        int code = Integer.parseInt(status.group(1));
        byte[] body = code == 204 || code == 304 ? new byte[0] : body(headers);
        return new Reply(code, new String(body, StandardCharsets.UTF_8));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new IOException("the answer has a malformed header");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            boolean framing = name.equals("content-length") || name.equals("transfer-encoding");
            if (headers.put(name, line.substring(colon + 1).strip()) != null && framing) {
                throw new IOException("the answer says twice how long it is");
            }
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        String encoding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (encoding != null) {
            if (length != null || !encoding.equalsIgnoreCase("chunked")) {
                throw new IOException("the answer is framed in a way that is not understood");
            }
            return chunks();
        }
        if (length == null) {
            byte[] all = in.readNBytes(maxBytes + 1);
            requireWithin(all.length);
            return all;
        }
        if (!LENGTH.matcher(length).matches()) {
            throw new IOException("the answer has a malformed length");
        }
        requireWithin(Integer.parseInt(length));
        return exactly(Integer.parseInt(length));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            Matcher size = CHUNK.matcher(line());
            if (!size.matches()) {
                throw new IOException("the answer has a malformed chunk");
            }
            int length = Integer.parseInt(size.group(1), 16);
            if (length == 0) {
                return all.toByteArray();
            }
            requireWithin(all.size() + length);
            all.writeBytes(exactly(length));
            if (!line().isEmpty()) {
                throw new IOException("the answer has a malformed chunk");
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new IOException("the answer ended early");
        }
        return bytes;
    }

    private void requireWithin(int length) throws IOException {
        if (length > maxBytes) {
            throw new IOException("the answer is larger than " + maxBytes + " bytes");
        }
    }

    /** Without its end. Lines of the head and of chunks have one budget. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the answer ended early");
            }
            if (--headLeft < 0) {
                throw new IOException("the head of the answer is larger than " + MAX_HEAD + " bytes");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }
}
