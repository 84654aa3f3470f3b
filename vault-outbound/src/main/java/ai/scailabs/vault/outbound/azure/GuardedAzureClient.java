package ai.scailabs.vault.outbound.azure;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Outgoing;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Carries the requests of Azure's SDK. Thread-safe. */
public final class GuardedAzureClient implements HttpClient {
    private final GuardedTransfers transfers;
    private final Duration patience;

    public GuardedAzureClient(GuardedTransfers transfers, Duration patience) {
        this.transfers = transfers;
        this.patience = patience;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.fromCallable(() -> sent(request)).subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        try {
            return sent(request);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private HttpResponse sent(HttpRequest request) throws IOException {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        request.getHeaders()
                .forEach(header ->
                        header.getValuesList().forEach(value -> headers.add(Map.entry(header.getName(), value))));
        BinaryData content = request.getBodyAsBinaryData();
        Outgoing.@Nullable Body body = content == null ? null : body(content);
        return new AzureAnswer(
                request,
                transfers.send(
                        new Outgoing(request.getHttpMethod().name(), location(request), headers, body, patience),
                        _ -> {}));
    }

    private static URI location(HttpRequest request) throws IOException {
        try {
            return request.getUrl().toURI();
        } catch (URISyntaxException malformed) {
            throw new IOException("a URL that is none", malformed);
        }
    }

    private static Outgoing.Body body(BinaryData content) {
        @Nullable Long length = content.getLength();
        BinaryData known = length == null ? BinaryData.fromBytes(content.toBytes()) : content;
        return new Content(known, length == null ? known.toBytes().length : length);
    }

    private record Content(BinaryData data, long length) implements Outgoing.Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            data.writeTo(out);
        }
    }
}
