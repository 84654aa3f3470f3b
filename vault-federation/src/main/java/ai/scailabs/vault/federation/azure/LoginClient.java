package ai.scailabs.vault.federation.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Carries requests for tokens. What may pass is told at once: the library would ask again in its own time, and remember for every client of this process that it may not. Thread-safe. */
final class LoginClient implements HttpClient {
    private final HttpClient carrier;

    LoginClient(HttpClient carrier) {
        this.carrier = carrier;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return carrier.send(request).map(LoginClient::lasting);
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        return lasting(carrier.sendSync(request, context));
    }

    private static HttpResponse lasting(HttpResponse answer) {
        int status = answer.getStatusCode();
        if (status != 429 && status < 500) {
            return answer;
        }
        String retryAfter = answer.getHeaderValue(HttpHeaderName.RETRY_AFTER);
        answer.close();
        throw new NotNow(status, retryAfter);
    }

    /** Throttling, or a fault. */
    static final class NotNow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final @Nullable String retryAfter;

        private NotNow(int status, @Nullable String retryAfter) {
            this.status = status;
            this.retryAfter = retryAfter;
        }

        int status() {
            return status;
        }

        @Nullable
        String retryAfter() {
            return retryAfter;
        }
    }
}
