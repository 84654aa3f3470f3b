package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without its root key nothing is served, and one line says what is wrong with it. */
class RootKeyRefusalTest {
    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);

    @TempDir
    Path folder;

    @Test
    void localKeyThatIsGone_isRefused() {
        Path absent = folder.resolve("absent.key");
        assertRefused(Map.of("KMS_LOCAL_KEY_FILE", absent.toString()), "there is no root key file " + absent);
    }

    @Test
    void hsmWhoseLibraryIsGone_isRefused() {
        Path absent = folder.resolve("absent.so");
        assertRefused(
                Map.of(
                        "KMS_PROVIDER", "pkcs11",
                        "KMS_PKCS11_LIBRARY", absent.toString(),
                        "KMS_PKCS11_TOKEN_LABEL", "scaivault",
                        "KMS_PKCS11_KEY_LABEL", "root",
                        "KMS_PKCS11_PIN_FILE", folder.resolve("pin").toString()),
                "the root key in the HSM: there is no PKCS#11 library " + absent);
    }

    private void assertRefused(Map<String, String> overrides, String problem) {
        assertThatThrownBy(() -> RunningServer.start(database, overrides).close())
                .isInstanceOfSatisfying(
                        StartupRefusal.class,
                        refusal -> assertThat(refusal.problems()).containsExactly(problem));
    }
}
