package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletResponse;

/** What every answer carries, whatever it is about. */
public final class ResponseHeaders {
    private ResponseHeaders() {}

    public static void addTo(HttpServletResponse response, String requestId) {
        response.setHeader(RequestGate.REQUEST_ID_HEADER, requestId);
        response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.setHeader("Referrer-Policy", "no-referrer");
    }
}
