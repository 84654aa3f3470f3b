package ai.scailabs.vault.secrets.version;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.secrets.TestRotation;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyJobStatus;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
    @TempDir
    static Path folder;

    private static TestVault vault;
    private static TestRotation rotation;

    @BeforeAll
    static void open() {
        vault = TestVault.open(folder);
        rotation = new TestRotation(vault);
    }

    @AfterAll
    static void close() {
        rotation.close();
        vault.close();
    }

    @Test
    void everyLevel_leavesNothingBehind_andNoCiphertextChanged() throws Exception {
        Actor owner = vault.owner();
        for (int i = 0; i < 700; i++) {
            vault.put(owner, "app/secret-" + i % 600, "{\"n\": " + i + "}");
        }
        String before = ciphertexts(owner);

        for (KeyLevel level : KeyLevel.values()) {
            KeyJob job = rotation.rotate(owner, level);
            assertThat(job.status()).as(level + ": " + job).isEqualTo(KeyJobStatus.COMPLETED);
            assertThat(job.failed()).isZero();
            System.out.println(job + " " + java.time.Duration.between(job.startedAt(), job.finishedAt()));
        }
        assertThat(ciphertexts(owner)).isEqualTo(before);
        System.out.println(rotation.keys.overview(TestRotation.rights(owner)));
        assertThat(vault.get(owner, "app/secret-7")).isEqualTo("{\"n\": 607}");
    }

    private static String ciphertexts(Actor actor) {
        return vault.text(
                "select md5(string_agg(path || version || encode(ciphertext, 'hex'), '|' order by path, version))"
                        + " from secret_version where tenant_id = '" + actor.tenant() + "'");
    }
}
