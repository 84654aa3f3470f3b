package ai.scailabs.vault.api.error;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Which code of ours a failure of the web framework has. Its own messages may repeat what the caller sent, so they are not used. */
final class FailureCodes {
    private FailureCodes() {}

    static VaultException of(Exception failure) {
        return switch (failure) {
            case VaultException known -> known;
            case NoHandlerFoundException none -> noSuchRoute();
            case NoResourceFoundException none -> noSuchRoute();
            case HttpRequestMethodNotSupportedException method -> methodNotAllowed(method);
            case HttpMediaTypeNotSupportedException type ->
                new VaultException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json");
            case TypeMismatchException mismatch -> invalidParameter(mismatch.getPropertyName());
            case ServletRequestBindingException binding ->
                new VaultException(ErrorCode.INVALID_REQUEST, "A parameter is missing or malformed");
            case InvalidParameterException query ->
                new VaultException(ErrorCode.INVALID_REQUEST, "The query is not properly encoded");
            default -> new VaultException(ErrorCode.INTERNAL_ERROR, "The request failed unexpectedly", failure);
        };
    }

    private static VaultException noSuchRoute() {
        return new VaultException(ErrorCode.NOT_FOUND, "There is nothing here; /v1/docs lists what there is");
    }

    private static VaultException methodNotAllowed(HttpRequestMethodNotSupportedException failure) {
        String[] methods = failure.getSupportedMethods();
        String allowed = methods == null ? "" : String.join(", ", methods);
        return new VaultException(
                ErrorCode.METHOD_NOT_ALLOWED,
                "The method is not available here" + (allowed.isEmpty() ? "" : "; available: " + allowed),
                allowed.isEmpty() ? Map.of() : Map.of("allowed_methods", allowed));
    }

    private static VaultException invalidParameter(@Nullable String name) {
        String parameter = name == null ? "A parameter" : name;
        return new VaultException(
                ErrorCode.VALIDATION_ERROR,
                parameter + " is malformed",
                Map.of("fields", Map.of(parameter, "is malformed")));
    }
}
