package ai.scailabs.vault.kms.transit;

import static ai.scailabs.vault.kms.transit.TransitSetup.CONTEXT;
import static ai.scailabs.vault.kms.transit.TransitSetup.PATIENCE;
import static ai.scailabs.vault.kms.transit.TransitSetup.appRole;
import static ai.scailabs.vault.kms.transit.TransitSetup.opens;
import static ai.scailabs.vault.kms.transit.TransitSetup.properties;
import static ai.scailabs.vault.kms.transit.TransitSetup.refuses;
import static ai.scailabs.vault.kms.transit.TransitSetup.refusesToWrap;
import static ai.scailabs.vault.kms.transit.TransitSetup.wrapNew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens: where they come from, how they are kept good, and what comes of those that are not. */
class TransitSessionTest {
    private final StrictTransit transit = new StrictTransit();
    private final MovableClock clock = new MovableClock();
    /** Another for each test: what was refused is remembered by the process, and a port may come again. */
    private final String wrongSecret = "n0t-the-secret-" + UUID.randomUUID();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        assertThat(transit.violations).isEmpty();
        transit.close();
    }

    @Test
    void tokenThatWasRevoked_isReplacedByOneLogin_howeverManyCall() throws Exception {
        try (TransitRootKey root = open(appRole())) {
            byte[] wrapped = wrapNew(root);
            transit.tokens.revokeAll();
            clock.forward(Duration.ofSeconds(11));
            List<Future<?>> calls = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 200; i++) {
                    calls.add(threads.submit(() -> opens(root, wrapped)));
                }
                for (Future<?> each : calls) {
                    each.get();
                }
            }
            assertThat(transit.tokens.made()).isEqualTo(2);
        }
    }

    @Test
    void failedLogin_isSharedToo() throws Exception {
        transit.key("root");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TransitRootKey root = open(appRole())) {
            byte[] wrapped = wrapNew(root);
            transit.requests.clear();
            transit.fails("login", exchange -> {
                asked.countDown();
                waitFor(go);
                StrictTransit.errors(exchange, 503, "Vault is sealed");
            });
            clock.forward(Duration.ofHours(2));
            List<Future<?>> calls = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 50; i++) {
                    calls.add(threads.submit(() -> refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE)));
                }
                waitFor(asked);
                go.countDown();
                for (Future<?> each : calls) {
                    each.get();
                }
            }
            // Those that came after it had failed may begin another.
            assertThat(transit.calls("login")).isLessThan(50);
            transit.heals();
            opens(root, wrapped);
        }
    }

    @Test
    void tokenThatEnded_isReplacedBeforeItIsShown() {
        try (TransitRootKey root = open(appRole())) {
            byte[] wrapped = wrapNew(root);
            clock.forward(Duration.ofHours(2));
            transit.requests.clear();
            opens(root, wrapped);
            assertThat(transit.requests)
                    .containsExactly("POST /v1/auth/approle/login", "POST /v1/transit/decrypt/root");
        }
    }

    @Test
    void tokenThatMayNotUseTheKey_causesNoStormOfLogins() {
        try (TransitRootKey root = open(appRole())) {
            byte[] wrapped = wrapNew(root);
            transit.tokens.mayUseKeys = false;
            for (int i = 0; i < 20; i++) {
                refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            }
            assertThat(transit.tokens.made()).isEqualTo(1);
            clock.forward(Duration.ofSeconds(11));
            for (int i = 0; i < 20; i++) {
                refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            }
            assertThat(transit.tokens.made()).isEqualTo(2);
            transit.tokens.mayUseKeys = true;
            opens(root, wrapped);
        }
    }

    @Test
    void token_isRenewedWithoutACall_andNoLoginIsNeeded() {
        transit.tokens.time = Duration.ofSeconds(2);
        try (TransitRootKey root = TransitSetup.open(transit)) {
            byte[] wrapped = wrapNew(root);
            waitFor(transit.next("renew-self"));
            waitFor(transit.next("renew-self"));
            opens(root, wrapped);
            assertThat(transit.tokens.made()).isEqualTo(1);
        }
    }

    @Test
    void tokenThatIsNotRenewed_givesWayToALogin_beforeItEnds() {
        transit.tokens.time = Duration.ofSeconds(2);
        transit.fails("renew-self", exchange -> StrictTransit.errors(exchange, 403, "permission denied"));
        try (TransitRootKey root = TransitSetup.open(transit)) {
            waitFor(transit.next("renew-self"));
            waitFor(transit.next("login"));
            assertThat(transit.tokens.made()).isGreaterThanOrEqualTo(2);
            opens(root, wrapNew(root));
        }
    }

    @Test
    void tokenAtTheEndOfItsLongestTime_givesWayToALogin() {
        transit.tokens.time = Duration.ofSeconds(4);
        transit.tokens.longest = Duration.ofMillis(3_500);
        try (TransitRootKey root = TransitSetup.open(transit)) {
            waitFor(transit.next("renew-self"));
            waitFor(transit.next("login"));
            opens(root, wrapNew(root));
        }
    }

    @Test
    void credentialsThatWereRefused_areNotShownAgain_untilTheyChangeOrTimeHasPassed() throws IOException {
        Path file = Files.writeString(folder.resolve("secret_id"), StrictTransit.SECRET_ID + "\n");
        try (TransitRootKey root =
                open(new TransitLogin.AppRole("approle", StrictTransit.ROLE_ID, new SecretText.InFile(file)))) {
            byte[] wrapped = wrapNew(root);
            transit.secretId = "another";
            clock.forward(Duration.ofHours(2));
            transit.requests.clear();
            for (int i = 0; i < 10; i++) {
                refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            }
            assertThat(transit.calls("login")).isEqualTo(1);
            clock.forward(Duration.ofMinutes(5));
            refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(transit.calls("login")).isEqualTo(2);
            Files.writeString(file, "another");
            opens(root, wrapped);
        }
    }

    @Test
    void credentialsThatWereRefused_areNotShownAgain_howeverOftenTheKeyIsOpened() {
        TransitLogin wrong =
                new TransitLogin.AppRole("approle", StrictTransit.ROLE_ID, new SecretText.Given(wrongSecret));
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> open(wrong).close()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(transit.calls("login")).isEqualTo(1);
        try (TransitRootKey root = open(appRole())) {
            opens(root, wrapNew(root));
        }
    }

    @Test
    void wrongCredentials_refuseTheStart_andAreNotShown() {
        transit.key("root");
        TransitLogin wrong =
                new TransitLogin.AppRole("approle", StrictTransit.ROLE_ID, new SecretText.Given(wrongSecret));
        assertThatThrownBy(() -> open(wrong).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the role or its secret id is not valid")
                .hasMessageNotContaining(wrongSecret);
        assertThatThrownBy(() -> open(new TransitLogin.Token(new SecretText.Given("s.n0t-the-token")))
                        .close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the token is not valid, or may not use the key")
                .hasMessageNotContaining("n0t-the-token");
        assertThat(properties(transit.endpoint(), wrong, PATIENCE).toString()).doesNotContain(wrongSecret);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "a\nb", "s.f\u00e4ke"})
    void credentialThatIsNoneByItsForm_isNeverSent_norQuoted(String text) throws IOException {
        transit.key("root");
        Path file = Files.writeString(folder.resolve("token"), text);
        assertThatThrownBy(() -> open(new TransitLogin.Token(new SecretText.InFile(file)))
                        .close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the root key in Transit: the file " + file
                        + " does not hold 1 to 8192 printable characters without spaces");
        assertThat(transit.requests).isEmpty();
    }

    @Test
    void tokenInAFile_isReadAnew_andKeptWhileTheFileIsExchanged() throws IOException {
        Path file =
                Files.writeString(folder.resolve("token"), transit.tokens.make().id() + "\n");
        try (TransitRootKey root = open(new TransitLogin.Token(new SecretText.InFile(file)))) {
            byte[] wrapped = wrapNew(root);
            transit.tokens.revokeAll();
            refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            Files.writeString(file, transit.tokens.make().id());
            opens(root, wrapped);
            Files.delete(file);
            opens(root, wrapped);
            Files.writeString(file, "");
            opens(root, wrapped);
        }
    }

    @Test
    void tokenThatWasGiven_isRenewedToo() {
        transit.tokens.time = Duration.ofSeconds(2);
        CountDownLatch renewed = transit.next("renew-self");
        transit.key("root");
        SecretText token = new SecretText.Given(transit.tokens.make().id());
        try (TransitRootKey root =
                TransitSetup.open(properties(transit.endpoint(), new TransitLogin.Token(token), PATIENCE))) {
            waitFor(renewed);
            waitFor(transit.next("renew-self"));
            opens(root, wrapNew(root));
        }
    }

    @Test
    void tokenWhoseTimeIsNotTold_isUsedUntilItIsRefused() {
        transit.fails("lookup-self", exchange -> StrictTransit.errors(exchange, 403, "permission denied"));
        try (TransitRootKey root = open(new TransitLogin.Token(
                new SecretText.Given(transit.tokens.make().id())))) {
            clock.forward(Duration.ofDays(1));
            opens(root, wrapNew(root));
            transit.tokens.revokeAll();
            refusesToWrap(root);
        }
    }

    @Test
    void serviceAccountOfAPod_logsIn() throws IOException {
        Path jwt = Files.writeString(folder.resolve("jwt"), StrictTransit.SECRET_ID);
        try (TransitRootKey root = open(new TransitLogin.Kubernetes("kubernetes", "scaivault", jwt))) {
            opens(root, wrapNew(root));
            assertThat(transit.calls("POST /v1/auth/kubernetes/login")).isEqualTo(1);
        }
        assertThatThrownBy(() -> open(new TransitLogin.Kubernetes("kubernetes", "another", jwt))
                        .close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the credentials are not valid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "{\"auth\":null,\"renewable\":false}",
                "{\"auth\":{},\"renewable\":false}",
                "{\"auth\":{\"client_token\":7,\"policies\":[]},\"renewable\":false}",
                "{\"auth\":{\"client_token\":\"s.gen\\nuine\",\"policies\":[]},\"renewable\":false}",
                "{\"auth\":{\"client_token\":\"s.genuine\"},\"renewable\":false}",
                "{\"auth\":{\"client_token\":\"s.genuine\",\"policies\":[],\"lease_duration\":1e99},\"renewable\":false}"
            })
    void loginThatIsAnsweredOddly_isNone(String body) {
        try (TransitRootKey root = open(appRole())) {
            byte[] wrapped = wrapNew(root);
            transit.fails("login", exchange -> StrictTransit.reply(exchange, 200, body));
            clock.forward(Duration.ofHours(2));
            assertThatThrownBy(() -> root.unwrap(wrapped, CONTEXT)).isInstanceOfSatisfying(VaultException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(e.getCause()).hasMessageNotContaining("genuine").hasNoCause();
            });
            transit.heals();
            opens(root, wrapped);
        }
    }

    private TransitRootKey open(TransitLogin login) {
        transit.key("root");
        return TransitRootKey.open(properties(transit.endpoint(), login, PATIENCE), TransitSetup.RANDOM, clock);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
