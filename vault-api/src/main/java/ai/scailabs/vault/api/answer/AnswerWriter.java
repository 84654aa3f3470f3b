package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.audit.trail.AuditReceipt;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The one way out: waits for the audit row, then writes. */
public final class AnswerWriter {
    private AnswerWriter() {}

    /** Waits for the audit row, so that nothing but the caller's going away is in the way of {@link #write}. */
    public static void settle(Answer answer) {
        AuditReceipt receipt = answer.receipt();
        boolean settled = false;
        try {
            if (receipt != null) {
                receipt.await();
            }
            settled = true;
        } finally {
            if (!settled) {
                answer.body().wipe();
            }
        }
    }

    /** Nothing has been written when this throws {@code service_unavailable}. */
    public static void write(Answer answer, HttpServletResponse response) throws IOException {
        WipedBuffer body = answer.body();
        try {
            settle(answer);
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
