package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one call of AWS's Security Token Service that is needed, in one region, over TLS. It verifies signatures for real: whatever is not signed as sent is refused with 403. */
final class StrictSts implements AutoCloseable {
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=(?<key>[A-Z0-9]+)/(?<day>[0-9]{8})/(?<region>[a-z0-9-]+)/sts/aws4_request, SignedHeaders=(?<headers>[a-z0-9;-]+), Signature=(?<signature>[0-9a-f]{64})");

    private final String region;
    private final TlsServer server;
    private final Map<String, Principal> principals = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile UnaryOperator<String> answer = UnaryOperator.identity();
    private volatile int status = 200;
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile Set<String> seenHeaders = Set.of();

    StrictSts(TestAuthority authority, String region) {
        this.region = region;
        this.server = new TlsServer(authority.server("sts"), this::answer);
    }

    URI endpoint() {
        return server.uri("/");
    }

    String host() {
        return endpoint().getAuthority();
    }

    void know(String accessKeyId, String secret, @Nullable String sessionToken, String arn) {
        principals.put(accessKeyId, new Principal(secret, sessionToken, arn));
    }

    /** What it makes of its honest answer. */
    void answering(UnaryOperator<String> change) {
        this.answer = change;
    }

    void answeringWith(int httpStatus) {
        this.status = httpStatus;
    }

    /** Lets those wait whom it does not know. */
    void holdStrangers(CountDownLatch latch) {
        this.held = latch;
    }

    int asked() {
        return asked.get();
    }

    Set<String> seenHeaders() {
        return seenHeaders;
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        seenHeaders = Set.copyOf(exchange.getRequestHeaders().keySet());
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Principal caller = status == 200 ? verified(exchange, body) : null;
        if (caller == null) {
            awaitRelease();
        }
        int answered = status != 200 ? status : caller == null ? 403 : 200;
        String text = caller == null ? "<ErrorResponse/>" : answer.apply(xml(caller.arn()));
        TlsServer.saying(answered, text).handle(exchange);
    }

    private void awaitRelease() throws IOException {
        try {
            held.await();
        } catch (InterruptedException closing) {
            throw new IOException(closing);
        }
    }

    private @Nullable Principal verified(HttpExchange exchange, String body) {
        Headers headers = exchange.getRequestHeaders();
        Matcher form = AUTHORIZATION.matcher(String.valueOf(headers.getFirst("Authorization")));
        if (!form.matches()
                || !exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().toString().equals("/")
                || !form.group("region").equals(region)) {
            return null;
        }
        Principal principal = principals.get(form.group("key"));
        String date = String.valueOf(headers.getFirst("X-Amz-Date"));
        if (principal == null || !date.startsWith(form.group("day"))) {
            return null;
        }
        String sessionToken = headers.getFirst("X-Amz-Security-Token");
        if (!java.util.Objects.equals(sessionToken, principal.sessionToken())) {
            return null;
        }
        Map<String, String> signed = new HashMap<>();
        for (String name : form.group("headers").split(";")) {
            signed.put(name, String.valueOf(headers.getFirst(name)));
        }
        boolean complete = signed.containsKey("host")
                && signed.containsKey("x-amz-date")
                && (sessionToken == null || signed.containsKey("x-amz-security-token"));
        String expected = Sigv4.sign(principal.secret(), date, region, "sts", signed, body);
        boolean genuine = complete && expected.equals(form.group("signature"));
        return genuine && body.equals("Action=GetCallerIdentity&Version=2011-06-15") ? principal : null;
    }

    private static String xml(String arn) {
        String account = arn.split(":")[4];
        return """
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <GetCallerIdentityResult>
                    <Arn>%s</Arn>
                    <UserId>AROAEXAMPLE:session</UserId>
                    <Account>%s</Account>
                  </GetCallerIdentityResult>
                  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
                </GetCallerIdentityResponse>
                """.formatted(arn, account);
    }

    @Override
    public void close() {
        server.close();
    }

    private record Principal(String secret, @Nullable String sessionToken, String arn) {}
}
