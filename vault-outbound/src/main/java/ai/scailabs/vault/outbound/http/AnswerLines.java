package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;

/** The lines of an answer's head and of its chunks. */
final class AnswerLines {
    private static final int MAX_HEAD = 16 * 1024;

    private final InputStream in;
    private int left = MAX_HEAD;

    AnswerLines(InputStream in) {
        this.in = in;
    }

    /** Without its end. The lines of a head have one budget. */
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new SocketException("the answer ended early");
            }
            if (--left < 0) {
                throw new MalformedAnswerException("the head of the answer is larger than " + MAX_HEAD + " bytes");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    /** Another budget, for a part of the answer that brings bytes too. */
    void renew() {
        left = MAX_HEAD;
    }
}
