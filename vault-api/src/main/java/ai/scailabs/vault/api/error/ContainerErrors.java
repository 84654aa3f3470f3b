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
import org.jspecify.annotations.Nullable;

/** Gives what the container itself refuses (malformed request lines, oversized headers) the same envelope as everything else. */
public final class ContainerErrors extends ErrorReportValve {
    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ErrorCode code = codeOf(response.getStatus());
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

    private static ErrorCode codeOf(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405, 501 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 431 -> ErrorCode.HEADERS_TOO_LARGE;
            case 503 -> ErrorCode.SERVICE_UNAVAILABLE;
            default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.INVALID_REQUEST;
        };
    }
}
