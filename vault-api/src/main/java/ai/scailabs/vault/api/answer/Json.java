package ai.scailabs.vault.api.answer;

import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Renders JSON into buffers that are wiped. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static WipedBuffer render(JsonWriter.Members members) {
        return filled(json -> json.object(members));
    }

    static <T> WipedBuffer render(List<T> items, JsonWriter.Item<T> item) {
        return filled(json -> json.array(items, item));
    }

    private static WipedBuffer filled(JsonWriter.Members whole) {
        WipedBuffer buffer = new WipedBuffer();
        try (JsonGenerator generator = MAPPER.createGenerator(buffer)) {
            whole.write(new JsonWriter(generator, buffer));
        } catch (RuntimeException | Error failure) {
            buffer.wipe();
            throw failure;
        }
        return buffer;
    }
}
