package ai.scailabs.vault.credentials.connector.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestMoto;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against moto, which looks at signatures here. It writes its refusals of keys otherwise than AWS does, lets inactive keys in, and deletes users whatever they have got since: for what AWS does there is a server of this test's.
 */
class AwsAccountsTest {
    private static final String ALLOW =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}";
    private static final AwsRights NONE = new AwsRights(List.of(), null, List.of(), null);

    private static TestMoto.Strict aws;
    private static GuardedTransfers transfers;
    private static AwsAccounts accounts;

    @BeforeAll
    static void start() {
        aws = TestMoto.strict("admin");
        transfers = new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);
        accounts = open(
                aws.moto().endpoint(),
                aws.keys().get("admin").id(),
                aws.keys().get("admin").secret());
    }

    @AfterAll
    static void stop() {
        accounts.close();
        transfers.close();
        aws.close();
    }

    private static AwsAccounts open(URI endpoint, String id, String secret) {
        return AwsAccounts.open(
                new AwsSite("eu-central-1", endpoint),
                new Login(id, SensitiveBytes.owning(secret.getBytes(StandardCharsets.UTF_8))),
                transfers);
    }

    private static AwsAccounts open(AwsKeys keys) {
        return open(
                aws.moto().endpoint(),
                keys.accessKeyId(),
                new String(keys.secretAccessKey().expose(), StandardCharsets.UTF_8));
    }

    private static void refused(TargetFailure failure, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TargetException.class, told -> {
            assertThat(told.failure()).isEqualTo(failure);
            assertThat(told).hasNoCause();
            assertThat(told.getMessage()).doesNotContain("AKIA").doesNotContain("Key");
        });
    }

    @Test
    void wrongSecret_andUnknownKey_areLoginsThatAreRefused() {
        String id = aws.keys().get("admin").id();
        for (AwsAccounts wrong : List.of(
                open(aws.moto().endpoint(), id, "not-its-secret"),
                open(aws.moto().endpoint(), "AKIANOBODYSNOBODYS00", "x"))) {
            try (wrong) {
                refused(TargetFailure.LOGIN_REFUSED, wrong::verify);
                assertThatThrownBy(() -> wrong.createUser("never", "/", NONE, "t"))
                        .isInstanceOf(TargetException.class);
            }
        }
    }

    @Test
    void whoMayDoNothing_makesNothing_andKnowsWhoTheyAre() throws TargetException {
        try (AwsKeys keys = accounts.createUser("nobody", "/of/the/test/", NONE, "t");
                AwsAccounts nobody = open(keys)) {
            assertThat(nobody.callerIdentity().user()).contains("nobody");
            refused(TargetFailure.NOT_PERMITTED, () -> nobody.keysOf("nobody").accessKeys());
            refused(TargetFailure.NOT_PERMITTED, () -> nobody.keysOf("nobody").createAccessKey());
        } finally {
            accounts.deleteUser("nobody");
        }
    }

    @Test
    void silentServer_isLeftInTime_andOneThatIsAwayAtOnce() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            try (AwsAccounts waiting = open(endpoint, "AKIA", "x")) {
                Instant begun = Instant.now();
                refused(TargetFailure.TIMED_OUT, waiting::verify);
                assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));
            }
            silent.close();
            try (AwsAccounts away = open(endpoint, "AKIA", "x")) {
                refused(TargetFailure.UNREACHABLE, away::verify);
            }
        }
        try (AwsAccounts inside = open(URI.create("https://169.254.169.254/"), "AKIA", "x")) {
            refused(TargetFailure.ADDRESS_REFUSED, inside::verify);
        }
    }

    @Test
    void twoKeysOfAUser_areMade_andDeleted_andAThirdIsRefused() throws TargetException {
        UserKeys keys = accounts.keysOf("two");
        refused(TargetFailure.STATEMENT_REFUSED, keys::accessKeys);
        try (AwsKeys first = accounts.createUser("two", "/", NONE, "t");
                AwsKeys second = keys.createAccessKey();
                AwsAccounts bySecond = open(second)) {
            assertThat(keys.accessKeys())
                    .extracting(UserKey::id)
                    .containsExactlyInAnyOrder(first.accessKeyId(), second.accessKeyId());
            refused(TargetFailure.STATEMENT_REFUSED, keys::createAccessKey);
            assertThat(keys.lastUsed(second.accessKeyId())).isEmpty();
            assertThat(bySecond.callerIdentity().user()).contains("two");
            assertThat(keys.lastUsed(second.accessKeyId())).isPresent();

            keys.deleteAccessKey(second.accessKeyId());
            keys.deleteAccessKey(second.accessKeyId());
            refused(TargetFailure.LOGIN_REFUSED, bySecond::verify);
        } finally {
            accounts.deleteUser("two");
        }
    }

    @Test
    void userWithLeftovers_isDeleted_andOnceMore() throws TargetException {
        try (AwsKeys keys = accounts.createUser("full", "/", new AwsRights(List.of(), ALLOW, List.of(), null), "t");
                AwsAccounts byIt = open(keys)) {
            accounts.keysOf("full").createAccessKey().close();
            accounts.deleteUser("full");
            refused(TargetFailure.LOGIN_REFUSED, byIt::verify);
            accounts.deleteUser("full");
            refused(
                    TargetFailure.STATEMENT_REFUSED,
                    () -> accounts.keysOf("full").accessKeys());
        }
    }

    /** As AWS does for a user who was given a password since. */
    @Test
    void userThatIamDoesNotDeleteYet_isFreedOfWhatItGotSince() throws IOException, TargetException {
        Queue<String> asked = new ConcurrentLinkedQueue<>();
        try (Scripted server = new Scripted(action -> {
                    asked.add(action);
                    return action.equals("DeleteUser") && !asked.contains("DeleteLoginProfile") ? "DeleteConflict" : "";
                });
                AwsAccounts there = open(server.endpoint(), "AKIA", "x")) {
            there.deleteUser("grown");
        }
        assertThat(asked)
                .containsSubsequence(
                        "ListAccessKeys", "DeleteUser", "DeleteLoginProfile", "ListMFADevices", "DeleteUser");
    }

    @ParameterizedTest
    @CsvSource({
        "InvalidClientTokenId, LOGIN_REFUSED",
        "SignatureDoesNotMatch, LOGIN_REFUSED",
        "ExpiredToken, LOGIN_REFUSED",
        "AccessDenied, NOT_PERMITTED",
        "Throttling, TIMED_OUT",
        "LimitExceeded, STATEMENT_REFUSED",
        "NoSuchEntity, STATEMENT_REFUSED",
        "wJalrXUtnFEMIKeyOfTheServersMaker, STATEMENT_REFUSED"
    })
    void refusals_areToldByTheirKind_andNothingOfThemIsRepeated(String code, TargetFailure failure) throws IOException {
        try (Scripted server = new Scripted(action -> code);
                AwsAccounts there = open(server.endpoint(), "AKIA", "x")) {
            refused(failure, () -> there.keysOf("app").accessKeys());
        }
    }

    /** Answers with the error of a code, as AWS writes it; or, for an empty code, with nothing. */
    private static final class Scripted implements AutoCloseable {
        private final HttpServer server;

        Scripted(UnaryOperator<String> errors) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String action = form.replaceAll(".*Action=([A-Za-z]+).*", "$1");
                String code = errors.apply(action);
                String answer = code.isEmpty()
                        ? "<" + action + "Response><" + action + "Result/></" + action + "Response>"
                        : "<ErrorResponse><Error><Type>Sender</Type><Code>" + code
                                + "</Code><Message>AKIA of Key</Message></Error></ErrorResponse>";
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "text/xml");
                exchange.sendResponseHeaders(code.isEmpty() ? 200 : 400, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }

        URI endpoint() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    void callers_areUsersOrNot() {
        assertThat(new AwsCaller("123456789012", "arn:aws:iam::123456789012:user/a/b/app").user())
                .contains("app");
        assertThat(new AwsCaller("123456789012", "arn:aws:iam::123456789012:root").user())
                .isEmpty();
        assertThat(new AwsCaller("123456789012", "arn:aws:sts::123456789012:assumed-role/a/user/b").user())
                .isEmpty();
    }
}
