package ai.scailabs.vault.api.error;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.AnswerWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.CallInterceptor;
import ai.scailabs.vault.api.request.FailureAnswer;
import ai.scailabs.vault.api.request.RequestFacts;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers every failure with {@code {"error": {code, message, details, request_id}}}. A refusal of a request that reached authentication is recorded
 * before it is answered; when that is not possible the answer is {@code 503}. The cause of an unknown failure goes to the log only.
 */
public final class FailureResolver implements HandlerExceptionResolver, FailureAnswer, Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(FailureResolver.class);

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        try {
            answer(request, response, FailureCodes.of(failure));
        } catch (IOException callerIsGone) {
            LOG.debug("the caller went away before the answer: {}", callerIsGone.getMessage());
        }
        return new ModelAndView();
    }

    /** Records and answers the failure. */
    @Override
    public void answer(HttpServletRequest request, HttpServletResponse response, VaultException failure)
            throws IOException {
        if (isToldElsewhere(failure)) {
            // Whoever depends on it tells once that it is away, and once that it is back; a line for each request would
            // be the caller's to write.
            LOG.debug("{} {} {}", failure.code().code(), request.getMethod(), failure.details());
        } else if (failure.code().status() >= 500) {
            LOG.error("{} {}", failure.code().code(), request.getMethod(), failure);
        }
        VaultException shown = recorded(request, failure);
        if (response.isCommitted()) {
            return;
        }
        AnswerWriter.write(envelope(shown, RequestFacts.of(request).requestId()), response);
    }

    /** Of the database nobody else tells, unless it is full. */
    private static boolean isToldElsewhere(VaultException failure) {
        Object dependency = failure.details().get("dependency");
        return dependency != null
                && (!dependency.equals("database") || failure.details().containsKey("reason"));
    }

    private static VaultException recorded(HttpServletRequest request, VaultException failure) {
        Call call = CallInterceptor.callOf(request);
        if (call == null || call.isRefusalRecorded()) {
            return failure;
        }
        try {
            Call.Refusal refusal = call.refused(failure);
            call.settle(refusal);
            return refusal.shown();
        } catch (VaultException unrecorded) {
            return unrecorded;
        }
    }

    private static Answer envelope(VaultException failure, String requestId) {
        ErrorCode code = failure.code();
        Answer answer = Answer.open(
                code.status(),
                json -> json.object(
                        "error",
                        error -> error.text("code", code.code())
                                .text("message", failure.getMessage())
                                .value("details", failure.details())
                                .text("request_id", requestId)));
        if (code.status() == 401) {
            answer.header("WWW-Authenticate", "Bearer");
        }
        if (code.status() == 503) {
            answer.header("Retry-After", "1");
        }
        if (failure.details().get("retry_after") instanceof Long seconds) {
            answer.header("Retry-After", seconds.toString());
        }
        if (failure.details().get("allowed_methods") instanceof String allowed) {
            answer.header("Allow", allowed);
        }
        return answer;
    }
}
