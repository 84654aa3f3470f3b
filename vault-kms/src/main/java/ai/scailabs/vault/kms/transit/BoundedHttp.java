package ai.scailabs.vault.kms.transit;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What the driver takes for its HTTP client, for one call: the driver bounds the wait for headers only, in whole seconds, and reads whatever comes. Here the whole answer is there in time, is
 * small, and nests no deeper than the driver's parser can go down. Not thread-safe.
 */
final class BoundedHttp extends HttpClient {
    private static final int MAX_BYTES = 65_536;
    private static final int MAX_DEPTH = 32;

    private final HttpClient client;
    private final Deadline deadline;
    private Duration retryAfter = Duration.ZERO;

    BoundedHttp(HttpClient client, Deadline deadline) {
        this.client = client;
        this.deadline = deadline;
    }

    /** How long the server asked to be left alone in its last answer; zero when it did not. */
    Duration retryAfter() {
        return retryAfter;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        if (deadline.leftNanos() <= 0) {
            throw new HttpTimeoutException("no time left to ask");
        }
        CompletableFuture<HttpResponse<T>> answer =
                client.sendAsync(request, BodyHandlers.limiting(handler, MAX_BYTES));
        try {
            HttpResponse<T> response = answer.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
            retryAfter = seconds(response.headers().firstValue("Retry-After"));
            if (response.body() instanceof String text && depth(text) > MAX_DEPTH) {
                throw new IOException("the answer nests too deep");
            }
            return response;
        } catch (TimeoutException late) {
            throw new HttpTimeoutException("no whole answer in time");
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException problem ? problem : new IOException(failed.getCause());
        } finally {
            // Closes the connection of an answer that is still coming.
            answer.cancel(true);
        }
    }

    private static Duration seconds(Optional<String> header) {
        return header.filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(Duration.ZERO);
    }

    /** Brackets inside of strings count too: no answer of the server has that many. */
    private static int depth(String text) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '[', '{' -> deepest = Math.max(deepest, ++depth);
                case ']', '}' -> depth--;
                default -> {}
            }
        }
        return deepest;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        try {
            return CompletableFuture.completedFuture(send(request, handler));
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(stopping);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> push) {
        return sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
