package ai.scailabs.vault.credentials.connector.gcp;

import static ai.scailabs.vault.testkit.TestGoogle.EMAIL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestGoogle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a strict server of our own, as Google cannot be reached here. */
class GcpAccountsTest {
    private static final String NAME = "v_deployer_abcdefghijklmnopqrst";
    private static final Instant END = Instant.parse("2099-05-01T10:00:00Z");
    private static final KeyPair PAIR = TestGoogle.newKeys();
    private static final String DIGEST = PublicKeys.digest(PAIR.getPublic());
    private static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/devstorage.read_only");

    private final TestGoogle google = new TestGoogle();
    private GuardedTransfers transfers;
    private GcpAccounts accounts;

    @BeforeEach
    void open() {
        transfers = new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);
        accounts = open(google.file(), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        transfers.close();
        google.close();
    }

    private GcpAccounts open(String file, Clock clock) {
        return open(
                new GcpSite(
                        URI.create(google.tokenEndpoint() + "/token"),
                        google.iamEndpoint(),
                        google.credentialsEndpoint()),
                file,
                clock);
    }

    private GcpAccounts open(GcpSite site, String file, Clock clock) {
        return GcpAccounts.open(site, ServiceAccountKey.parse(file), transfers, clock, Duration.ofMillis(20));
    }

    private static String certificate(KeyPair pair) {
        return TestGoogle.certificate(pair, NAME, Instant.now().minusSeconds(60), END);
    }

    private GcpKey uploaded() throws TargetException {
        return accounts.uploadKey(EMAIL, certificate(PAIR), "field");
    }

    private static TargetException refused(TargetFailure failure, ThrowingCallable call) {
        TargetException[] caught = new TargetException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(TargetException.class, told -> {
            assertThat(told.failure()).isEqualTo(failure);
            assertThat(told).hasNoCause();
            assertThat(told.getMessage()).doesNotContain("ya29").doesNotContain("KEY");
            caught[0] = told;
        });
        return caught[0];
    }

    @Test
    void keyThatGoogleDoesNotKnow_isALoginThatIsRefused_andAWrongClockIsNot() {
        refused(
                TargetFailure.LOGIN_REFUSED,
                () -> open(google.foreignFile(), Clock.systemUTC()).verify());

        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofHours(2));
        refused(TargetFailure.TIMED_OUT, () -> open(google.file(), late).verify());
    }

    @Test
    void whoMayNotDoIt_isToldSo() {
        google.deny("iam");
        google.deny("credentials");

        refused(TargetFailure.NOT_PERMITTED, this::uploaded);
        refused(TargetFailure.NOT_PERMITTED, () -> accounts.accessToken(EMAIL, SCOPES, Duration.ofMinutes(5)));
        refused(TargetFailure.NOT_PERMITTED, () -> accounts.deleteKey(EMAIL, DIGEST, false));
    }

    @Test
    void serviceAccountThatIsNotThere_isTheRolesFault_andHasNoKeyToDelete() throws TargetException {
        String nobody = "nobody@acme-prod.iam.gserviceaccount.com";

        assertThat(refused(
                                TargetFailure.STATEMENT_REFUSED,
                                () -> accounts.uploadKey(nobody, certificate(PAIR), "field"))
                        .statement())
                .isEqualTo("field");
        assertThat(refused(
                                TargetFailure.STATEMENT_REFUSED,
                                () -> accounts.accessToken(nobody, SCOPES, Duration.ofMinutes(5)))
                        .code())
                .isEqualTo("404");
        accounts.deleteKey(nobody, DIGEST, false);
    }

    @ParameterizedTest
    @CsvSource({"429, 3600, TIMED_OUT", "500, , UNREACHABLE", "302, , UNREACHABLE", "400, , STATEMENT_REFUSED"})
    void refusals_areToldByTheirKind_andNothingOfThemIsRepeated(int status, String retryAfter, TargetFailure failure) {
        google.faults().refuse("GET .*/keys", status, retryAfter, "{\"error\":{\"message\":\"ya29\"}}");

        refused(failure, () -> accounts.deleteKey(EMAIL, DIGEST, false));
    }

    @Test
    void throttledRequest_isMadeAgainWhenItMay() throws TargetException {
        uploaded();
        google.faults().refuse("DELETE .*", 429, "0", "");

        accounts.deleteKey(EMAIL, DIGEST, false);

        assertThat(google.keyIds()).isEmpty();
    }

    @Test
    void silentServer_isLeftInTime_andAddressesInsideAreNotAsked() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            GcpAccounts waiting = open(new GcpSite(endpoint, endpoint, endpoint), google.file(), Clock.systemUTC());
            Instant begun = Instant.now();
            refused(TargetFailure.TIMED_OUT, waiting::verify);
            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));
        }
        URI inside = URI.create("https://169.254.169.254");
        refused(
                TargetFailure.ADDRESS_REFUSED,
                () -> open(new GcpSite(inside, inside, inside), google.file(), Clock.systemUTC())
                        .verify());
    }

    @Test
    void token_livesAsLongAsItIsAskedFor_andNoLongerThanTheOrganisationAllows() throws TargetException {
        try (GcpToken token = accounts.accessToken(EMAIL, SCOPES, Duration.ofMinutes(10))) {
            assertThat(google.isGiven(new String(token.value().expose(), StandardCharsets.UTF_8)))
                    .isTrue();
            assertThat(Duration.between(Instant.now(), token.expiresAt()))
                    .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
            assertThat(token.toString()).doesNotContain("ya29");
        }
        refused(TargetFailure.STATEMENT_REFUSED, () -> accounts.accessToken(EMAIL, SCOPES, Duration.ofHours(12)));
        google.extend();
        accounts.accessToken(EMAIL, SCOPES, Duration.ofHours(12)).close();
    }

    @Test
    void key_isUploaded_andDeleted_andNoOther() throws TargetException {
        String foreign = google.foreignKey();
        KeyPair otherPair = TestGoogle.newKeys();
        // Of the same name, and not ours.
        GcpKey sameName = accounts.uploadKey(EMAIL, certificate(otherPair), "field");
        GcpKey key = uploaded();
        assertThat(google.keyIds()).containsExactly(foreign, sameName.id(), key.id());
        assertThat(google.end(key.id())).isEqualTo(END);
        assertThat(key.project()).isEqualTo(TestGoogle.PROJECT);

        accounts.deleteKey(EMAIL, DIGEST, false);

        assertThat(google.keyIds()).containsExactly(foreign, sameName.id());
        accounts.deleteKey(EMAIL, DIGEST, false);
        accounts.deleteKey(EMAIL, DIGEST, true);
        assertThat(google.keyIds()).hasSize(2);
    }

    @Test
    void keyThatIsNotListedYet_isWaitedFor() throws TargetException {
        uploaded();
        google.lag(2);

        accounts.deleteKey(EMAIL, DIGEST, true);

        assertThat(google.keyIds()).isEmpty();
    }

    @Test
    void eleventhKey_isRefused_andSaysWhy() throws TargetException {
        for (int i = 0; i < GcpAccounts.MOST_KEYS; i++) {
            google.foreignKey();
        }
        assertThatThrownBy(this::uploaded).isInstanceOfSatisfying(VaultException.class, told -> {
            assertThat(told.code()).isEqualTo(ErrorCode.CONFLICT);
            assertThat(told.details()).containsEntry("state", "too_many_keys");
        });
        assertThat(google.keyIds()).hasSize(10);
        accounts.deleteKey(EMAIL, DIGEST, false);
        assertThat(google.keyIds()).hasSize(10);
    }

    @Test
    void preconditionThatIsNotOfTheNumberOfKeys_isTheRolesFault() {
        google.faults().refuse("POST .*:upload", 400, null, "{\"error\":{\"status\":\"FAILED_PRECONDITION\"}}");

        assertThat(refused(TargetFailure.STATEMENT_REFUSED, this::uploaded).statement())
                .isEqualTo("field");
    }

    @Test
    void keyWhoseAnswerIsLost_isFoundByItsPublicPart() throws TargetException {
        String foreign = google.foreignKey();
        google.faults().dieAfter(2);
        refused(TargetFailure.UNREACHABLE, this::uploaded);
        google.faults().revive();
        assertThat(google.keyIds()).hasSize(2);

        accounts.deleteKey(EMAIL, DIGEST, true);

        assertThat(google.keyIds()).containsExactly(foreign);
    }

    /** Listing, looking at it, and deleting it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void deletionThatIsBrokenOffAfterAnyStep_isDoneByTheNext(int steps) throws TargetException {
        uploaded();
        google.faults().dieAfter(steps);
        refused(TargetFailure.UNREACHABLE, () -> accounts.deleteKey(EMAIL, DIGEST, false));
        google.faults().revive();

        accounts.deleteKey(EMAIL, DIGEST, false);

        assertThat(google.keyIds()).isEmpty();
    }
}
