package ai.scailabs.vault.kms.gcp;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Carries the requests of Google's library to one server, and to nobody to whom that redirects; an answer is short, or none. Thread-safe. */
final class OneHostTransport extends HttpTransport {
    private static final long MAX_ANSWER_BYTES = 65_536;

    private final URI server;
    private final Duration longest;
    private final HttpClient http;

    /**
     * @param longest how long a connection, and an answer, may take
     * @param tls absent for what the runtime trusts
     */
    OneHostTransport(URI server, Duration longest, @Nullable SSLContext tls) {
        this.server = server;
        this.longest = longest;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(longest).followRedirects(HttpClient.Redirect.NEVER);
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) throws IOException {
        URI target = URI.create(url);
        if (!server.getScheme().equals(target.getScheme())
                || !server.getAuthority().equals(target.getAuthority())) {
            throw new RedirectedElsewhere();
        }
        return new Request(method, HttpRequest.newBuilder(target).timeout(longest));
    }

    @Override
    public void shutdown() {
        http.shutdownNow();
    }

    private final class Request extends LowLevelHttpRequest {
        private final String method;
        private final HttpRequest.Builder request;

        Request(String method, HttpRequest.Builder request) {
            this.method = method;
            this.request = request;
        }

        @Override
        public void addHeader(String name, String value) {
            request.header(name, value);
        }

        @Override
        public LowLevelHttpResponse execute() throws IOException {
            HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();
            if (getStreamingContent() != null) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                getStreamingContent().writeTo(content);
                request.header("Content-Type", getContentType());
                if (getContentEncoding() != null) {
                    request.header("Content-Encoding", getContentEncoding());
                }
                body = HttpRequest.BodyPublishers.ofByteArray(content.toByteArray());
            }
            try {
                return new Response(http.send(
                        request.method(method, body).build(),
                        HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }

    private static final class Response extends LowLevelHttpResponse {
        private final HttpResponse<byte[]> response;
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();

        Response(HttpResponse<byte[]> response) {
            this.response = response;
            response.headers()
                    .map()
                    .forEach((name, values) -> values.forEach(value -> headers.add(Map.entry(name, value))));
        }

        @Override
        public InputStream getContent() {
            return new ByteArrayInputStream(response.body());
        }

        @Override
        public @Nullable String getContentEncoding() {
            return response.headers().firstValue("Content-Encoding").orElse(null);
        }

        @Override
        public long getContentLength() {
            return response.body().length;
        }

        @Override
        public @Nullable String getContentType() {
            return response.headers().firstValue("Content-Type").orElse(null);
        }

        @Override
        public String getStatusLine() {
            return "HTTP " + response.statusCode();
        }

        @Override
        public int getStatusCode() {
            return response.statusCode();
        }

        @Override
        public @Nullable String getReasonPhrase() {
            return null;
        }

        @Override
        public int getHeaderCount() {
            return headers.size();
        }

        @Override
        public String getHeaderName(int index) {
            return headers.get(index).getKey();
        }

        @Override
        public String getHeaderValue(int index) {
            return headers.get(index).getValue();
        }
    }

    /** KMS has no business sending us elsewhere. */
    static final class RedirectedElsewhere extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
