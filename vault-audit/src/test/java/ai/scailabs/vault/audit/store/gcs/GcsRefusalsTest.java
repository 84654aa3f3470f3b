package ai.scailabs.vault.audit.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.Relay;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreSetup;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Cloud Storage says that fake-gcs-server does not, as it is documented. */
class GcsRefusalsTest {
    private static final ObjectName NAME = new ObjectName("any");
    private static final String JSON = "Content-Type: application/json\r\n";

    private static TokenIssuer issuer;

    @BeforeAll
    static void start() {
        issuer = new TokenIssuer();
    }

    @AfterAll
    static void stop() {
        issuer.close();
    }

    @ParameterizedTest
    @CsvSource({
        "401, authError, CREDENTIALS_REFUSED",
        "403, forbidden, DENIED",
        "403, retentionPolicyNotMet, LOCKED",
        "403, objectUnderActiveHold, LOCKED",
        "404, notFound, BUCKET_MISSING",
        "429, rateLimitExceeded, THROTTLED",
        "400, invalid, UNSUPPORTED",
        "503, backendError, UNAVAILABLE"
    })
    void refusalOfAWrite_isToldByReason(int status, String reason, StoreFailure failure) {
        try (Relay google = new Relay(URI.create("http://127.0.0.1:1"));
                ObjectStore store = open(google, issuer.credentials())) {
            google.answers(status, JSON, error(status, reason));
            assertThatThrownBy(() -> store.put(NAME, "text/plain", new byte[1], null))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.failure()).isEqualTo(failure));
        }
    }

    @Test
    void issuerThatRefusesTheKey_isARefusalOfCredentials_andNothingIsSent() {
        try (TokenIssuer refusing = new TokenIssuer();
                Relay google = new Relay(URI.create("http://127.0.0.1:1"));
                ObjectStore store = open(google, refusing.credentials())) {
            refusing.refuses();
            assertThatThrownBy(() -> store.put(NAME, "text/plain", new byte[1], null))
                    .isInstanceOfSatisfying(StoreException.class, e -> {
                        assertThat(e.failure()).isEqualTo(StoreFailure.CREDENTIALS_REFUSED);
                        assertThat(e + e.trace()).doesNotContain(TokenIssuer.TOKEN);
                    });
            assertThat(google.connections()).isZero();
        }
    }

    /** Such files lead to addresses and programs of their own. */
    @Test
    void fileOfAnotherKind_isRefused_andLeadsNowhere() {
        try (Relay inside = new Relay(URI.create("http://127.0.0.1:1"));
                ObjectStore store = open(
                        inside,
                        "{\"service_account_json\":{\"type\":\"external_account\",\"audience\":\"any\",\"subject_token_type\":\"urn:ietf:params:oauth:token-type:jwt\",\"token_url\":\""
                                + inside.endpoint() + "\",\"credential_source\":{\"url\":\"" + inside.endpoint()
                                + "\"}}}")) {
            assertThatThrownBy(() -> store.find(NAME))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.failure()).isEqualTo(StoreFailure.CREDENTIALS_REFUSED));
            assertThat(inside.connections()).isZero();
        }
    }

    @Test
    void bucketWithRetention_saysSo_andObjectsAreSaidToBeLocked() throws Exception {
        try (Relay google = new Relay(URI.create("http://127.0.0.1:1"));
                ObjectStore store = open(google, issuer.credentials())) {
            google.answers(
                    200,
                    JSON,
                    "{\"kind\":\"storage#bucket\",\"name\":\"acme-audit\",\"objectRetention\":{\"mode\":\"Enabled\"}}");
            assertThat(store.canRetain()).isTrue();
            google.answers(
                    200,
                    JSON,
                    "{\"kind\":\"storage#object\",\"bucket\":\"acme-audit\",\"name\":\"any\",\"size\":\"1\",\"retention\":{\"mode\":\"Locked\",\"retainUntilTime\":\"2033-01-01T00:00:00Z\"},\"retentionExpirationTime\":\"2031-01-01T00:00:00Z\"}");
            assertThat(store.find(NAME))
                    .hasValueSatisfying(
                            found -> assertThat(found.lockedUntil()).contains(Instant.parse("2033-01-01T00:00:00Z")));
            assertThat(store.put(
                                    NAME,
                                    "text/plain",
                                    new byte[1],
                                    new Retention(Instant.parse("2033-01-01T00:00:00Z"), Retention.Mode.COMPLIANCE))
                            .lockedUntil())
                    .contains(Instant.parse("2033-01-01T00:00:00Z"));
            assertThat(google.requests())
                    .anyMatch(request ->
                            request.contains("\"mode\":\"Locked\"") && request.contains("ifGenerationMatch=0"));
        }
    }

    private static String error(int status, String reason) {
        return "{\"error\":{\"code\":" + status + ",\"message\":\"not for callers\",\"errors\":[{\"reason\":\"" + reason
                + "\",\"message\":\"not for callers\"}]}}";
    }

    private static ObjectStore open(Relay google, String credentials) {
        return StoreSetup.open(
                StoreSetup.destination("gcs", "acme-audit", "", google.endpoint()), credentials, StoreSetup.QUICK);
    }
}
