package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values of vaults that hold text or bytes, as the JSON object that our API gives. A text that is a JSON object is that object, any other text is {@code {"value": "…"}}, and bytes that are no
 * text are {@code {"value_base64": "…"}}.
 */
public final class RemoteValues {
    private static final int DEEPEST = 32;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private RemoteValues() {}

    /** @throws RemoteException {@link RemoteFailure#UNUSABLE_VALUE} when it is too large */
    public static SensitiveBytes ofText(String text) throws RemoteException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return isObject(bytes) ? checked(bytes) : checked(member("value", text));
    }

    /** @throws RemoteException as {@link #ofText} */
    public static SensitiveBytes ofBytes(byte[] bytes) throws RemoteException {
        String text = text(bytes);
        return text == null ? checked(member("value_base64", Base64.getEncoder().encodeToString(bytes))) : ofText(text);
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return isText(text) || isObject(bytes) ? text : null;
        } catch (CharacterCodingException none) {
            return null;
        }
    }

    /** The reverse of {@link #ofText}: the text by which that gives this object. @param object a JSON object */
    public static String toText(byte[] object) {
        JsonNode read = JsonMapper.shared().readTree(object);
        JsonNode value = read.size() == 1 ? read.get("value") : null;
        return value != null && value.isString() && isPlain(value.stringValue())
                ? value.stringValue()
                : new String(object, StandardCharsets.UTF_8);
    }

    /** Vaults take no empty text, half of a surrogate pair has no bytes, and what is an object would be read as one. */
    private static boolean isPlain(String text) {
        return !text.isEmpty()
                && StandardCharsets.UTF_8.newEncoder().canEncode(text)
                && !isObject(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The reverse of {@link #ofBytes}, for what is no text; null for what is one. @param object a JSON object */
    public static byte @Nullable [] toBytes(byte[] object) {
        JsonNode read = JsonMapper.shared().readTree(object);
        JsonNode value = read.size() == 1 ? read.get("value_base64") : null;
        if (value == null || !value.isString()) {
            return null;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(value.stringValue());
            boolean same = Base64.getEncoder().encodeToString(bytes).equals(value.stringValue());
            return same && text(bytes) == null ? bytes : null;
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    /** The reverse of {@link #ofBytes}, for vaults that hold bytes only; to be wiped by the caller. @param object a JSON object */
    public static byte[] toPayload(byte[] object) {
        byte[] bytes = toBytes(object);
        if (bytes != null) {
            return bytes;
        }
        byte[] text = toText(object).getBytes(StandardCharsets.UTF_8);
        return text(text) == null ? object.clone() : text;
    }

    /** @param json an object as the vault wrote it */
    public static SensitiveBytes ofObject(byte[] json) throws RemoteException {
        if (!isObject(json)) {
            throw new RemoteException(
                    RemoteFailure.UNUSABLE_VALUE, "the value is no JSON object that can be passed on");
        }
        return checked(json);
    }

    private static boolean isText(String text) {
        return text.codePoints().noneMatch(point -> Character.isISOControl(point) && "\n\r\t".indexOf(point) < 0);
    }

    private static byte[] member(String name, String value) {
        return JsonMapper.shared()
                .writeValueAsBytes(JsonMapper.shared().createObjectNode().put(name, value));
    }

    private static SensitiveBytes checked(byte[] json) throws RemoteException {
        if (json.length > RemoteVault.MAX_VALUE_BYTES) {
            throw new RemoteException(
                    RemoteFailure.UNUSABLE_VALUE, "the value is larger than " + RemoteVault.MAX_VALUE_BYTES + " bytes");
        }
        return SensitiveBytes.owning(json);
    }

    /** Whole, without members of the same name, and not deeper than what is written here may be. */
    private static boolean isObject(byte[] bytes) {
        for (byte each : bytes) {
            // As of another encoding than UTF-8, which is read as well.
            if (each == 0) {
                return false;
            }
        }
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            int depth = 1;
            while (depth > 0) {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return false;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth > DEEPEST) {
                    return false;
                }
            }
            return parser.nextToken() == null;
        } catch (JacksonException malformed) {
            return false;
        }
    }
}
