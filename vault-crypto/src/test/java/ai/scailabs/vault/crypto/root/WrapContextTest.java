package ai.scailabs.vault.crypto.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WrapContextTest {
    private static final KeyId ID = KeyId.of(new UUID(1, 2));

    @Test
    void bytes_areLengthsTextsAndKeyId() {
        assertThat(HexFormat.of().formatHex(new WrapContext("ptn_a", ID, "p").bytes()))
                .isEqualTo("0005" + "70746e5f61" + "00000000000000010000000000000002" + "0001" + "70");
    }

    @Test
    void map_holdsTheSameThreeThings() {
        assertThat(new WrapContext("ptn_a", ID, "p").asMap())
                .containsOnlyKeys("owner", "key_id", "purpose")
                .containsEntry("owner", "ptn_a")
                .containsEntry("key_id", ID.toString())
                .containsEntry("purpose", "p");
    }

    @Test
    void emptyLongOrUnprintableText_isRefused() {
        for (String text : new String[] {"", "a".repeat(256), "a\n", "é", "\u0000", "\u007f"}) {
            assertThatThrownBy(() -> new WrapContext(text, ID, "p")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new WrapContext("o", ID, text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
