package ai.scailabs.vault.kms.tpm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestSwtpm;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/** Ways to a key at the handle that most tests use. */
final class TestTpmKeys {
    static final String HANDLE = "0x81000100";
    static final SecureRandom RANDOM = new SecureRandom();

    private TestTpmKeys() {}

    static TpmProperties properties(TestSwtpm tpm, String handle, Path authFile) {
        return properties(new TpmAddress.File(tpm.socket()), handle, authFile, Duration.ofSeconds(5));
    }

    static TpmProperties properties(TpmAddress address, Path authFile) {
        return properties(address, HANDLE, authFile, Duration.ofSeconds(5));
    }

    static TpmProperties properties(TpmAddress address, String handle, Path authFile, Duration patience) {
        return new TpmProperties(address, PersistentHandle.parse(handle).orElseThrow(), authFile, patience);
    }

    static void refusesToOpen(TpmProperties properties, String reason) {
        assertThatThrownBy(() -> TpmRootKey.open(properties, RANDOM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(reason);
    }
}
