package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The first code of ours that sees a request: names it, refuses URIs that two parsers might read differently, and counts it. */
public final class RequestGate implements Filter {
    public static final String REQUEST_ID_HEADER = "X-Request-ID";
    private static final Pattern ESCAPED_SLASH = Pattern.compile("%2[fF]");
    /** Base64, or a path in one segment, follows, which has slashes that are no separators; whoever reads it takes the URI as it was sent. */
    private static final Pattern SLASHES_TAKEN =
            Pattern.compile("/v1/(?:pki/ocsp/|rotation/policies/[^/%]+/secrets/).*");

    private static final Pattern REQUEST_ID = Pattern.compile("req_[A-Za-z0-9_-]{8,64}");

    private final Ids ids;
    private final ClientAddress clientAddress;
    private final RequestMetrics metrics;
    private final FailureAnswer failures;

    public RequestGate(Ids ids, ClientAddress clientAddress, RequestMetrics metrics, FailureAnswer failures) {
        this.ids = ids;
        this.clientAddress = clientAddress;
        this.metrics = metrics;
        this.failures = failures;
    }

    @Override
    public void doFilter(ServletRequest rawRequest, ServletResponse rawResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = PrefixedRequest.withoutPrefix((HttpServletRequest) rawRequest);
        HttpServletResponse response = (HttpServletResponse) rawResponse;
        ClientAddress.Found source = clientAddress.of(request);
        RequestFacts facts = new RequestFacts(
                requestId(request),
                source.address(),
                source.isCaller(),
                UserAgent.of(request.getHeader("User-Agent")),
                request instanceof PrefixedRequest prefixed ? prefixed.askedTenant() : null,
                System.nanoTime());
        request.setAttribute(RequestFacts.ATTRIBUTE, facts);
        LaterEnd.Listener end = status -> metrics.finished(request, status, System.nanoTime() - facts.startedNanos());
        LaterEnd.listen(request, end);
        ResponseHeaders.addTo(response, facts.requestId());
        MDC.put("request_id", facts.requestId());
        try {
            VaultException problem = problemOf(request);
            if (problem == null) {
                chain.doFilter(request, response);
            } else {
                failures.answer(request, response, problem);
            }
        } finally {
            if (!LaterEnd.isExpected(request)) {
                end.ended(response.getStatus());
            }
            MDC.remove("request_id");
        }
    }

    private static @Nullable VaultException problemOf(HttpServletRequest request) {
        String uri = request.getRequestURI();
        boolean slashEscaped = uri.indexOf('%') >= 0
                && ESCAPED_SLASH.matcher(uri).find()
                && !SLASHES_TAKEN.matcher(uri).matches();
        if (uri.indexOf(';') >= 0 || uri.indexOf('\\') >= 0 || slashEscaped) {
            return new VaultException(ErrorCode.INVALID_REQUEST, "The URI has a character that paths do not take");
        }
        return null;
    }

    private String requestId(HttpServletRequest request) {
        String given = request.getHeader(REQUEST_ID_HEADER);
        return given != null && REQUEST_ID.matcher(given).matches() && !UserAgent.holdsToken(given)
                ? given
                : ids.next("req_");
    }
}
