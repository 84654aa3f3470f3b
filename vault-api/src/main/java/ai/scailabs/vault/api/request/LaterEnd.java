package ai.scailabs.vault.api.request;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Whether a request ends after its thread has gone home, and who is to be told then. */
final class LaterEnd {
    private static final String EXPECTED = LaterEnd.class.getName() + ".expected";
    private static final String LISTENER = LaterEnd.class.getName() + ".listener";

    private LaterEnd() {}

    /** @param listener is told of the end, wherever it is reached */
    static void listen(HttpServletRequest request, Listener listener) {
        request.setAttribute(LISTENER, listener);
    }

    static void expect(HttpServletRequest request) {
        request.setAttribute(EXPECTED, Boolean.TRUE);
    }

    static boolean isExpected(HttpServletRequest request) {
        return request.getAttribute(EXPECTED) != null;
    }

    static void reached(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(LISTENER) instanceof Listener listener) {
            listener.ended(response.getStatus());
        }
    }

    /** Counts it. */
    @FunctionalInterface
    interface Listener {
        void ended(int status);
    }
}
