package ai.scailabs.vault.server.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptionProbeTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    @Test
    void rootKeyThatWrappedWhatIsStored_serves() {
        assertThat(probe(new AtomicInteger(), false).look(true)).allMatch(EncryptionProbe.Finding::serves);
    }

    @Test
    void databaseThatIsAway_isNotAsked_andWhatItSaidLastCounts() {
        AtomicInteger asked = new AtomicInteger();
        EncryptionProbe probe = probe(asked, true);

        assertThat(probe.look(false)).allMatch(EncryptionProbe.Finding::serves);
        assertThat(asked).hasValue(0);

        assertThat(probe.look(true)).noneMatch(EncryptionProbe.Finding::serves);
        assertThat(probe.look(false)).noneMatch(EncryptionProbe.Finding::serves);
        assertThat(asked).hasValue(1);
    }

    private EncryptionProbe probe(AtomicInteger asked, boolean foreign) {
        return new EncryptionProbe(
                List.of(LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM)),
                () -> {
                    asked.incrementAndGet();
                    return foreign;
                },
                new Ids(Clock.systemUTC(), RANDOM),
                RANDOM);
    }
}
