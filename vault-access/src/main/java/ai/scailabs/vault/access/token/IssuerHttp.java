package ai.scailabs.vault.access.token;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to an issuer, whose answers are bounded whatever it does: no redirects, 2 s to connect, 3 s from the first byte sent to the last received, 256 KiB,
 * status 200. Thread-safe.
 */
public final class IssuerHttp implements Documents, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    /** Of everything: the client's own time-out ends with the headers, and a body that trickles would be waited for without end. */
    private static final Duration TOTAL_TIMEOUT = Duration.ofSeconds(3);

    private static final long MAX_BYTES = 256 * 1024;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    @Override
    public String get(URI location) throws IOException, InterruptedException {
        return body(send(HttpRequest.newBuilder(location).GET()));
    }

    /**
     * Empty when the issuer answers 404.
     *
     * @param authorization the whole header
     * @throws IOException as {@link #get}
     */
    public Optional<String> find(URI location, String authorization) throws IOException, InterruptedException {
        HttpResponse<String> response = send(HttpRequest.newBuilder(location)
                .header("Authorization", authorization)
                .GET());
        return response.statusCode() == NOT_FOUND ? Optional.empty() : Optional.of(body(response));
    }

    /**
     * @param form already encoded
     * @param authorization the whole header
     * @throws IOException as {@link #get}
     */
    String post(URI location, String form, String authorization) throws IOException, InterruptedException {
        return body(send(HttpRequest.newBuilder(location)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofString(form))));
    }

    private static String body(HttpResponse<String> response) throws IOException {
        if (response.statusCode() != OK) {
            throw new IOException("status " + response.statusCode() + " from "
                    + response.request().uri().getHost());
        }
        return response.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpRequest request = builder.timeout(TOTAL_TIMEOUT)
                .header("Accept", "application/json")
                .build();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_BYTES));
        try {
            return answer.get(TOTAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new IOException(
                    "no complete answer within " + TOTAL_TIMEOUT.toSeconds() + " s from "
                            + request.uri().getHost(),
                    slow);
        } catch (ExecutionException failed) {
            throw new IOException("no answer from " + request.uri().getHost(), failed);
        } finally {
            // Ends the exchange when it is not over; else nothing.
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
