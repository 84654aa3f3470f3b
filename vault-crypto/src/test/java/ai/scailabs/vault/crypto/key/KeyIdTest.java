package ai.scailabs.vault.crypto.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyIdTest {
    private static final KeyId ID = KeyId.of(UUID.fromString("0198d3f0-1234-7abc-8def-0123456789ab"));

    @Test
    void textAndBytes_readBack() {
        assertThat(ID.toString()).matches("key_[0-9A-HJKMNP-TV-Z]{26}");
        assertThat(KeyId.parse(ID.toString())).contains(ID);
        assertThat(ID.bytes()).hasSize(16).startsWith(0x01, 0x98, 0xd3).endsWith(0x89, 0xab);
        byte[] padded = new byte[18];
        System.arraycopy(ID.bytes(), 0, padded, 1, 16);
        assertThat(KeyId.read(padded, 1)).isEqualTo(ID);
    }

    @Test
    void everyOtherSpelling_isNoKeyId() {
        String text = ID.toString();
        String[] refused = {
            "",
            "key_",
            "key",
            text.substring(4),
            "tnt_" + text.substring(4),
            text.toLowerCase(Locale.ROOT),
            text + "0",
            text.substring(0, text.length() - 1),
            " " + text,
            text + " ",
            "key_" + "8" + text.substring(5),
            "key_" + "U".repeat(26),
            "key_" + "I" + text.substring(5),
            "KEY_" + text.substring(4)
        };
        for (String other : refused) {
            assertThat(KeyId.parse(other)).as(other).isEmpty();
        }
    }
}
