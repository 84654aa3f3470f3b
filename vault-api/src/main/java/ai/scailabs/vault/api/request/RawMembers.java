package ai.scailabs.vault.api.request;

import ai.scailabs.vault.api.answer.WipedBuffer;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Reads members that are carried on as JSON rather than bound to a shape, and texts as {@link TextReader} does. */
final class RawMembers extends SimpleModule {
    private static final long serialVersionUID = 1L;

    RawMembers() {
        super("raw-members");
        addDeserializer(SecretData.class, new SecretDataReader());
        addDeserializer(String.class, new TextReader());
        addDeserializer(RawObject.class, new RawObjectReader());
        addDeserializer(SecretText.class, new SecretTextReader());
    }

    /** Tells whether the object that was copied has members that are not scalars. */
    private static boolean copyObject(JsonParser parser, WipedBuffer target) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            String field = parser.currentName() == null ? "value" : parser.currentName();
            throw new VaultException(
                    ErrorCode.INVALID_REQUEST, "The field " + field + " must be a JSON object", Map.of("field", field));
        }
        boolean scalarsOnly = true;
        try (JsonGenerator generator = JsonMapper.shared().createGenerator(target)) {
            generator.writeStartObject();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                generator.writeName(parser.currentName());
                scalarsOnly &= !parser.nextToken().isStructStart();
                copyValue(parser, generator);
            }
            generator.writeEndObject();
        }
        return scalarsOnly;
    }

    /** Numbers as they are spelled: 1.10 is not 1.1, and neither 1e400 nor -0.0 fits another form. */
    private static void copyValue(JsonParser parser, JsonGenerator generator) {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            if (token.isNumeric()) {
                generator.writeNumber(parser.getString());
            } else {
                generator.copyCurrentEvent(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return;
            }
        }
    }

    private static final class SecretDataReader extends ValueDeserializer<SecretData> {
        @Override
        public SecretData deserialize(JsonParser parser, DeserializationContext context) {
            WipedBuffer copy = new WipedBuffer();
            try {
                boolean scalarsOnly = copyObject(parser, copy);
                return new SecretData(SensitiveBytes.owning(copy.toByteArray()), scalarsOnly);
            } finally {
                copy.wipe();
            }
        }
    }

    private static final class SecretTextReader extends ValueDeserializer<SecretText> {
        @Override
        public SecretText deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                String field = parser.currentName() == null ? "value" : parser.currentName();
                throw new VaultException(
                        ErrorCode.INVALID_REQUEST, "The field " + field + " must be a text", Map.of("field", field));
            }
            ByteBuffer encoded = StandardCharsets.UTF_8.encode(
                    CharBuffer.wrap(parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength()));
            byte[] copy = Arrays.copyOf(encoded.array(), encoded.limit());
            Arrays.fill(encoded.array(), (byte) 0);
            return new SecretText(SensitiveBytes.owning(copy));
        }
    }

    private static final class RawObjectReader extends ValueDeserializer<RawObject> {
        @Override
        public RawObject deserialize(JsonParser parser, DeserializationContext context) {
            WipedBuffer copy = new WipedBuffer();
            copyObject(parser, copy);
            return new RawObject(new String(copy.toByteArray(), StandardCharsets.UTF_8));
        }
    }
}
