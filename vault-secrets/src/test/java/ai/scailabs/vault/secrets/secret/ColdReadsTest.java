package ai.scailabs.vault.secrets.secret;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestVault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many readers at once of what nobody has read yet. */
class ColdReadsTest {
    private static final int READERS = 10_000;

    @TempDir
    static Path folder;

    private static TestVault vault;

    @BeforeAll
    static void open() {
        vault = TestVault.open(folder);
    }

    @AfterAll
    static void close() {
        vault.close();
    }

    @Test
    @Timeout(120)
    void tenThousandAtOnce_ofTheTenantsOfOnePartner_haveOneCallOfTheRootKeyInFlight() throws Exception {
        Actor owner = vault.owner();
        for (int i = 0; i < 50; i++) {
            vault.put(owner, "cold/" + i, "{\"n\":" + i + "}");
        }
        SecretService instance = vault.anotherInstance();
        vault.root.delayBy(Duration.ofMillis(5).toNanos());
        int before = vault.root.unwraps();
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<String>> readers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < READERS; i++) {
                int n = i % 50;
                readers.add(threads.submit(() -> {
                    begin.await();
                    return readPatiently(instance, owner, "cold/" + n);
                }));
            }
            begin.countDown();
            for (int i = 0; i < READERS; i++) {
                assertThat(readers.get(i).get()).isEqualTo("{\"n\":" + i % 50 + "}");
            }
        }
        assertThat(vault.root.mostUnderWay()).isOne();
        assertThat(vault.root.unwraps() - before).isLessThan(READERS / 10);
    }

    /** So many at once may be more than the database takes in the time that it is given: who is refused for that asks again, as clients do. */
    private static String readPatiently(SecretService instance, Actor owner, String path) {
        while (true) {
            try (RevealedSecret secret = instance.read(
                    vault.permit(owner, Permission.READ, path), TestVault.space(owner), new SecretPath(path), null)) {
                return TestVault.text(secret);
            } catch (VaultException refused) {
                if (refused.code() != ErrorCode.SERVICE_UNAVAILABLE) {
                    throw refused;
                }
            }
        }
    }
}
