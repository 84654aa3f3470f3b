package ai.scailabs.vault.api.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AskedInUriTest {
    /** Its base64 has pluses, slashes next to each other, and a sign that fills it up. */
    private static final byte[] QUESTION = HexFormat.of().parseHex("3003fbeffffffb01");

    @Test
    void everySpellingOfIt_isTheSameQuestion() {
        String base64 = Base64.getEncoder().encodeToString(QUESTION);
        assertThat(base64).contains("+").contains("//").endsWith("=");
        String escaped = base64.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D");
        for (String spelled : new String[] {
            base64,
            "/" + base64,
            "//" + base64,
            "%2F" + base64,
            base64.replace("=", ""),
            escaped,
            escaped.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
            escaped.replace("%2F", "/"),
            escaped.replace("%2B", "+"),
            base64.replace('+', '-').replace('/', '_'),
            base64.replace('+', '-').replace('/', '_').replace("=", ""),
            base64.replace("M", "%4D")
        }) {
            assertThat(AskedInUri.decode(spelled)).as(spelled).hasValue(QUESTION);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%",
                "%2",
                "%zz",
                "MA%",
                "M",
                "MA A",
                "MA%20A",
                "MA.A",
                "MA=A",
                "MA%00",
                "MA%ff",
                "MA%C0%AF",
                "M\u00e4",
                "MA:A",
                "..%2f..%2fetc",
                "%252F"
            })
    void whatIsNoBase64_isNone(String raw) {
        assertThat(AskedInUri.decode(raw)).isEmpty();
    }

    @Test
    void nothing_isNoQuestionYetNoFailure() {
        assertThat(AskedInUri.decode("")).hasValue(new byte[0]);
        assertThat(AskedInUri.decode("///")).hasValue(new byte[0]);
    }
}
