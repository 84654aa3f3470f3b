package ai.scailabs.vault.credentials.connector.azure;

import static ai.scailabs.vault.testkit.TestAzure.CLIENT;
import static ai.scailabs.vault.testkit.TestAzure.GROUP;
import static ai.scailabs.vault.testkit.TestAzure.READER;
import static ai.scailabs.vault.testkit.TestAzure.SECRET;
import static ai.scailabs.vault.testkit.TestAzure.SUBSCRIPTION;
import static ai.scailabs.vault.testkit.TestAzure.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestAzure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a strict server of our own, as Azure cannot be reached here. */
class AzureAccountsTest {
    private static final String NAME = "v_reader_abcdefghijklmnopqrst";
    private static final Instant END = Instant.now().plus(Duration.ofHours(8));
    private static final AzureRights RIGHTS = new AzureRights(
            List.of(
                    new AzureRights.Assignment(READER, SUBSCRIPTION),
                    new AzureRights.Assignment(READER, SUBSCRIPTION + "/resourceGroups/rg-1")),
            List.of(GROUP));

    private final TestAzure azure = new TestAzure();
    private GuardedTransfers transfers;
    private AzureAccounts accounts;

    @BeforeEach
    void open() {
        transfers = new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);
        accounts = open(TENANT, CLIENT, SECRET);
    }

    @AfterEach
    void close() {
        accounts.close();
        transfers.close();
        azure.close();
    }

    private AzureAccounts open(String tenant, String client, String secret) {
        return open(
                new AzureSite(azure.loginEndpoint(), azure.graphEndpoint(), azure.managementEndpoint()),
                tenant,
                client,
                secret);
    }

    private AzureAccounts open(AzureSite site, String tenant, String client, String secret) {
        return AzureAccounts.open(
                site,
                new AzureLogin(tenant, client, SensitiveBytes.owning(secret.getBytes(StandardCharsets.UTF_8))),
                transfers,
                Duration.ofMillis(20));
    }

    private static TargetException refused(TargetFailure failure, ThrowingCallable call) {
        TargetException[] caught = new TargetException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(TargetException.class, told -> {
            assertThat(told.failure()).isEqualTo(failure);
            assertThat(told).hasNoCause();
            assertThat(told.getMessage()).doesNotContain("az~").doesNotContain("secret");
            caught[0] = told;
        });
        return caught[0];
    }

    private boolean logsIn(AzureSecret secret) {
        return azure.logsIn(secret.clientId(), new String(secret.value().expose(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        TENANT + "," + CLIENT + ",wrong~secret",
        TENANT + ",aaaaaaaa-0000-4000-8000-00000000000f," + SECRET,
        "aaaaaaaa-0000-4000-8000-00000000000f," + CLIENT + "," + SECRET
    })
    void wrongLogin_isRefusedAsOne(String tenant, String client, String secret) {
        try (AzureAccounts wrong = open(tenant, client, secret)) {
            refused(TargetFailure.LOGIN_REFUSED, wrong::verify);
            refused(TargetFailure.LOGIN_REFUSED, () -> wrong.createPrincipal("never", RIGHTS, END, "t"));
        }
        assertThat(azure.applications()).isEmpty();
    }

    @Test
    void whoMayNotDoIt_isToldSo_andLeavesNothing() throws TargetException {
        azure.deny("applications");
        refused(TargetFailure.NOT_PERMITTED, accounts::verify);
        refused(TargetFailure.NOT_PERMITTED, () -> accounts.createPrincipal(NAME, RIGHTS, END, "t"));
        azure.allowAll();
        azure.deny("assignments");

        refused(TargetFailure.NOT_PERMITTED, () -> accounts.createPrincipal(NAME, RIGHTS, END, "t"));

        assertThat(azure.applications()).isEmpty();
        assertThat(azure.deleted()).isEmpty();
        azure.allowAll();
        accounts.deletePrincipal(NAME, RIGHTS, true);
        assertThat(azure.assignments()).isEmpty();
    }

    @Test
    void rightThatIsNotThere_isTheRolesFault() {
        AzureRights unknown = new AzureRights(
                List.of(new AzureRights.Assignment(READER.replace("acdd72a7", "acdd72a8"), SUBSCRIPTION)), List.of());

        TargetException told =
                refused(TargetFailure.STATEMENT_REFUSED, () -> accounts.createPrincipal(NAME, unknown, END, "t"));

        assertThat(told.statement()).isEqualTo("azure_roles");
        assertThat(refused(
                                TargetFailure.STATEMENT_REFUSED,
                                () -> accounts.addPassword(UUID.randomUUID().toString(), NAME, END, "field"))
                        .statement())
                .isEqualTo("field");
    }

    @Test
    void throttledRequest_isMadeAgainWhenItMay_andGivenUpWhereThatIsLong() throws TargetException {
        azure.faults().refuse("GET .*/applications", 429, "0", "");
        accounts.verify();

        azure.faults().refuse("GET .*/applications", 429, "3600", "");
        refused(TargetFailure.TIMED_OUT, accounts::verify);
        azure.faults().refuse("GET .*/applications", 429, null, "");
        refused(TargetFailure.TIMED_OUT, accounts::verify);
    }

    @ParameterizedTest
    @CsvSource({
        "500, UNREACHABLE",
        "503, UNREACHABLE",
        "302, UNREACHABLE",
        "408, TIMED_OUT",
        "400, STATEMENT_REFUSED",
        "418, STATEMENT_REFUSED"
    })
    void refusals_areToldByTheirKind_andNothingOfThemIsRepeated(int status, TargetFailure failure) {
        azure.faults().refuse("GET .*/applications", status, null, "{\"error\":{\"message\":\"az~secret\"}}");

        refused(failure, accounts::verify);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"access_token\":7}",
                "{\"access_token\":\"\"}",
                "{\"access_token\":\"a\\nb\",\"expires_in\":9223372036854775807}",
                "<html>"
            })
    void answerThatIsNone_isNoToken(String body) {
        azure.faults().refuse("POST .*/token", 200, null, body);

        refused(TargetFailure.UNREACHABLE, accounts::verify);
    }

    @Test
    void silentServer_isLeftInTime_andAddressesInsideAreNotAsked() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            try (AzureAccounts waiting = open(new AzureSite(endpoint, endpoint, endpoint), TENANT, CLIENT, SECRET)) {
                Instant begun = Instant.now();
                refused(TargetFailure.TIMED_OUT, waiting::verify);
                assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));
            }
        }
        URI inside = URI.create("https://169.254.169.254");
        try (AzureAccounts there = open(new AzureSite(inside, inside, inside), TENANT, CLIENT, SECRET)) {
            refused(TargetFailure.ADDRESS_REFUSED, there::verify);
        }
    }

    @Test
    void password_isAdded_andRemoved_andNoOther() throws TargetException {
        String application = azure.application("shared");
        azure.password(application, "others");
        azure.password(application, NAME.toUpperCase(Locale.ROOT));
        azure.password(application, NAME + "2");
        try (AzureSecret secret = accounts.addPassword(application, NAME, END, "field")) {
            assertThat(logsIn(secret)).isTrue();
            assertThat(azure.ends(NAME))
                    .singleElement()
                    .satisfies(end -> assertThat(end).isBetween(END, END.plusSeconds(1)));

            accounts.removePassword(application, NAME, false);

            assertThat(logsIn(secret)).isFalse();
        }
        accounts.removePassword(application, NAME, true);
        assertThat(azure.passwords(application)).hasSize(3).doesNotContain(NAME);
        accounts.removePassword(UUID.randomUUID().toString(), NAME, false);
    }

    @Test
    void applicationThatIsBeingChanged_isWaitedFor() throws TargetException {
        String application = azure.application("shared");
        azure.faults().refuse("POST .*/addPassword", 409, null, "{}");
        accounts.addPassword(application, NAME, END, "field").close();
        azure.faults().refuse("POST .*/removePassword", 409, null, "{}");

        accounts.removePassword(application, NAME, false);

        assertThat(azure.passwords(application)).isEmpty();
    }

    @Test
    void passwordThatAnotherRemovedMeanwhile_isGone() throws TargetException {
        String application = azure.application("shared");
        accounts.addPassword(application, NAME, END, "field").close();
        azure.faults().refuse("POST .*/removePassword", 400, null, "{}");

        refused(TargetFailure.STATEMENT_REFUSED, () -> accounts.removePassword(application, NAME, false));

        azure.faults().before("POST .*/removePassword", () -> azure.removePasswords(application));
        accounts.removePassword(application, NAME, false);
    }

    @Test
    void passwordWhoseAnswerIsLost_isFoundByItsName() throws TargetException {
        String application = azure.application("shared");
        azure.password(application, "others");
        azure.faults().dieAfter(2);
        refused(TargetFailure.UNREACHABLE, () -> accounts.addPassword(application, NAME, END, "field"));
        azure.faults().revive();
        assertThat(azure.passwords(application)).contains(NAME);

        accounts.removePassword(application, NAME, true);

        assertThat(azure.passwords(application)).containsExactly("others");
    }

    @Test
    void principal_isMadeWithItsRights_andGone_forGood() throws TargetException {
        azure.application(NAME.toUpperCase(Locale.ROOT));
        azure.application(NAME + "' or displayName ne '");
        try (AzureSecret secret = accounts.createPrincipal(NAME, RIGHTS, END, "lease_1")) {
            assertThat(logsIn(secret)).isTrue();
            assertThat(azure.assignments()).hasSize(2);
            assertThat(azure.members()).isOne();
            assertThat(azure.ends(NAME))
                    .singleElement()
                    .satisfies(end -> assertThat(end).isBetween(END, END.plusSeconds(1)));

            accounts.deletePrincipal(NAME, RIGHTS, false);

            assertThat(logsIn(secret)).isFalse();
        }
        assertThat(azure.assignments()).isEmpty();
        assertThat(azure.members()).isZero();
        assertThat(azure.deleted()).isEmpty();
        assertThat(azure.applications()).hasSize(2);
        accounts.deletePrincipal(NAME, RIGHTS, false);
    }

    @Test
    void principalThatMayNotBeForgotten_isGoneAllTheSame() throws TargetException {
        accounts.createPrincipal(NAME, RIGHTS, END, "t").close();
        azure.deny("deletedItems");

        accounts.deletePrincipal(NAME, RIGHTS, false);

        assertThat(azure.applications()).isEmpty();
        assertThat(azure.deleted()).hasSize(1);
    }

    @Test
    void severalOfTheName_areAllGone_andAssignmentsWithoutAnyOfThem() throws TargetException {
        accounts.createPrincipal(NAME, RIGHTS, END, "t").close();
        azure.application(NAME);
        azure.deny("assignments");
        refused(TargetFailure.NOT_PERMITTED, () -> accounts.deletePrincipal(NAME, RIGHTS, false));
        assertThat(azure.applications()).isEmpty();
        assertThat(azure.assignments()).hasSize(2);
        azure.allowAll();

        accounts.deletePrincipal(NAME, RIGHTS, false);

        assertThat(azure.assignments()).isEmpty();
    }

    @Test
    void whatIsNotKnownEverywhereYet_isWaitedFor() throws TargetException {
        azure.lag("application", 2);
        azure.lag("principal", 3);
        azure.lag("password", 1);
        try (AzureSecret secret = accounts.createPrincipal(NAME, RIGHTS, END, "t")) {
            assertThat(logsIn(secret)).isTrue();
        }
        azure.lag("list", 2);

        accounts.deletePrincipal(NAME, RIGHTS, true);

        assertThat(azure.applications()).isEmpty();
    }

    /** The application, its principal, a group, two roles and a password; and whoever makes it is gone as well. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void principalThatIsBrokenOffAfterAnyStep_isFoundByItsName(int steps) throws TargetException {
        azure.application("others");
        azure.faults().dieAfter(steps);
        refused(TargetFailure.UNREACHABLE, () -> accounts.createPrincipal(NAME, RIGHTS, END, "t"));
        azure.faults().revive();
        assertThat(azure.applications()).contains(NAME);

        accounts.deletePrincipal(NAME, RIGHTS, true);

        assertThat(azure.applications()).containsExactly("others");
        assertThat(azure.assignments()).isEmpty();
        assertThat(azure.members()).isZero();
        assertThat(azure.deleted()).isEmpty();
    }

    /** Looking for it, deleting it, and two roles. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void deletionThatIsBrokenOffAfterAnyStep_isDoneByTheNext(int steps) throws TargetException {
        accounts.createPrincipal(NAME, RIGHTS, END, "t").close();
        azure.faults().dieAfter(steps);
        try {
            accounts.deletePrincipal(NAME, RIGHTS, false);
        } catch (TargetException broken) {
            assertThat(broken.failure()).isEqualTo(TargetFailure.UNREACHABLE);
        }
        azure.faults().revive();

        accounts.deletePrincipal(NAME, RIGHTS, false);

        assertThat(azure.applications()).isEmpty();
        assertThat(azure.assignments()).isEmpty();
    }

    @Test
    void secrets_areShownNowhere() throws TargetException {
        String application = azure.application("shared");
        try (AzureSecret secret = accounts.addPassword(application, NAME, END, "field");
                AzureLogin login = new AzureLogin(
                        TENANT, CLIENT, SensitiveBytes.owning(SECRET.getBytes(StandardCharsets.UTF_8)))) {
            assertThat(secret + " " + login).doesNotContain("~");
        }
        assertThat(azure.faults().takeAsked()).noneMatch(asked -> asked.contains("~"));
    }
}
