package ai.scailabs.vault.api.error;

import ai.scailabs.vault.api.request.RequestGate;
import ai.scailabs.vault.api.request.ResponseHeaders;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11InputBuffer;
import org.jspecify.annotations.Nullable;

/** Gives what the container itself refuses (malformed request lines, oversized headers) the same envelope as everything else. */
public final class ContainerErrors extends ErrorReportValve {
    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ErrorCode code = fillsHeaderBuffer(request) ? ErrorCode.HEADERS_TOO_LARGE : codeOf(response.getStatus());
        String requestId = response.getHeader(RequestGate.REQUEST_ID_HEADER);
        if (requestId == null) {
            requestId = "req_" + UUID.randomUUID().toString().replace("-", "");
            ResponseHeaders.addTo(response.getResponse(), requestId);
        }
        byte[] body = """
                {"error":{"code":"%s","message":"The request cannot be read","details":{},"request_id":"%s"}}""".formatted(code.code(), requestId).getBytes(StandardCharsets.UTF_8);
        try {
            response.setStatus(code.status());
            response.setContentType("application/json");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException callerIsGone) {
            container.getLogger().debug("no error answer could be written", callerIsGone);
        }
    }

    /** The container answers 400 to a request line and headers that are longer than its buffer for them. */
    private static boolean fillsHeaderBuffer(Request request) {
        return request.getConnector().getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol
                && request.getCoyoteRequest().getInputBuffer() instanceof Http11InputBuffer buffer
                && buffer.getByteBuffer() != null
                && buffer.getByteBuffer().limit() >= protocol.getMaxHttpRequestHeaderSize();
    }

    private static ErrorCode codeOf(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 431 -> ErrorCode.HEADERS_TOO_LARGE;
            case 503 -> ErrorCode.SERVICE_UNAVAILABLE;
            // A transfer coding or a version of HTTP that is not known: the caller's doing.
            case 501, 505 -> ErrorCode.INVALID_REQUEST;
            default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
        };
    }
}
