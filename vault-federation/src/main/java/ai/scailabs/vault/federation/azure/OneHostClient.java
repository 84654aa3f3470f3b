package ai.scailabs.vault.federation.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Carries requests to one host only, whatever an answer made the SDK ask for. Thread-safe. */
final class OneHostClient implements HttpClient {
    private static final int HTTPS = 443;

    private final HttpClient carrier;
    private final URI host;
    private final @Nullable URI instead;

    /** @param instead where its requests are sent; null for where its name leads */
    OneHostClient(HttpClient carrier, URI host, @Nullable URI instead) {
        this.carrier = carrier;
        this.host = host;
        this.instead = instead;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.defer(() -> carrier.send(directed(request)));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        return carrier.sendSync(directed(request), context);
    }

    private HttpRequest directed(HttpRequest request) {
        URL url = request.getUrl();
        boolean here = "https".equals(url.getProtocol())
                && host.getHost().equalsIgnoreCase(url.getHost())
                && (url.getPort() == -1 || url.getPort() == HTTPS);
        if (!here) {
            throw new OtherHostAsked();
        }
        if (instead == null) {
            return request;
        }
        try {
            return request.copy().setUrl(instead.resolve(url.getFile()).toURL());
        } catch (MalformedURLException impossible) {
            throw new OtherHostAsked();
        }
    }

    /** Of whom it has no business to ask anything. */
    static final class OtherHostAsked extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
