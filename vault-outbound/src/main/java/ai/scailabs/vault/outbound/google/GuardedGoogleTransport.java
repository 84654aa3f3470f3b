package ai.scailabs.vault.outbound.google;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.Outgoing;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.util.StreamingContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries the requests of Google's library, and hides where an answer redirects to: the library would follow, with the token. Thread-safe. */
public final class GuardedGoogleTransport extends HttpTransport {
    private final GuardedTransfers transfers;
    private final Duration patience;

    public GuardedGoogleTransport(GuardedTransfers transfers, Duration patience) {
        this.transfers = transfers;
        this.patience = patience;
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) {
        return new Request(method, URI.create(url));
    }

    @Override
    public boolean supportsMethod(String method) {
        return true;
    }

    private final class Request extends LowLevelHttpRequest {
        private final String method;
        private final URI location;
        private final List<Map.Entry<String, String>> headers = new ArrayList<>();

        Request(String method, URI location) {
            this.method = method;
            this.location = location;
        }

        @Override
        public void addHeader(String name, String value) {
            headers.add(Map.entry(name, value));
        }

        @Override
        public LowLevelHttpResponse execute() throws IOException {
            StreamingContent content = getStreamingContent();
            Outgoing.@Nullable Body body = null;
            if (content != null) {
                if (getContentType() != null) {
                    headers.add(Map.entry("Content-Type", getContentType()));
                }
                if (getContentEncoding() != null) {
                    headers.add(Map.entry("Content-Encoding", getContentEncoding()));
                }
                body = getContentLength() >= 0 ? new Content(content, getContentLength()) : whole(content);
            }
            return new Response(transfers.send(new Outgoing(method, location, headers, body, patience), _ -> {}));
        }

        /** What the library compresses, and so cannot say how long it is, is a message, never a part of an object. */
        private static Content whole(StreamingContent content) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            content.writeTo(all);
            return new Content(all::writeTo, all.size());
        }
    }

    private record Content(StreamingContent content, long length) implements Outgoing.Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            content.writeTo(out);
        }
    }

    private static final class Response extends LowLevelHttpResponse {
        private final Incoming answer;
        private final List<Map.Entry<String, String>> headers;

        Response(Incoming answer) {
            this.answer = answer;
            boolean redirects = answer.status() >= 300 && answer.status() < 400;
            this.headers = answer.headers().stream()
                    .filter(header -> !redirects || !header.getKey().equalsIgnoreCase("location"))
                    .toList();
        }

        @Override
        public InputStream getContent() {
            return answer.body();
        }

        @Override
        public @Nullable String getContentEncoding() {
            return answer.header("content-encoding").orElse(null);
        }

        @Override
        public long getContentLength() {
            return answer.header("content-length").map(Long::parseLong).orElse(-1L);
        }

        @Override
        public @Nullable String getContentType() {
            return answer.header("content-type").orElse(null);
        }

        @Override
        public String getStatusLine() {
            return "HTTP/1.1 " + answer.status();
        }

        @Override
        public int getStatusCode() {
            return answer.status();
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

        @Override
        public void disconnect() throws IOException {
            answer.close();
        }
    }
}
