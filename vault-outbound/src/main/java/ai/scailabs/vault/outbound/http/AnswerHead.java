package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The beginning of an answer (RFC 9112). What is not plainly well-formed is refused.
 *
 * @param headers their names as they were written, in order
 */
record AnswerHead(int status, List<Map.Entry<String, String>> headers) {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,15}");

    static AnswerHead read(AnswerLines lines) throws IOException {
        Matcher status = STATUS.matcher(lines.next());
        if (!status.matches()) {
            throw new MalformedAnswerException("the answer does not begin with a status");
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon < 1 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new MalformedAnswerException("the answer has a malformed header");
            }
            headers.add(Map.entry(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return new AnswerHead(Integer.parseInt(status.group(1)), List.copyOf(headers));
    }

    boolean isInterim() {
        return status < 200;
    }

    Optional<String> header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).equals(name))
                .map(Map.Entry::getValue)
                .reduce((earlier, later) -> later);
    }

    /**
     * What follows: as long as the head says, or until the connection ends.
     *
     * @param toHead whether the request was {@code HEAD}, whose answer has no body whatever its head says
     */
    InputStream body(InputStream in, AnswerLines lines, boolean toHead) throws IOException {
        long framings = headers.stream()
                .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                .filter(name -> name.equals("content-length") || name.equals("transfer-encoding"))
                .count();
        if (framings > 1) {
            throw new MalformedAnswerException("the answer says twice how long it is");
        }
        Optional<String> encoding = header("transfer-encoding");
        Optional<String> length = header("content-length");
        if (encoding.isPresent() && !encoding.get().equalsIgnoreCase("chunked")) {
            throw new MalformedAnswerException("the answer is framed in a way that is not understood");
        }
        if (length.isPresent() && !LENGTH.matcher(length.get()).matches()) {
            throw new MalformedAnswerException("the answer has a malformed length");
        }
        if (toHead || status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (encoding.isPresent()) {
            return new ChunkedBody(in, lines);
        }
        return length.isPresent() ? new SizedBody(in, Long.parseLong(length.get())) : in;
    }
}
