package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import ai.scailabs.vault.testkit.TestGoogle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Tokens and keys of service accounts of Google Cloud, as a strict server of our own plays it. */
class GcpEnginesTest {
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";

    private static TestGoogle google;
    private static CloudEngine engine;

    @BeforeAll
    static void prepare() {
        google = new TestGoogle();
        engine = new CloudEngine(
                "gcp",
                Map.of(
                        "token_endpoint", google.tokenEndpoint().toString(),
                        "iam_endpoint", google.iamEndpoint().toString(),
                        "iam_credentials_endpoint", google.credentialsEndpoint().toString()),
                Map.of("service_account_json", google.file()));
        engine.secret("wrong", Map.of("service_account_json", google.foreignFile()));
        engine.secret("malformed", Map.of("service_account_json", "{\"private_key\": \"not-a-key\"}"));
    }

    @AfterEach
    void allow() {
        google.allowAll();
    }

    @AfterAll
    static void close() {
        google.close();
    }

    private static Map<String, Object> keys() {
        return Map.of("secret_type", "service_account_key", "service_account_email", TestGoogle.EMAIL);
    }

    private static Map<String, Object> tokens(boolean extended) {
        return Map.of(
                "secret_type",
                "access_token",
                "service_account_email",
                TestGoogle.EMAIL,
                "token_scopes",
                List.of(SCOPE),
                "extended_lifetime",
                extended);
    }

    /** As Google's own libraries do it. */
    private static boolean logsIn(JsonNode minted) {
        ServiceAccountKey key = ServiceAccountKey.parse(minted.get("data").toString());
        long now = Instant.now().getEpochSecond();
        return google.logsIn(key.jwt(Map.of(
                "iss",
                key.email(),
                "scope",
                "https://www.googleapis.com/auth/cloud-platform",
                "aud",
                google.tokenEndpoint() + "/token",
                "iat",
                now,
                "exp",
                now + 600)));
    }

    @Test
    void key_isGoodUntilItsLeaseEnds_andOthersStay() {
        String foreign = google.foreignKey();
        JsonNode minted = engine.minted(engine.role(keys()), Map.of("ttl", "10m"));
        String id = minted.get("data").get("private_key_id").stringValue();

        assertThat(minted.get("data").propertyNames())
                .containsExactlyInAnyOrder(
                        "type",
                        "project_id",
                        "private_key_id",
                        "private_key",
                        "client_email",
                        "client_id",
                        "token_uri");
        assertThat(logsIn(minted)).isTrue();
        assertThat(google.keyIds()).contains(foreign, id);
        assertThat(google.end(id))
                .isAfterOrEqualTo(
                        Instant.parse(engine.lease(minted).get("max_expires_at").stringValue()));
        assertThat(engine.renewed(minted, "2h").get("ttl_seconds").intValue()).isGreaterThan(7_000);

        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
        assertThat(logsIn(minted)).isFalse();
        assertThat(google.keyIds()).contains(foreign).doesNotContain(id);
        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
    }

    @Test
    void key_isGoneWhenTheLeaseExpires() {
        JsonNode minted = engine.minted(engine.role(keys()), Map.of("ttl", "5s"));
        String id = minted.get("data").get("private_key_id").stringValue();
        assertThat(google.keyIds()).contains(id);

        CloudEngine.await(() -> !google.keyIds().contains(id));
    }

    /** As if the service were killed there: the account is known, or the key is uploaded. */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void keyWhoseMakingBreaksOff_isFoundAndTakenAway(int steps) {
        String role = engine.role(keys());
        List<String> before = google.keyIds();
        google.faults().dieAfter(steps);
        engine.credentials(role, Map.of()).expect(502, "backend_unavailable");
        assertThat(google.keyIds()).hasSize(before.size() + steps - 1);
        google.faults().revive();

        CloudEngine.await(() -> engine.isQuiet(role));

        assertThat(google.keyIds()).isEqualTo(before);
    }

    @Test
    void keysBeyondWhatGoogleAllows_areAConflict() {
        String role = engine.role(keys());
        List<JsonNode> minted = new ArrayList<>();
        while (google.keyIds().size() < 10) {
            minted.add(engine.minted(role, Map.of()));
        }

        JsonNode refused =
                engine.credentials(role, Map.of()).expect(409, "conflict").json();

        assertThat(refused.get("error").get("details").get("state").stringValue())
                .isEqualTo("too_many_keys");
        minted.forEach(each ->
                assertThat(engine.revoked(each).get("state").stringValue()).isEqualTo("revoked"));
        CloudEngine.await(() -> engine.isQuiet(role));
    }

    @Test
    void token_isNotTakenBack_andSaysSo() {
        JsonNode minted = engine.minted(engine.role(tokens(false)), Map.of("ttl", "10m"));
        JsonNode data = minted.get("data");
        assertThat(data.propertyNames()).containsExactlyInAnyOrder("access_token", "expiration");
        assertThat(google.isGiven(data.get("access_token").stringValue())).isTrue();
        assertThat(Instant.parse(data.get("expiration").stringValue()))
                .isBefore(Instant.now().plus(Duration.ofMinutes(11)));
        assertThat(minted.get("renewable").booleanValue()).isFalse();

        JsonNode ending = engine.revoked(minted);

        assertThat(ending.get("state").stringValue()).isEqualTo("revoking");
        assertThat(ending.get("error").get("code").stringValue()).isEqualTo("not_revocable");
    }

    @Test
    void token_livesNoLongerThanGoogleAllows() {
        engine.credentials(engine.role(tokens(false)), Map.of("ttl", "61m")).expect(422, "validation_error");
        String extended = engine.role(tokens(true));
        JsonNode refused = engine.credentials(extended, Map.of("ttl", "12h"))
                .expect(502, "backend_unavailable")
                .json();
        assertThat(refused.get("error").get("details").get("statement").stringValue())
                .isEqualTo("extended_lifetime");
        google.extend();

        engine.minted(extended, Map.of("ttl", "12h"));
        engine.credentials(extended, Map.of("ttl", "13h")).expect(422, "validation_error");
    }

    @Test
    void whoMayNotDoIt_isToldSo() {
        google.deny("credentials");
        google.deny("iam");
        for (Map<String, Object> rules : List.of(keys(), tokens(false))) {
            assertThat(engine.credentials(engine.role(rules), Map.of())
                            .expect(502, "backend_unavailable")
                            .body())
                    .contains("not_permitted")
                    .doesNotContain("ya29");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 422 | validation_error",
                "{'secret_type': 'access_token'} | 422 | validation_error",
                "{'secret_type': 'access_token', 'service_account_email': 'a@p.iam.gserviceaccount.com'} | 422 | validation_error",
                "{'secret_type': 'access_token', 'service_account_email': 'a@p.iam.gserviceaccount.com', 'token_scopes': 'x'} | 422 | validation_error",
                "{'secret_type': 'service_account_key', 'service_account_email': 'a@example.com'} | 422 | validation_error",
                "{'secret_type': 'service_account_key', 'service_account_email': '../keys@p.iam.gserviceaccount.com'} | 422 | validation_error",
                "{'secret_type': 'service_account_key', 'service_account_email': 'a@p.iam.gserviceaccount.com', 'token_scopes': 'openid'} | 422 | validation_error",
                "{'secret_type': 'service_account_key', 'service_account_email': 'a@p.iam.gserviceaccount.com', 'public_key_sha256': 'x'} | 400 | invalid_request",
                "{'secret_type': 'service_account_key', 'service_account_email': 'a@p.iam.gserviceaccount.com', 'bindings': {}} | 400 | invalid_request"
            })
    void roleThatMeansNothing_isRefused(String rules, int status, String code) {
        engine.newRole(rules).expect(status, code);
    }

    @ParameterizedTest
    @CsvSource({
        "token_endpoint, ftp://example.com",
        "token_endpoint, http://127.0.0.1:1",
        "token_endpoint, http://169.254.169.254",
        "iam_endpoint, http://user:word@127.0.0.1:1",
        "iam_credentials_endpoint, https://example.com/v1",
        "root_credentials_path, gcp/none",
        "root_credentials_path, gcp/other",
        "root_credentials_path, gcp/wrong",
        "root_credentials_path, gcp/malformed",
        "project, x"
    })
    void engineThatIsNotReached_orMeansNothing_isRefused(String member, String value) {
        assertThat(engine.refusedWith(member, value).body()).doesNotContain("PRIVATE", "word@", "not-a-key");
    }
}
