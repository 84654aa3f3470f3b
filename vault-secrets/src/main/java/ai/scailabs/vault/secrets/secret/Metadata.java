package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rules for metadata, wherever they come from: a JSON object of at most 64 KiB and 64 members; {@code description} a string of up to 4096 characters,
 * {@code tags} up to 64 strings of up to 128, {@code owner} a string of up to 256, everything else as the writer likes.
 */
final class Metadata {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_MEMBERS = 64;
    private static final int MAX_NAME = 128;
    private static final int MAX_TAGS = 64;
    private static final int MAX_TAG = 128;
    private static final int MAX_DESCRIPTION = 4_096;
    private static final int MAX_OWNER = 256;
    private static final int MAX_DIGITS = 400;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Metadata() {}

    /**
     * The metadata as they will be stored.
     *
     * @throws VaultException {@code validation_error} or {@code invalid_request}
     */
    static String checked(String json) {
        return checked(object("metadata", json));
    }

    /** The outcome of a merge patch (RFC 7396) on stored metadata, checked as a whole. */
    static String merged(String storedJson, String patchJson) {
        ObjectNode target = object("metadata", storedJson);
        merge(target, object("the merge patch", patchJson));
        return checked(target);
    }

    /** Of metadata as they are stored; empty for most. */
    static List<String> tags(String storedJson) {
        if (!storedJson.contains("\"tags\"") || !(JSON.readTree(storedJson).get("tags") instanceof ArrayNode tags)) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(tags.size());
        tags.forEach(tag -> texts.add(tag.asString()));
        return texts;
    }

    private static ObjectNode object(String what, String json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JacksonException malformed) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, what + " is not JSON", Map.of("field", "metadata"));
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw VaultException.invalidField("metadata", "is not an object");
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            String name = member.getKey();
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode nested) {
                ObjectNode into = target.get(name) instanceof ObjectNode existing ? existing : JSON.createObjectNode();
                merge(into, nested);
                target.set(name, into);
            } else {
                target.set(name, value);
            }
        }
    }

    private static String checked(ObjectNode metadata) {
        if (metadata.size() > MAX_MEMBERS) {
            throw VaultException.invalidField("metadata", "has more than " + MAX_MEMBERS + " members");
        }
        for (String name : metadata.propertyNames()) {
            if (name.isEmpty() || name.length() > MAX_NAME) {
                throw VaultException.invalidField(
                        "metadata", "has a member whose name is empty or longer than " + MAX_NAME + " characters");
            }
        }
        requireText(metadata.get("description"), "metadata.description", MAX_DESCRIPTION);
        requireText(metadata.get("owner"), "metadata.owner", MAX_OWNER);
        requireTags(metadata.get("tags"));
        requireStorable(metadata);
        String json = JSON.writeValueAsString(metadata);
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw VaultException.invalidField("metadata", "is larger than " + MAX_BYTES + " bytes");
        }
        return json;
    }

    private static void requireText(@Nullable JsonNode value, String field, int longest) {
        if (value == null) {
            return;
        }
        if (!value.isString()) {
            throw VaultException.invalidField(field, "is not a string");
        }
        if (value.stringValue().length() > longest) {
            throw VaultException.invalidField(field, "is longer than " + longest + " characters");
        }
    }

    private static void requireTags(@Nullable JsonNode tags) {
        if (tags == null) {
            return;
        }
        if (!tags.isArray() || tags.size() > MAX_TAGS) {
            throw VaultException.invalidField("metadata.tags", "is not an array of at most " + MAX_TAGS + " strings");
        }
        for (JsonNode tag : tags) {
            requireText(tag, "metadata.tags", MAX_TAG);
        }
    }

    /** What the database's JSON type would refuse, wherever it stands. */
    private static void requireStorable(JsonNode node) {
        boolean storable = true;
        if (node.isString()) {
            storable = StorableText.isStorable(node.stringValue());
        } else if (node.isNumber()) {
            storable = isStorable(node.decimalValue());
        } else if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                storable &= StorableText.isStorable(member.getKey());
                requireStorable(member.getValue());
            }
        } else {
            for (JsonNode element : node) {
                requireStorable(element);
            }
        }
        if (!storable) {
            throw VaultException.invalidField("metadata", "has a character or number that cannot be stored");
        }
    }

    private static boolean isStorable(BigDecimal number) {
        return number.precision() <= MAX_DIGITS && Math.abs((long) number.scale()) <= MAX_DIGITS;
    }
}
