package ai.scailabs.vault.kms.transit;

import static ai.scailabs.vault.kms.transit.TransitSetup.PATIENCE;
import static ai.scailabs.vault.kms.transit.TransitSetup.opens;
import static ai.scailabs.vault.kms.transit.TransitSetup.properties;
import static ai.scailabs.vault.kms.transit.TransitSetup.refuses;
import static ai.scailabs.vault.kms.transit.TransitSetup.refusesToWrap;
import static ai.scailabs.vault.kms.transit.TransitSetup.wrapNew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.testkit.TestOpenBao;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link StrictTransit} shows on every build, with a real OpenBao and the policy of the guide. */
@Tag("slow")
class TransitOpenBaoTest extends RootKeyContract {
    private static TestOpenBao bao;
    private static TransitRootKey root;
    private static TransitRootKey another;

    @BeforeAll
    static void start() {
        bao = TestOpenBao.start();
        root = open(newKey("{}"));
        another = open(newKey("{\"type\":\"chacha20-poly1305\"}"));
    }

    @AfterAll
    static void stop() {
        root.close();
        another.close();
        bao.close();
    }

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"type\":\"chacha20-poly1305\"}", "{\"type\":\"xchacha20-poly1305\"}"})
    void keyOfEveryTypeThatIsTaken_rotates(String configuration) {
        String name = newKey(configuration);
        try (TransitRootKey key = open(name)) {
            byte[] before = wrapNew(key);
            bao.post("transit/keys/" + name + "/rotate", "{}");
            byte[] after = wrapNew(key);
            assertThat(new String(before, StandardCharsets.ISO_8859_1)).contains("vault:v1:");
            assertThat(new String(after, StandardCharsets.ISO_8859_1)).contains("vault:v2:");
            opens(key, before);
            bao.post("transit/keys/" + name + "/config", "{\"min_decryption_version\":2}");
            refuses(key, before, ErrorCode.KMS_UNAVAILABLE);
            opens(key, after);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"aes128-gcm96\"}",
                "{\"type\":\"rsa-2048\"}",
                "{\"type\":\"ed25519\"}",
                "{\"derived\":true}",
                "{\"exportable\":true}",
                "{\"allow_plaintext_backup\":true}"
            })
    void keyThatIsNotAsItMustBe_isRefused(String configuration) {
        String name = newKey(configuration);
        assertThatThrownBy(() -> open(name).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the key transit/keys/" + name + " cannot be the root key");
    }

    @Test
    void keyThatMayNotBeRead_isProvedByUse() {
        String name = newKey("{}");
        try (TransitRootKey key = open(name, appRole(name, false))) {
            opens(key, wrapNew(key));
        }
    }

    @Test
    void keyThatIsNotThere_isRefused_andNotMade() {
        String name = "absent-" + UUID.randomUUID();
        assertThatThrownBy(() -> open(name).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no such key");
        assertThatThrownBy(() -> open(name, appRole(name, false)).close()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> bao.get("transit/keys/" + name)).hasMessageContaining("\"errors\":[]");
    }

    @Test
    void keyThatIsDeleted_isKmsUnavailable_andServesOnceItIsRestored() {
        String name = newKey("{}");
        try (TransitRootKey key = open(name)) {
            byte[] wrapped = wrapNew(key);
            bao.delete("transit/keys/" + name + "/soft-delete");
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            bao.post("transit/keys/" + name + "/soft-delete-restore", "{}");
            opens(key, wrapped);
        }
    }

    @Test
    void tokenThatIsGiven_isUsedUntilItIsRevoked() {
        String name = newKey("{}");
        appRole(name, true);
        String token = TestOpenBao.text(
                bao.post("auth/token/create", "{\"policies\":[\"" + name + "\"],\"ttl\":\"1h\"}"), "client_token");
        try (TransitRootKey key = open(name, new TransitLogin.Token(new SecretText.Given(token)))) {
            opens(key, wrapNew(key));
            bao.post("auth/token/revoke", "{\"token\":\"" + token + "\"}");
            refusesToWrap(key);
        }
    }

    @Test
    void wrongCredentials_refuseTheStart() {
        String name = newKey("{}");
        TransitLogin.AppRole good = appRole(name, true);
        TransitLogin wrong = new TransitLogin.AppRole("approle", good.roleId(), new SecretText.Given("wrong"));
        assertThatThrownBy(() -> open(name, wrong).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the role or its secret id is not valid");
    }

    @Test
    void limit_isKmsUnavailable_untilItIsLifted() {
        String name = newKey("{}");
        try (TransitRootKey key = open(name)) {
            byte[] wrapped = wrapNew(key);
            bao.post(
                    "sys/quotas/rate-limit/" + name,
                    "{\"path\":\"transit/decrypt/" + name + "\",\"rate\":1,\"interval\":\"1h\"}");
            opens(key, wrapped);
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            bao.delete("sys/quotas/rate-limit/" + name);
            opens(key, wrapped);
        }
    }

    private static String newKey(String configuration) {
        String name = "root-" + UUID.randomUUID();
        bao.post("transit/keys/" + name, configuration);
        return name;
    }

    private static TransitRootKey open(String name) {
        return open(name, appRole(name, true));
    }

    private static TransitRootKey open(String name, TransitLogin login) {
        TransitProperties somewhere = properties(bao.endpoint(), login, PATIENCE);
        return TransitSetup.open(new TransitProperties(
                somewhere.endpoint(), null, somewhere.mount(), name, null, login, somewhere.patience()));
    }

    private static TransitLogin.AppRole appRole(String name, boolean mayRead) {
        String policy = "path \\\"transit/encrypt/" + name + "\\\" { capabilities = [\\\"update\\\"] }"
                + " path \\\"transit/decrypt/" + name + "\\\" { capabilities = [\\\"update\\\"] }"
                + (mayRead ? " path \\\"transit/keys/" + name + "\\\" { capabilities = [\\\"read\\\"] }" : "");
        bao.post("sys/policies/acl/" + name, "{\"policy\":\"" + policy + "\"}");
        String role = "auth/approle/role/" + name;
        bao.post(role, "{\"token_policies\":\"" + name + "\",\"token_ttl\":\"1h\",\"token_max_ttl\":\"24h\"}");
        return new TransitLogin.AppRole(
                "approle",
                TestOpenBao.text(bao.get(role + "/role-id"), "role_id"),
                new SecretText.Given(TestOpenBao.text(bao.post(role + "/secret-id", "{}"), "secret_id")));
    }
}
