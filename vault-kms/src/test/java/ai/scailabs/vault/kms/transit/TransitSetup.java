package ai.scailabs.vault.kms.transit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Root keys on a {@link StrictTransit}, and what tests ask of them. */
final class TransitSetup {
    static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final SecureRandom RANDOM = new SecureRandom();

    private TransitSetup() {}

    static TransitLogin appRole() {
        return new TransitLogin.AppRole(
                "approle", StrictTransit.ROLE_ID, new SecretText.Given(StrictTransit.SECRET_ID));
    }

    static TransitProperties properties(URI endpoint, TransitLogin login, Duration patience) {
        return new TransitProperties(endpoint, null, "transit", "root", null, login, patience);
    }

    /** The key {@code root}, which is made, by AppRole. */
    static TransitRootKey open(StrictTransit transit) {
        return open(transit, appRole(), PATIENCE);
    }

    static TransitRootKey open(StrictTransit transit, TransitLogin login, Duration patience) {
        transit.key("root");
        return open(properties(transit.endpoint(), login, patience));
    }

    static TransitRootKey open(TransitProperties properties) {
        return TransitRootKey.open(properties, RANDOM, Clock.systemUTC());
    }

    static byte[] wrapNew(RootKey key) {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    static void opens(RootKey key, byte[] wrapped) {
        key.unwrap(wrapped, CONTEXT).close();
    }

    static void refuses(RootKey key, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    static void refusesToWrap(RootKey key) {
        assertThatThrownBy(() -> wrapNew(key))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    /** For a server that shows it. */
    static SSLContext serving(TestAuthority.Issued issued, TestAuthority authority)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server", issued.key(), new char[0], new Certificate[] {issued.certificate(), authority.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    static TransitProperties over(URI endpoint, @Nullable Path caFile) {
        return new TransitProperties(endpoint, null, "transit", "root", caFile, appRole(), PATIENCE);
    }
}
