package ai.scailabs.vault.kms.transit;

import static ai.scailabs.vault.kms.transit.TransitSetup.CONTEXT;
import static ai.scailabs.vault.kms.transit.TransitSetup.PATIENCE;
import static ai.scailabs.vault.kms.transit.TransitSetup.appRole;
import static ai.scailabs.vault.kms.transit.TransitSetup.opens;
import static ai.scailabs.vault.kms.transit.TransitSetup.over;
import static ai.scailabs.vault.kms.transit.TransitSetup.refuses;
import static ai.scailabs.vault.kms.transit.TransitSetup.serving;
import static ai.scailabs.vault.kms.transit.TransitSetup.wrapNew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over TLS, by AppRole, against Transit as it is published. */
class TransitRootKeyTest extends RootKeyContract {
    @TempDir
    static Path folder;

    private static Path authorities;
    private static StrictTransit transit;
    private static TransitRootKey root;
    private static TransitRootKey another;

    @BeforeAll
    static void start() throws Exception {
        TestAuthority authority = new TestAuthority("kms.test");
        authorities = TestAuthority.write(folder.resolve("ca.pem"), authority.certificate());
        transit = new StrictTransit(serving(authority.server("transit.test"), authority));
        transit.key("root");
        transit.key("another");
        root = TransitSetup.open(over(transit.endpoint(), authorities));
        another = TransitSetup.open(new TransitProperties(
                transit.endpoint(), null, "transit", "another", authorities, appRole(), PATIENCE));
    }

    @AfterAll
    static void stop() {
        root.close();
        another.close();
        transit.close();
    }

    @AfterEach
    void everyRequestWasAsItIsPublished() {
        assertThat(transit.violations).isEmpty();
    }

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }

    @Test
    void id_isTheKeysNameWhereverTheServerIs() {
        assertThat(root.id()).isEqualTo("hashicorp:transit/keys/root").isEqualTo(root.toString());
    }

    @Test
    void rotationInTransit_leavesOldKeysOpen_andWrapsWithTheNewVersion() {
        try (StrictTransit own = new StrictTransit();
                TransitRootKey key = TransitSetup.open(own)) {
            byte[] before = wrapNew(key);
            assertThat(text(before)).contains("vault:v1:");
            own.key("root").rotate();
            byte[] after = wrapNew(key);
            assertThat(text(after)).contains("vault:v2:");
            opens(key, before);
            opens(key, after);

            own.key("root").minDecryptionVersion = 2;
            opens(key, after);
            assertThatThrownBy(() -> key.unwrap(before, CONTEXT)).isInstanceOfSatisfying(VaultException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(e).hasMessageContaining("that version of its key");
                assertThat(e.getCause()).hasMessageContaining("min_decryption_version");
            });
            own.key("root").minDecryptionVersion = 1;
            opens(key, before);
        }
    }

    @Test
    void versionThatTheKeyDoesNotHave_isAnIntegrityFailure() {
        try (StrictTransit own = new StrictTransit();
                TransitRootKey key = TransitSetup.open(own)) {
            own.key("root").rotate();
            byte[] wrapped = wrapNew(key);
            // As when the server was put back to an older backup.
            own.keys.put("root", new FakeKey());
            refuses(key, wrapped, ErrorCode.INTEGRITY_FAILURE);
        }
    }

    @Test
    void damage_isSeenWithoutACall() {
        byte[] wrapped = wrapNew(root);
        wrapped[wrapped.length - 1] ^= 1;
        long before = transit.requests.size();
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
        assertThat(transit.requests).hasSize((int) before);
    }

    @Test
    void keyThatIsDeleted_isKmsUnavailable_andServesOnceItIsBack() {
        try (StrictTransit own = new StrictTransit();
                TransitRootKey key = TransitSetup.open(own)) {
            byte[] wrapped = wrapNew(key);
            FakeKey kept = own.keys.remove("root");
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            own.keys.put("root", kept);
            kept.softDeleted = true;
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            kept.softDeleted = false;
            opens(key, wrapped);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serverThatIgnoresAssociatedData_isRefused(boolean mayReadKeys) {
        try (StrictTransit own = new StrictTransit()) {
            own.key("root").ignoresAssociatedData = true;
            own.tokens.mayReadKeys = mayReadKeys;
            assertThatThrownBy(() -> TransitSetup.open(own).close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the server ignores associated data");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "type, aes128-gcm96",
        "type, rsa-4096",
        "type, hmac",
        "exportable, true",
        "allow_plaintext_backup, true",
        "derived, true",
        "supports_encryption, false",
        "supports_decryption, false"
    })
    void keyThatIsNotAsItMustBe_isRefused(String member, String value) {
        try (StrictTransit own = new StrictTransit()) {
            own.key("root").configuration.put(member, value.matches("true|false") ? Boolean.valueOf(value) : value);
            assertThatThrownBy(() -> TransitSetup.open(own).close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the key transit/keys/root cannot be the root key");
        }
    }

    @ParameterizedTest
    @CsvSource({"type, rsa-4096", "derived, true"})
    void keyThatMayNotBeRead_isProvedByUse(String member, String value) {
        try (StrictTransit own = new StrictTransit()) {
            own.tokens.mayReadKeys = false;
            try (TransitRootKey key = TransitSetup.open(own)) {
                opens(key, wrapNew(key));
            }
            own.key("root").configuration.put(member, value.matches("true|false") ? Boolean.valueOf(value) : value);
            assertThatThrownBy(() -> TransitSetup.open(own).close()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void keyThatIsNotThere_isRefused_andNotMade() {
        try (StrictTransit own = new StrictTransit()) {
            assertThatThrownBy(
                            () -> TransitSetup.open(over(own.endpoint(), null)).close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("transit/keys/root cannot be the root key: there is no such key");
            assertThat(own.keys).isEmpty();
            assertThat(own.calls("encrypt/root")).isZero();
        }
    }

    @Test
    void serverThatIsSealedAtTheStart_isProvedAtTheFirstCall() {
        try (StrictTransit own = new StrictTransit()) {
            own.sealed = true;
            try (TransitRootKey key = TransitSetup.open(own)) {
                TransitSetup.refusesToWrap(key);
                own.sealed = false;
                own.key("root").ignoresAssociatedData = true;
                TransitSetup.refusesToWrap(key);
                own.key("root").ignoresAssociatedData = false;
                opens(key, wrapNew(key));
            }
        }
    }

    @Test
    void namespaceAndMount_areSaid() {
        try (StrictTransit own = new StrictTransit()) {
            own.namespace = "team/vault";
            own.mount = "crypto/root-keys";
            own.key("root");
            CountDownLatch logged = new CountDownLatch(1);
            Handler listening = listener(logged);
            Logger drivers = Logger.getLogger("io.github.jopenlibs.vault");
            drivers.addHandler(listening);
            TransitProperties properties = new TransitProperties(
                    own.endpoint(), "team/vault", "crypto/root-keys", "root", null, appRole(), PATIENCE);
            try (TransitRootKey key = TransitSetup.open(properties)) {
                assertThat(key.id()).isEqualTo("hashicorp:team/vault/crypto/root-keys/keys/root");
                opens(key, wrapNew(key));
            }
            assertThatThrownBy(() -> TransitSetup.open(own).close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("there is no such namespace");
            assertThat(own.violations).isEmpty();
            drivers.removeHandler(listening);
            assertThat(logged.getCount()).as("the driver logs every call").isEqualTo(1);
        }
    }

    @Test
    void serverThatNobodyVouchesFor_isRefused() throws Exception {
        TestAuthority stranger = new TestAuthority("stranger.test");
        Path strangers = TestAuthority.write(folder.resolve("stranger.pem"), stranger.certificate());
        TestAuthority authority = new TestAuthority("kms.test");
        Path trusted = TestAuthority.write(folder.resolve("trusted.pem"), authority.certificate());
        try (StrictTransit elsewhere =
                new StrictTransit(serving(authority.serverNamed("transit.example.test"), authority))) {
            for (TransitProperties each : List.of(
                    over(transit.endpoint(), strangers),
                    // Of those that the runtime trusts, none.
                    over(transit.endpoint(), null),
                    // Trusted, and of another name.
                    over(elsewhere.endpoint(), trusted))) {
                assertThatThrownBy(() -> TransitSetup.open(each).close())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the certificate of the server is not trusted, or not for that name");
            }
            assertThat(elsewhere.requests).isEmpty();
        }
    }

    @Test
    void fileWithoutCertificates_isRefused() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "none\n");
        for (Path each : List.of(empty, folder.resolve("absent.pem"))) {
            assertThatThrownBy(() ->
                            TransitSetup.open(over(transit.endpoint(), each)).close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(each.toString());
        }
    }

    private static String text(byte[] wrapped) {
        return new String(wrapped, StandardCharsets.ISO_8859_1);
    }

    private static Handler listener(CountDownLatch logged) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.countDown();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
