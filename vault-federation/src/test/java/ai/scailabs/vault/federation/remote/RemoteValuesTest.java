package ai.scailabs.vault.federation.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to a vault that holds text or bytes is read from there as the same object. */
class RemoteValuesTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(SensitiveBytes object) {
        try (object) {
            return new String(object.expose(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"value\":\"plain\"}",
                "{\"value\":\"é € 😀\\nline\"}",
                "{\"value\":\"\"}",
                "{\"value\":\"[1,2]\"}",
                "{\"value\":\"{not json\"}",
                "{\"value\":\"{\\\"user\\\":\\\"a\\\"}\"}",
                "{\"value\":\"{\\\"value\\\":\\\"a\\\"}\"}",
                "{\"value\":\"\\uD800\"}",
                "{\"value\":\"a\\u0001\"}",
                "{\"value\":\"{\\u0000}\\u0000\"}",
                "{\"value\":7}",
                "{\"value\":null}",
                "{\"value\":\"a\",\"other\":\"b\"}",
                "{\"user\":\"a\",\"n\":123456789012345678901234567890, \"d\":1.10}",
                "{\"a\":\"\u007f\"}",
                "{}",
                "{\"value_base64\":\"AP8=\"}",
                "{\"value_base64\":\"AP8\"}",
                "{\"value_base64\":\"AP9=\"}",
                "{\"value_base64\":\"\"}",
                "{\"value_base64\":\"cGxhaW4=\"}",
                "{\"value_base64\":\"eyJhIjoxfQ==\"}",
                "{\"value_base64\":\"not base64\"}",
                "{\"value_base64\":\"AP8=\",\"other\":1}"
            })
    void object_isTheSameAfterItWasTextOrBytes(String object) throws Exception {
        assertThat(text(RemoteValues.ofText(RemoteValues.toText(bytes(object)))))
                .isEqualTo(object);
        assertThat(text(RemoteValues.ofBytes(RemoteValues.toPayload(bytes(object)))))
                .isEqualTo(object);
        byte[] binary = RemoteValues.toBytes(bytes(object));
        if (binary != null) {
            assertThat(text(RemoteValues.ofBytes(binary))).isEqualTo(object);
        }
    }

    @Test
    void text_isWrittenAsItself_andAnObjectAsWhatItIs() {
        assertThat(RemoteValues.toText(bytes("{\"value\":\"plain\"}"))).isEqualTo("plain");
        assertThat(RemoteValues.toText(bytes("{ \"value\" : \"plain\" }"))).isEqualTo("plain");
        assertThat(RemoteValues.toText(bytes("{ \"user\":\"a\" }"))).isEqualTo("{ \"user\":\"a\" }");
        assertThat(RemoteValues.toPayload(bytes("{\"value\":\"plain\"}"))).isEqualTo(bytes("plain"));
    }

    @Test
    void bytes_areWrittenAsThemselves_unlessTheyAreText() {
        assertThat(RemoteValues.toBytes(bytes("{\"value_base64\":\"AP8=\"}"))).containsExactly(0, 0xff);
        assertThat(RemoteValues.toPayload(bytes("{\"value_base64\":\"AP8=\"}"))).containsExactly(0, 0xff);
        // They would be read as a text.
        assertThat(RemoteValues.toBytes(bytes("{\"value_base64\":\"cGxhaW4=\"}")))
                .isNull();
        assertThat(RemoteValues.toBytes(bytes("{\"value\":\"plain\"}"))).isNull();
    }
}
