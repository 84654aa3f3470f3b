package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * A request below {@code /v1/t/{tenant}/} as the same request without that prefix: router, policies and database see one spelling of a path, whichever way it came. The tenant
 * that was asked for is kept as it was sent, neither decoded nor checked.
 */
final class PrefixedRequest extends HttpServletRequestWrapper {
    private static final String PREFIX = "/v1/t/";
    private static final String WITHOUT = "/v1";

    private final String askedTenant;
    private final String uri;

    private PrefixedRequest(HttpServletRequest request, String askedTenant, String uri) {
        super(request);
        this.askedTenant = askedTenant;
        this.uri = uri;
    }

    /** The request itself when it has no such prefix, or nothing behind it. */
    static HttpServletRequest withoutPrefix(HttpServletRequest request) {
        String uri = request.getRequestURI();
        if (!uri.startsWith(PREFIX)) {
            return request;
        }
        int end = uri.indexOf('/', PREFIX.length());
        return end < 0
                ? request
                : new PrefixedRequest(request, uri.substring(PREFIX.length(), end), WITHOUT + uri.substring(end));
    }

    String askedTenant() {
        return askedTenant;
    }

    @Override
    public String getRequestURI() {
        return uri;
    }

    /** What a mapping of everything has as its path; the container's own is decoded, which nobody here relies on. */
    @Override
    public String getServletPath() {
        return uri;
    }

    @Override
    public StringBuffer getRequestURL() {
        StringBuffer url = super.getRequestURL();
        return url.replace(
                0,
                url.length(),
                url.substring(0, url.length() - super.getRequestURI().length()) + uri);
    }
}
