package ai.scailabs.vault.outbound.azure;

import ai.scailabs.vault.outbound.http.Incoming;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.FluxUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An answer as Azure's SDK has it, whose body is read from the connection. */
final class AzureAnswer extends HttpResponse {
    private final Incoming answer;
    private final HttpHeaders headers = new HttpHeaders();

    AzureAnswer(HttpRequest request, Incoming answer) {
        super(request);
        this.answer = answer;
        answer.headers().forEach(header -> headers.add(HttpHeaderName.fromString(header.getKey()), header.getValue()));
    }

    @Override
    public int getStatusCode() {
        return answer.status();
    }

    @Override
    @Deprecated
    public @Nullable String getHeaderValue(String name) {
        return headers.getValue(HttpHeaderName.fromString(name));
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public Flux<ByteBuffer> getBody() {
        return FluxUtil.toFluxByteBuffer(answer.body());
    }

    @Override
    public BinaryData getBodyAsBinaryData() {
        return BinaryData.fromBytes(bytes());
    }

    @Override
    public Mono<byte[]> getBodyAsByteArray() {
        return Mono.fromCallable(this::bytes);
    }

    @Override
    public Mono<String> getBodyAsString() {
        return getBodyAsString(StandardCharsets.UTF_8);
    }

    @Override
    public Mono<String> getBodyAsString(Charset charset) {
        return getBodyAsByteArray().map(bytes -> new String(bytes, charset));
    }

    @Override
    public Mono<InputStream> getBodyAsInputStream() {
        return Mono.just(answer.body());
    }

    @Override
    public InputStream getBodyAsInputStreamSync() {
        return answer.body();
    }

    private byte[] bytes() {
        try (InputStream body = answer.body()) {
            return body.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() {
        try {
            answer.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
