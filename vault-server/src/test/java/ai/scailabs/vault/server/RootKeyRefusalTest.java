package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

    @Test
    void serverThatIsNoTransit_isRefused() throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        web.start();
        try {
            assertRefused(
                    Map.of(
                            "KMS_PROVIDER", "hashicorp",
                            "KMS_ENDPOINT",
                                    "http://127.0.0.1:" + web.getAddress().getPort(),
                            "KMS_KEY_NAME", "scaivault-root",
                            "KMS_TRANSIT_TOKEN", "s.not-a-real-one"),
                    "the root key in Transit: the key transit/keys/scaivault-root cannot be the root key: there is no"
                            + " such key");
        } finally {
            web.stop(0);
        }
    }

    @Test
    void tpmThatIsGone_isRefused() {
        Path absent = folder.resolve("absent");
        assertRefused(
                Map.of(
                        "KMS_PROVIDER",
                        "tpm",
                        "KMS_TPM_DEVICE",
                        absent.toString(),
                        "KMS_TPM_HANDLE",
                        "0x81000100",
                        "KMS_TPM_AUTH_FILE",
                        folder.resolve("auth").toString()),
                "the root key in the TPM: there is no device or socket " + absent + " (docs/guides/root-keys/tpm.md)");
    }

    private void assertRefused(Map<String, String> overrides, String problem) {
        assertThatThrownBy(() -> RunningServer.start(database, overrides).close())
                .isInstanceOfSatisfying(
                        StartupRefusal.class,
                        refusal -> assertThat(refusal.problems()).containsExactly(problem));
    }
}
