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
            Answer.Body streamed = answer.streamed();
            if (streamed != null) {
                response.setContentType(answer.contentType());
                if (answer.streamedBytes() >= 0) {
                    response.setContentLengthLong(answer.streamedBytes());
                }
                streamed.writeTo(response.getOutputStream());
            } else if (answer.status() != HttpServletResponse.SC_NO_CONTENT
                    && answer.status() != HttpServletResponse.SC_NOT_MODIFIED) {
                response.setContentType(answer.contentType());
                response.setContentLength(body.size());
                body.copyTo(response.getOutputStream());
            }
        } finally {
            body.wipe();
        }
    }
}
