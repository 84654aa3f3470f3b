package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * An answer with a value of KV, in which the value is found and not read: its bytes are passed on as they came, so that numbers of any size stay what they are. Not thread-safe.
 */
final class KvValue {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final byte[] body;
    private int begin = -1;
    private int end = -1;
    private int version;
    private @Nullable Instant createdAt;
    private boolean leased;
    private final Map<String, String> labels = new HashMap<>();

    private KvValue(byte[] body) {
        this.body = body;
    }

    /** @param versioned whether it is an answer of version 2 */
    static KvValue of(VaultAnswer answer, boolean versioned) throws RemoteException {
        KvValue value = new KvValue(answer.body());
        // Another encoding than UTF-8 has a zero there.
        if (value.body.length < 2 || value.body[0] != '{' || value.body[1] == 0) {
            throw Unanswered.notUnderstood("no value of KV");
        }
        try (JsonParser parser = JSON.createParser(value.body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                value.envelope(parser, versioned);
            }
        } catch (JacksonException | DateTimeParseException garbage) {
            throw Unanswered.notUnderstood("no value of KV");
        }
        return value;
    }

    /**
     * What version 2 takes as the next version, in which the value is as it came; to be wiped by the caller.
     *
     * @param current the version that must be the current one; 0 where there must be none
     */
    static byte[] compared(byte[] object, int current) {
        byte[] before = ("{\"options\":{\"cas\":" + current + "},\"data\":").getBytes(StandardCharsets.US_ASCII);
        byte[] body = Arrays.copyOf(before, before.length + object.length + 1);
        System.arraycopy(object, 0, body, before.length, object.length);
        body[body.length - 1] = '}';
        return body;
    }

    private void envelope(JsonParser parser, boolean versioned) throws RemoteException {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals("lease_id")) {
            leased = token != JsonToken.VALUE_STRING || !parser.getString().isEmpty();
        } else if (name.equals("data") && versioned && token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                withMetadata(parser);
            }
        } else if (name.equals("data") && !versioned) {
            mark(parser, token);
        } else {
            parser.skipChildren();
        }
    }

    private void withMetadata(JsonParser parser) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals("data")) {
            mark(parser, token);
        } else if (name.equals("metadata") && token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                metadata(parser);
            }
        } else {
            parser.skipChildren();
        }
    }

    private void metadata(JsonParser parser) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals("version") && token == JsonToken.VALUE_NUMBER_INT) {
            version = parser.getIntValue();
        } else if (name.equals("created_time") && token == JsonToken.VALUE_STRING) {
            createdAt = Instant.parse(parser.getString());
        } else if (name.equals("custom_metadata") && token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                label(parser);
            }
        } else {
            parser.skipChildren();
        }
    }

    private void label(JsonParser parser) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
            labels.put(name, parser.getString());
        } else {
            parser.skipChildren();
        }
    }

    private void mark(JsonParser parser, JsonToken token) {
        if (token == JsonToken.START_OBJECT) {
            begin = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            end = (int) parser.currentLocation().getByteOffset();
        } else {
            parser.skipChildren();
        }
    }

    /** Whether the engine made something that ends by itself, as KV never does. */
    boolean isLeased() {
        return leased;
    }

    /** Of version 2. */
    int version() throws RemoteException {
        if (version < 1) {
            throw Unanswered.notUnderstood("a value of KV without its version");
        }
        return version;
    }

    /** Of version 2. */
    Instant createdAt() throws RemoteException {
        if (createdAt == null) {
            throw Unanswered.notUnderstood("a value of KV without its time");
        }
        return createdAt;
    }

    /** Of version 2. */
    Map<String, String> labels() {
        return labels;
    }

    /** A copy of the object. */
    byte[] object() throws RemoteException {
        if (begin < 0 || body[begin] != '{' || body[end - 1] != '}') {
            throw Unanswered.notUnderstood("no value of KV");
        }
        return Arrays.copyOfRange(body, begin, end);
    }
}
