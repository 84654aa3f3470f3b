package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads one whole answer, of bounded size, from a connection that is used once. */
final class HttpAnswer {
    private final InputStream in;
    private final int maxBytes;

    HttpAnswer(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    Reply read() throws IOException {
        AnswerLines lines = new AnswerLines(in);
        AnswerHead head = AnswerHead.read(lines);
        if (head.isInterim()) {
            throw new IOException("an interim answer, which nobody asked for");
        }
        byte[] body = head.body(in, lines, false).readNBytes(maxBytes + 1);
        if (body.length > maxBytes) {
            throw new IOException("the answer is larger than " + maxBytes + " bytes");
        }
        return new Reply(head.status(), new String(body, StandardCharsets.UTF_8));
    }
}
