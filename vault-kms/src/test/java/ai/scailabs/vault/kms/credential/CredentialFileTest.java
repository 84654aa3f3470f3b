package ai.scailabs.vault.kms.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialFileTest {
    @TempDir
    Path folder;

    private final List<String> shown = new ArrayList<>();

    @Test
    void refusedCredential_isNotShownAgain_untilTheFileChanges() throws Exception {
        Path file = file("1111\n");
        CredentialFile pin = CredentialFile.ofText(file, "PIN", "token");

        refuses(pin, "the token refuses the PIN");
        refuses(pin, "is not tried again before it changes");
        refuses(pin, "is not tried again before it changes");
        assertThat(shown).containsExactly("1111");

        Files.writeString(file, "2222");
        assertThat(pin.use(this::acceptsTwos)).isEqualTo("2222");
        assertThat(pin.use(this::acceptsTwos)).isEqualTo("2222");
        assertThat(shown).containsExactly("1111", "2222", "2222");

        Files.writeString(file, "1111");
        refuses(pin, "the token refuses the PIN");
        assertThat(shown).hasSize(4);
    }

    @Test
    void outage_isNotTakenForARefusal() throws Exception {
        CredentialFile pin = CredentialFile.ofText(file("2222"), "PIN", "token");
        assertThatThrownBy(() -> pin.use(bytes -> {
                    throw new IOException("the token is away");
                }))
                .hasMessage("the token is away");
        assertThat(pin.use(this::acceptsTwos)).isEqualTo("2222");
        assertThat(shown).containsExactly("2222");
    }

    @Test
    void bytesAreWipedAfterUse() throws Exception {
        List<byte[]> given = new ArrayList<>();
        CredentialFile.ofText(file("p\u00e4ss \n\r\n"), "PIN", "token").use(bytes -> {
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("p\u00e4ss ");
            return Optional.of(given.add(bytes));
        });
        assertThat(given.getFirst()).containsOnly(0);
    }

    @Test
    void ofBytes_everyByteCounts() throws Exception {
        int length =
                CredentialFile.ofBytes(file("2222\n"), "auth value", "TPM").use(bytes -> Optional.of(bytes.length));
        assertThat(length).isEqualTo(5);
    }

    private Optional<String> acceptsTwos(byte[] pin) {
        shown.add(new String(pin, StandardCharsets.UTF_8));
        return Optional.of(shown.getLast()).filter("2222"::equals);
    }

    private void refuses(CredentialFile pin, String reason) {
        assertThatThrownBy(() -> pin.use(this::acceptsTwos))
                .isInstanceOf(CredentialUnusable.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("1111");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("pin"), content);
    }
}
