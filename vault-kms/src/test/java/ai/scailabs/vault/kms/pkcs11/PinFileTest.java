package ai.scailabs.vault.kms.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinFileTest {
    @TempDir
    Path folder;

    private final List<String> shown = new ArrayList<>();

    @Test
    void refusedPin_isNotShownToTheTokenAgain_untilTheFileChanges() throws Exception {
        Path file = file("1111\n");
        PinFile pin = new PinFile(file);

        refuses(pin, "the token refuses the PIN");
        refuses(pin, "is not tried again before it changes");
        refuses(pin, "is not tried again before it changes");
        assertThat(shown).containsExactly("1111");

        Files.writeString(file, "2222");
        pin.use(this::acceptsTwos);
        pin.use(this::acceptsTwos);
        assertThat(shown).containsExactly("1111", "2222", "2222");

        Files.writeString(file, "1111");
        refuses(pin, "the token refuses the PIN");
        assertThat(shown).hasSize(4);
    }

    @Test
    void outage_isNotTakenForARefusal() throws Exception {
        PinFile pin = new PinFile(file("2222"));
        assertThatThrownBy(() -> pin.use(characters -> {
                    throw new HsmUnavailable("the token is away");
                }))
                .hasMessage("the token is away");
        pin.use(this::acceptsTwos);
        assertThat(shown).containsExactly("2222");
    }

    @Test
    void charactersAreWipedAfterUse() throws Exception {
        List<char[]> given = new ArrayList<>();
        new PinFile(file("p\u00e4ss \n\r\n")).use(characters -> {
            assertThat(new String(characters)).isEqualTo("p\u00e4ss \n".substring(0, 5));
            return given.add(characters);
        });
        assertThat(given.getFirst()).containsOnly('\0');
    }

    private boolean acceptsTwos(char[] pin) {
        shown.add(new String(pin));
        return shown.getLast().equals("2222");
    }

    private void refuses(PinFile pin, String reason) {
        assertThatThrownBy(() -> pin.use(this::acceptsTwos))
                .isInstanceOf(HsmUnavailable.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("1111");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("pin"), content);
    }
}
