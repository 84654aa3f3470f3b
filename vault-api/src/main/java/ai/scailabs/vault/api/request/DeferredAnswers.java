package ai.scailabs.vault.api.request;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.AnswerWriter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Writes answers that come later: the thread of the request goes home meanwhile, and another writes when there is something. */
final class DeferredAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(DeferredAnswers.class);

    private final HandlerExceptionResolver failures;

    DeferredAnswers(HandlerExceptionResolver failures) {
        this.failures = failures;
    }

    void write(DeferredAnswer deferred, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Answer now = deferred.attempt().answer(false);
        if (now != null) {
            AnswerWriter.write(now, response);
            return;
        }
        LaterEnd.expect(request);
        AsyncContext later = request.startAsync(request, response);
        // Whoever waits ends the wait, and before it its caller may be told nothing.
        later.setTimeout(0);
        try {
            deferred.waiting().await(last -> goOn(deferred, later, last));
        } catch (RuntimeException refused) {
            end(later, refused);
        }
    }

    private void goOn(DeferredAnswer deferred, AsyncContext later, boolean last) {
        Thread.ofVirtual().name("deferred-answer").start(() -> attempt(deferred, later, last));
    }

    private void attempt(DeferredAnswer deferred, AsyncContext later, boolean last) {
        HttpServletRequest request = (HttpServletRequest) later.getRequest();
        HttpServletResponse response = (HttpServletResponse) later.getResponse();
        MDC.put("request_id", RequestFacts.of(request).requestId());
        try {
            Answer answer = deferred.attempt().answer(last);
            if (answer == null) {
                deferred.waiting().await(again -> goOn(deferred, later, again));
                return;
            }
            AnswerWriter.write(answer, response);
            complete(later);
        } catch (IOException callerIsGone) {
            LOG.debug("the caller went away before the answer: {}", callerIsGone.getMessage());
            complete(later);
        } catch (RuntimeException failure) {
            end(later, failure);
        } finally {
            MDC.remove("request_id");
        }
    }

    private void end(AsyncContext later, RuntimeException failure) {
        failures.resolveException(
                (HttpServletRequest) later.getRequest(), (HttpServletResponse) later.getResponse(), null, failure);
        complete(later);
    }

    private static void complete(AsyncContext later) {
        try {
            LaterEnd.reached((HttpServletRequest) later.getRequest(), (HttpServletResponse) later.getResponse());
        } finally {
            later.complete();
        }
    }
}
