package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads request bodies: JSON only, bounded in bytes, depth, keys and elements, no duplicate and no unknown member. Errors name members and places, never values. The bytes are
 * wiped after reading.
 */
public final class JsonBody {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_KEYS = 10_000;
    /** Outside the value of a secret, which is copied and not built: more than metadata can hold, and every element becomes an object. */
    private static final int MAX_ELEMENTS = 40_000;

    private static final String VALUE = "data";
    /** Whether a shape has the value of a secret among its members. */
    private static final ClassValue<Boolean> CARRIES_A_VALUE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> shape) {
            return shape.isRecord()
                    && Arrays.stream(shape.getRecordComponents())
                            .anyMatch(member -> member.getName().equals(VALUE) && member.getType() == SecretData.class);
        }
    };

    private static final Set<String> JSON_TYPES = Set.of("application/json");
    private static final Set<String> PATCH_TYPES = Set.of("application/json", "application/merge-patch+json");

    private final JsonMapper mapper;
    private final int maxBytes;

    /** @param maxBytes of one body */
    public JsonBody(int maxBytes) {
        this.maxBytes = maxBytes;
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxNumberLength(1_000)
                                .maxStringLength(maxBytes)
                                .maxNameLength(1_024)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        // Its table of names outlives the request, grows with their length squared, and would hold
                        // names
                        // of what is secret.
                        .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                        .build())
                .addModule(new RawMembers())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
    }

    /** The body as one object of the given shape. */
    public <T> T read(HttpServletRequest request, Class<T> shape) {
        return read(request, shape, JSON_TYPES);
    }

    /** The same; null when the request has no body at all. */
    public <T> @Nullable T readOptional(HttpServletRequest request, Class<T> shape) {
        boolean none = request.getContentLengthLong() <= 0 && request.getHeader("Transfer-Encoding") == null;
        return none ? null : read(request, shape);
    }

    /** As {@link #read}, for a JSON merge patch (RFC 7396). */
    public <T> T readPatch(HttpServletRequest request, Class<T> shape) {
        return read(request, shape, PATCH_TYPES);
    }

    /**
     * A JSON merge patch (RFC 7396) of something of the given shape: a member takes the place of the old one, {@code null} takes it away, and what is not sent stays. What is wrong with a member is said
     * at once, before there is anything to patch.
     */
    public <T> UnaryOperator<T> readMergePatch(HttpServletRequest request, Class<T> shape) {
        requireType(request, PATCH_TYPES);
        byte[] body = bytes(request, maxBytes);
        ObjectNode patch = parsed(body, () -> {
            checkLimits(body, false);
            T _ = mapper.readValue(body, shape);
            return mapper.readValue(body, ObjectNode.class);
        });
        return old -> merged(mapper.<ObjectNode>valueToTree(old), patch, shape);
    }

    private <T> T merged(ObjectNode members, ObjectNode patch, Class<T> shape) {
        merge(members, patch);
        return mapper.treeToValue(members, shape);
    }

    private static void merge(ObjectNode members, ObjectNode patch) {
        patch.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                members.remove(member.getKey());
            } else if (value instanceof ObjectNode inner && members.get(member.getKey()) instanceof ObjectNode old) {
                merge(old, inner);
            } else {
                members.set(member.getKey(), value);
            }
        });
    }

    private <T> T read(HttpServletRequest request, Class<T> shape, Set<String> types) {
        requireType(request, types);
        byte[] body = bytes(request, maxBytes);
        return parsed(body, () -> {
            checkLimits(body, CARRIES_A_VALUE.get(shape));
            return mapper.readValue(body, shape);
        });
    }

    /** Wipes the body, whatever becomes of it. */
    private static <T> T parsed(byte[] body, Supplier<@Nullable T> parser) {
        try {
            T value = parser.get();
            if (value == null) {
                throw notAnObject();
            }
            return value;
        } catch (StreamConstraintsException tooMuch) {
            throw tooLarge(
                    "The body is nested deeper than " + MAX_DEPTH + " levels or has an oversized name or number");
        } catch (UnrecognizedPropertyException unknown) {
            throw BodyFailures.unknownField(unknown);
        } catch (DatabindException mismatch) {
            if (mismatch.getCause() instanceof VaultException refused) {
                throw refused;
            }
            throw BodyFailures.wrongKind(mismatch);
        } catch (JacksonException malformed) {
            throw malformed instanceof InputCoercionException
                    ? BodyFailures.wrongKind(malformed)
                    : BodyFailures.malformed(malformed);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static void requireType(HttpServletRequest request, Set<String> types) {
        String type = request.getContentType();
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean utf8 = type == null
                || !type.toLowerCase(Locale.ROOT).contains("charset")
                || type.toLowerCase(Locale.ROOT).matches(".*charset=\"?utf-8\"?\\s*(;.*)?");
        if (!types.contains(bare) || !utf8) {
            throw new VaultException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json, in UTF-8");
        }
    }

    /** The body as it came, for who must see it before it is read as JSON. It is not wiped. */
    public static byte[] raw(HttpServletRequest request, int atMost) {
        requireType(request, JSON_TYPES);
        return bytes(request, atMost);
    }

    /** The body as it came, to be read again; whoever takes it wipes it. */
    byte[] bytes(HttpServletRequest request) {
        return bytes(request, maxBytes);
    }

    private static byte[] bytes(HttpServletRequest request, int atMost) {
        if (request.getContentLengthLong() > atMost) {
            throw tooLarge("The body is larger than " + atMost + " bytes");
        }
        byte[] body;
        try (InputStream in = request.getInputStream()) {
            body = BodyBytes.read(in, atMost + 1, System::nanoTime);
        } catch (IOException interrupted) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The body ended early");
        }
        if (body.length > atMost) {
            Arrays.fill(body, (byte) 0);
            throw tooLarge("The body is larger than " + atMost + " bytes");
        }
        return body;
    }

    /** Counts before anything is built: a small body must not become a large object. */
    private void checkLimits(byte[] body, boolean carriesAValue) {
        int keys = 0;
        int elements = 0;
        int depth = 0;
        boolean inValue = false;
        try (JsonParser parser = mapper.createParser(body)) {
            JsonToken token = parser.nextToken();
            if (token != JsonToken.START_OBJECT) {
                throw notAnObject();
            }
            for (; token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    if (++keys > MAX_KEYS) {
                        throw tooLarge("The body has more than " + MAX_KEYS + " keys");
                    }
                    if (depth == 1) {
                        inValue = carriesAValue && parser.currentName().equals(VALUE);
                    }
                } else if (token.isStructEnd()) {
                    depth--;
                } else {
                    depth += token.isStructStart() ? 1 : 0;
                    if (!inValue && ++elements > MAX_ELEMENTS) {
                        throw tooLarge("The body has more than " + MAX_ELEMENTS + " elements beside " + VALUE);
                    }
                }
            }
        }
    }

    private static VaultException notAnObject() {
        return new VaultException(ErrorCode.INVALID_REQUEST, "The body is not a JSON object");
    }

    private static VaultException tooLarge(String message) {
        return new VaultException(ErrorCode.PAYLOAD_TOO_LARGE, message);
    }
}
