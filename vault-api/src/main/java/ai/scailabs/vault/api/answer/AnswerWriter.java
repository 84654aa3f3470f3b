package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.audit.trail.AuditReceipt;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;

/** The one way out: waits for the audit row, then writes. */
public final class AnswerWriter implements HandlerMethodReturnValueHandler {
    @Override
    public boolean supportsReturnType(MethodParameter returnType) {
        return returnType.getParameterType() == Answer.class;
    }

    @Override
    public void handleReturnValue(
            @Nullable Object returned,
            MethodParameter returnType,
            ModelAndViewContainer container,
            NativeWebRequest webRequest)
            throws IOException {
        container.setRequestHandled(true);
        HttpServletResponse response = webRequest.getNativeResponse(HttpServletResponse.class);
        if (!(returned instanceof Answer answer) || response == null) {
            throw new IllegalStateException("a handler must return an Answer");
        }
        write(answer, response);
    }

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
