package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.audit.trail.AuditReceipt;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The one way out: waits for the audit row, then writes. */
public final class AnswerWriter {
    private AnswerWriter() {}

    /** Nothing has been written when this throws {@code service_unavailable}. */
    public static void write(Answer answer, HttpServletResponse response) throws IOException {
        WipedBuffer body = answer.body();
        try {
            AuditReceipt receipt = answer.receipt();
            if (receipt != null) {
                receipt.await();
            }
            response.setStatus(answer.status());
            answer.headers().forEach(response::setHeader);
            if (answer.status() != HttpServletResponse.SC_NO_CONTENT) {
                response.setContentType(answer.contentType());
                response.setContentLength(body.size());
                body.copyTo(response.getOutputStream());
            }
        } finally {
            body.wipe();
        }
    }
}
