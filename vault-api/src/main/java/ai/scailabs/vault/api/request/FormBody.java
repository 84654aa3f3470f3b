package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads a form: known fields only, each once; an empty one is absent (RFC 6749 §3.2). */
public final class FormBody {
    private static final int MAX_BYTES = 32 * 1024;
    private static final String TYPE = "application/x-www-form-urlencoded";

    private FormBody() {}

    /** Whether the request says that it is one. */
    public static boolean isOne(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(TYPE);
    }

    /** @throws VaultException {@code invalid_request}, {@code payload_too_large} */
    public static Map<String, String> read(HttpServletRequest request, Set<String> known) {
        byte[] body = bytes(request);
        try {
            Map<String, String> fields = new HashMap<>();
            for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
                if (!pair.isEmpty()) {
                    put(fields, pair, known);
                }
            }
            fields.values().removeIf(String::isEmpty);
            return fields;
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static void put(Map<String, String> fields, String pair, Set<String> known) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        if (!known.contains(name)) {
            throw FieldNames.unknown(
                    "The form has a field that the operation does not take",
                    Map.of(),
                    name,
                    known.stream().sorted().toList());
        }
        if (fields.put(name, value) != null) {
            throw new VaultException(
                    ErrorCode.INVALID_REQUEST, "The field " + name + " is given twice", Map.of("field", name));
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The body is not a well-formed form");
        }
    }

    private static byte[] bytes(HttpServletRequest request) {
        try (InputStream in = request.getInputStream()) {
            byte[] body = BodyBytes.read(in, MAX_BYTES + 1, System::nanoTime);
            if (body.length > MAX_BYTES) {
                throw new VaultException(
                        ErrorCode.PAYLOAD_TOO_LARGE, "The body is larger than " + MAX_BYTES + " bytes");
            }
            return body;
        } catch (IOException interrupted) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The body ended early");
        }
    }
}
