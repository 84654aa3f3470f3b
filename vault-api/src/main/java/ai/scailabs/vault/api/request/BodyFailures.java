package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** What is wrong with a body, so that its sender can mend it: where it is malformed, which member is unknown, of which kind one must be. Never a value. */
final class BodyFailures {
    private BodyFailures() {}

    static VaultException malformed(JacksonException failure) {
        TokenStreamLocation place = failure.getLocation();
        if (place == null || place.getLineNr() < 1 || place.getColumnNr() < 1) {
            return new VaultException(ErrorCode.INVALID_REQUEST, "The body is not well-formed JSON");
        }
        return new VaultException(
                ErrorCode.INVALID_REQUEST,
                "The body is not well-formed JSON, or names a member twice: line " + place.getLineNr() + ", column "
                        + place.getColumnNr(),
                Map.of("line", place.getLineNr(), "column", place.getColumnNr()));
    }

    static VaultException unknownField(UnrecognizedPropertyException failure) {
        String shown = FieldNames.printable(pathOf(failure));
        Collection<Object> ids = failure.getKnownPropertyIds();
        List<String> known = ids == null
                ? List.of()
                : ids.stream()
                        .filter(Objects::nonNull)
                        .map(Object::toString)
                        .sorted()
                        .toList();
        return FieldNames.unknown("Unknown field " + shown, Map.of("field", shown), failure.getPropertyName(), known);
    }

    static VaultException wrongKind(JacksonException failure) {
        String name = FieldNames.printable(pathOf(failure));
        String kind = kindOf(failure);
        return new VaultException(
                ErrorCode.INVALID_REQUEST,
                "The field " + name + " has a value of the wrong kind" + (kind == null ? "" : "; it takes " + kind),
                kind == null ? Map.of("field", name) : Map.of("field", name, "takes", kind));
    }

    private static @Nullable String kindOf(JacksonException failure) {
        Class<?> type = switch (failure) {
            case MismatchedInputException mismatch -> mismatch.getTargetType();
            case InputCoercionException number -> number.getTargetType();
            case DatabindException other
            when other.getCause() instanceof InputCoercionException number -> number.getTargetType();
            default -> null;
        };
        if (type == null) {
            return null;
        }
        if (type == String.class || type == SecretText.class) {
            return "a text";
        }
        if (type == Integer.class || type == int.class) {
            return "a whole number from -2147483648 to 2147483647";
        }
        if (type == Long.class || type == long.class) {
            return "a whole number";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) || type == RawObject.class ? "an object" : null;
    }

    private static String pathOf(JacksonException failure) {
        return failure.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                .collect(Collectors.joining("."))
                .replace(".[", "[");
    }
}
