package ai.scailabs.vault.outbound.aws;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.Outgoing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Carries the requests of AWS's SDK. Thread-safe. */
public final class GuardedSdkClient implements SdkHttpClient {
    private final GuardedTransfers transfers;
    private final Duration patience;

    public GuardedSdkClient(GuardedTransfers transfers, Duration patience) {
        this.transfers = transfers;
        this.patience = patience;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        AtomicReference<Runnable> end = new AtomicReference<>(() -> {});
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return response(transfers.send(outgoing(request), end::set));
            }

            @Override
            public void abort() {
                end.get().run();
            }
        };
    }

    private Outgoing outgoing(HttpExecuteRequest request) throws IOException {
        SdkHttpRequest http = request.httpRequest();
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        http.forEachHeader((name, values) -> values.forEach(value -> headers.add(Map.entry(name, value))));
        Optional<ContentStreamProvider> content = request.contentStreamProvider();
        Outgoing.@Nullable Body body = null;
        if (content.isPresent()) {
            long length = Long.parseLong(http.firstMatchingHeader("Content-Length")
                    .orElseThrow(() -> new IOException("a body of unknown length")));
            body = new Content(content.get(), length);
        }
        return new Outgoing(http.method().name(), http.getUri(), headers, body, patience);
    }

    private static HttpExecuteResponse response(Incoming answer) {
        SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder().statusCode(answer.status());
        answer.headers().forEach(header -> response.appendHeader(header.getKey(), header.getValue()));
        AbortableInputStream body = AbortableInputStream.create(answer.body(), () -> close(answer));
        return HttpExecuteResponse.builder()
                .response(response.build())
                .responseBody(body)
                .build();
    }

    private static void close(Incoming answer) {
        try {
            answer.body().close();
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    /** The carrier is shared by all stores, and nobody's here to close. */
    @Override
    public void close() {}

    @Override
    public String clientName() {
        return "GuardedTransfers";
    }

    private record Content(ContentStreamProvider provider, long length) implements Outgoing.Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream in = provider.newStream()) {
                if (in.transferTo(out) != length) {
                    throw new IOException("a body of another length than it was said to have");
                }
            }
        }
    }
}
