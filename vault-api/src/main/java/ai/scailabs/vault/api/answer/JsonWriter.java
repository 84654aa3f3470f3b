package ai.scailabs.vault.api.answer;

import ai.scailabs.vault.kernel.sensitive.PlainData;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes one JSON object member by member. Values of secrets go to the wiped buffer directly: they never pass the generator's own buffers, which are
 * pooled.
 */
public final class JsonWriter {
    private final JsonGenerator generator;
    private final WipedBuffer buffer;

    JsonWriter(JsonGenerator generator, WipedBuffer buffer) {
        this.generator = generator;
        this.buffer = buffer;
    }

    public JsonWriter text(String name, @Nullable String value) {
        generator.writeName(name);
        if (value == null) {
            generator.writeNull();
        } else {
            generator.writeString(value);
        }
        return this;
    }

    public JsonWriter number(String name, long value) {
        generator.writeName(name);
        generator.writeNumber(value);
        return this;
    }

    public JsonWriter flag(String name, boolean value) {
        generator.writeName(name);
        generator.writeBoolean(value);
        return this;
    }

    public JsonWriter time(String name, @Nullable Instant value) {
        return text(name, value == null ? null : value.toString());
    }

    public JsonWriter texts(String name, Iterable<String> values) {
        generator.writeName(name);
        generator.writeStartArray();
        values.forEach(generator::writeString);
        generator.writeEndArray();
        return this;
    }

    /** A member whose value is JSON text already, trusted to be well-formed. */
    public JsonWriter json(String name, String value) {
        generator.writeName(name);
        generator.writeRawValue(value);
        return this;
    }

    /** A member whose value is plain data: maps, lists, texts, numbers. Anything else is redacted. */
    public JsonWriter value(String name, @Nullable Object value) {
        generator.writeName(name);
        generator.writePOJO(PlainData.of(value));
        return this;
    }

    /** A secret's JSON, copied byte for byte. */
    public JsonWriter secret(String name, SensitiveBytes json) {
        generator.writeName(name);
        generator.writeRawValue("");
        generator.flush();
        buffer.write(json.expose(), 0, json.length());
        return this;
    }

    /**
     * A text that is secret, such as a private key in PEM.
     *
     * @param text printable ASCII and line feeds, without quotes and backslashes
     */
    public JsonWriter secretText(String name, SensitiveBytes text) {
        generator.writeName(name);
        generator.writeRawValue("");
        generator.flush();
        buffer.write('"');
        for (byte character : text.expose()) {
            if (character == '\n') {
                buffer.write('\\');
                buffer.write('n');
            } else if (character < ' ' || character > '~' || character == '"' || character == '\\') {
                throw new IllegalArgumentException("a character that would need to be escaped");
            } else {
                buffer.write(character);
            }
        }
        buffer.write('"');
        return this;
    }

    public JsonWriter object(String name, Members members) {
        generator.writeName(name);
        return object(members);
    }

    public <T> JsonWriter objects(String name, List<T> items, Item<T> item) {
        generator.writeName(name);
        return array(items, item);
    }

    <T> JsonWriter array(List<T> items, Item<T> item) {
        generator.writeStartArray();
        for (T each : items) {
            generator.writeStartObject();
            item.write(this, each);
            generator.writeEndObject();
        }
        generator.writeEndArray();
        return this;
    }

    /** An object with one member per key, each an object itself. */
    public <T> JsonWriter objects(String name, Map<String, T> items, Item<T> item) {
        generator.writeName(name);
        generator.writeStartObject();
        items.forEach((key, each) -> {
            generator.writeName(key);
            generator.writeStartObject();
            item.write(this, each);
            generator.writeEndObject();
        });
        generator.writeEndObject();
        return this;
    }

    JsonWriter object(Members members) {
        generator.writeStartObject();
        members.write(this);
        generator.writeEndObject();
        return this;
    }

    /** What is inside an object. */
    @FunctionalInterface
    public interface Members {
        void write(JsonWriter json);
    }

    /** What is inside the object of one item. */
    @FunctionalInterface
    public interface Item<T> {
        void write(JsonWriter json, T item);
    }
}
