package ai.scailabs.vault.api.answer;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Renders JSON into buffers that are wiped. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static WipedBuffer render(JsonWriter.Members members) {
        WipedBuffer buffer = new WipedBuffer();
        try (JsonGenerator generator = MAPPER.createGenerator(buffer)) {
            new JsonWriter(generator, buffer).object(members);
        } catch (RuntimeException | Error failure) {
            buffer.wipe();
            throw failure;
        }
        return buffer;
    }
}
