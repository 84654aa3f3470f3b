package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.KeycloakRealm;
import ai.scailabs.vault.testkit.TestKeycloak;
import ai.scailabs.vault.testkit.TestPostgres;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A Keycloak as the issuer: what other people have made of the standards, and not our own idea of it. */
@Tag("slow")
class KeycloakTest {
    /** As documented: a key that a token names is fetched at most this often. */
    private static final Duration FETCH_INTERVAL = Duration.ofSeconds(5);
    /** As documented: how long a withdrawn key may count when nobody shows a new one. */
    private static final Duration REFRESH_EVERY = Duration.ofMinutes(5);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ADMINISTRATOR = "administrator";
    private static final String MAILER = "mailer";
    private static final String FOR_OTHERS = "for-others";
    private static final String VAULT = "scaivault-itself";

    private static TestKeycloak keycloak;
    private static KeycloakRealm realm;
    private static RunningServer server;
    private static ShiftedClock clock;

    @BeforeAll
    static void start() {
        keycloak = TestKeycloak.start();
        realm = keycloak.realm("company");
        Map<String, String> claims =
                Map.of("tenant_id", "tnt_company", "partner_id", "ptn_company", "token_type", "client_credentials");
        realm.client(ADMINISTRATOR, List.of("policies:read", "policies:write", "secrets:write"), claims, "scaivault");
        realm.client(MAILER, List.of("secrets:read"), claims, "scaivault");
        realm.client(FOR_OTHERS, List.of("secrets:read"), claims, "another-service");
        realm.client(VAULT, List.of(), Map.of(), "nobody");
        server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of(
                        "SCAIKEY_URL", realm.issuer(),
                        "SCAIKEY_CLIENT_ID", VAULT,
                        "SCAIKEY_CLIENT_SECRET", realm.secretOf(VAULT)),
                UnaryOperator.identity(),
                KeycloakTest::shifted);
        ApiClient administrator = by(realm.token(ADMINISTRATOR));
        administrator.allow("sa:" + ADMINISTRATOR, "app/**", "write");
        administrator.allow("sa:" + MAILER, "app/**", "read");
        administrator
                .put("/v1/secrets/app/smtp", Map.of("data", Map.of("user", "mailer")))
                .expect(201);
    }

    private static Clock shifted(Clock real) {
        clock = new ShiftedClock(real);
        return clock;
    }

    @AfterAll
    static void stop() {
        server.close();
        keycloak.close();
    }

    private static ApiClient by(String token) {
        return server.client(token);
    }

    /** Discovery leads to the keys, and the claims to the identity. */
    @Test
    void clientWithItsOwnToken_readsWhatItMay() {
        ApiClient mailer = by(realm.token(MAILER));
        JsonNode whoami = mailer.get("/v1/auth/whoami").expect(200).json();
        assertThat(whoami.get("identity_id").stringValue()).isEqualTo("sa:mailer");
        assertThat(whoami.get("tenant_id").stringValue()).isEqualTo("tnt_company");
        assertThat(whoami.get("partner_id").stringValue()).isEqualTo("ptn_company");
        assertThat(whoami.get("scopes").toString()).contains("secrets:read").doesNotContain("policies");
        assertThat(mailer.get("/v1/secrets/app/smtp")
                        .expect(200)
                        .json()
                        .at("/data/user")
                        .stringValue())
                .isEqualTo("mailer");
        mailer.get("/v1/secrets/other").expect(403, "access_denied");
        mailer.get("/v1/policies").expect(403, "insufficient_scope");
    }

    @Test
    void genuineTokensThatAreNotMeantForUs_areRefused() {
        by(realm.token(FOR_OTHERS)).get("/v1/auth/whoami").expect(401, "token_invalid");
        by(realm.token(VAULT)).get("/v1/auth/whoami").expect(401, "token_invalid");
        by(realm.tokenOfAnotherRealm()).get("/v1/auth/whoami").expect(401, "token_invalid");
        String token = realm.token(MAILER);
        int signature = token.lastIndexOf('.') + 1;
        char first = token.charAt(signature);
        by(token.substring(0, signature) + (first == 'A' ? 'B' : 'A') + token.substring(signature + 1))
                .get("/v1/auth/whoami")
                .expect(401, "token_invalid");
    }

    @Test
    void revokedToken_countsNoMore_andTheNextOneDoes() {
        String token = realm.token(MAILER);
        by(token).get("/v1/auth/whoami").expect(200);
        realm.client(
                "revoker",
                List.of("admin"),
                Map.of("tenant_id", "tnt_company", "partner_id", "ptn_company", "token_type", "client_credentials"),
                "scaivault");
        by(realm.token("revoker"))
                .post("/v1/auth/revoke", Map.of("token", token))
                .expect(204);
        by(token).get("/v1/auth/whoami").expect(401, "token_revoked");
        by(realm.token(MAILER)).get("/v1/auth/whoami").expect(200);
    }

    /** A key is added, then the one before withdrawn: once a token shows the new one, and once nobody does. */
    @Test
    void exchangedKeys_countAtOnce_andWithdrawnOnesNoMore() {
        realm.addSigningKey("first", 200);
        clock.advance(FETCH_INTERVAL);
        String first = realm.token(MAILER);
        by(first).get("/v1/secrets/app/smtp").expect(200);

        realm.addSigningKey("second", 300);
        clock.advance(FETCH_INTERVAL);
        String second = realm.token(MAILER);
        by(second).get("/v1/secrets/app/smtp").expect(200);
        by(first).get("/v1/secrets/app/smtp").expect(200);

        realm.addSigningKey("third", 400);
        realm.disableSigningKey("first");
        clock.advance(FETCH_INTERVAL);
        by(realm.token(MAILER)).get("/v1/secrets/app/smtp").expect(200);
        by(first).get("/v1/secrets/app/smtp").expect(401, "token_invalid");
        by(second).get("/v1/secrets/app/smtp").expect(200);

        realm.disableSigningKey("second");
        by(second).get("/v1/secrets/app/smtp").expect(200);
        clock.advance(REFRESH_EVERY);
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (by(second).get("/v1/secrets/app/smtp").status() == 200 && System.nanoTime() < patience) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        by(second).get("/v1/secrets/app/smtp").expect(401, "token_invalid");
        by(realm.token(MAILER)).get("/v1/secrets/app/smtp").expect(200);
    }

    /** Another realm, of which the service knows nothing but what the tenant's trust says. */
    @Test
    void tokenOfAnotherRealm_isExchanged_whenTheTenantTrustsItsClient() throws Exception {
        KeycloakRealm cloud = keycloak.realm("cloud");
        cloud.client("pipeline", List.of(), Map.of(), "scaivault");
        cloud.client("another-pipeline", List.of(), Map.of(), "scaivault");
        cloud.client("for-others", List.of(), Map.of(), "another-service");
        String proof = cloud.token("pipeline");
        by(proof).get("/v1/secrets/app/smtp").expect(401, "token_invalid");
        realm.client(
                "trustee",
                List.of("admin"),
                Map.of("tenant_id", "tnt_company", "partner_id", "ptn_company", "token_type", "client_credentials"),
                "scaivault");
        String role = by(realm.token("trustee"))
                .post(
                        "/v1/auth/trusts",
                        Map.of(
                                "name",
                                "pipeline",
                                "kind",
                                "oidc",
                                "issuer",
                                cloud.issuer(),
                                "audience",
                                "scaivault",
                                "conditions",
                                List.of(
                                        Map.of("claim", "sub", "equals", subjectOf(proof)),
                                        Map.of("claim", "azp", "equals", "pipeline")),
                                "identity_id",
                                "sa:" + MAILER,
                                "scopes",
                                List.of("secrets:read"),
                                "path_patterns",
                                List.of("app/**")))
                .expect(201)
                .json()
                .get("role")
                .stringValue();

        ApiClient pipeline = by(exchanged(role, proof));
        JsonNode whoami = pipeline.get("/v1/auth/whoami").expect(200).json();
        assertThat(whoami.get("identity_id").stringValue()).isEqualTo("sa:" + MAILER);
        assertThat(whoami.at("/act/sub").stringValue()).isEqualTo(subjectOf(proof));
        pipeline.get("/v1/secrets/app/smtp").expect(200);

        for (String other : List.of("another-pipeline", "for-others")) {
            server.client(null)
                    .post("/v1/auth/exchange", request(role, cloud.token(other)))
                    .expect(401, "token_invalid");
        }
        server.client(null)
                .post("/v1/auth/exchange", request(role, realm.token(MAILER)))
                .expect(401, "token_invalid");

        cloud.addSigningKey("newer", 500);
        clock.advance(FETCH_INTERVAL);
        by(exchanged(role, cloud.token("pipeline"))).get("/v1/secrets/app/smtp").expect(200);
        by(exchanged(role, proof)).get("/v1/secrets/app/smtp").expect(200);
    }

    private static String exchanged(String role, String proof) {
        return server.client(null)
                .post("/v1/auth/exchange", request(role, proof))
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
    }

    private static Map<String, Object> request(String role, String proof) {
        return Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                proof,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
                "role",
                role);
    }

    private static String subjectOf(String token) throws ParseException {
        return SignedJWT.parse(token).getJWTClaimsSet().getSubject();
    }

    /** Keycloak is asked by its own introspection endpoint, as the client that the settings name, and its no is a no. */
    @Test
    void personalTokenThatKeycloakDoesNotKnow_isNone() {
        by("skt_keycloak-does-not-know-it").get("/v1/auth/whoami").expect(401, "token_invalid");
        String metrics = by(realm.token(ADMINISTRATOR)).get("/v1/metrics").body();
        assertThat(metrics).doesNotContain("skt_");
        try (RunningServer stranger = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of(
                        "SCAIKEY_URL",
                        realm.issuer(),
                        "SCAIKEY_CLIENT_ID",
                        VAULT,
                        "SCAIKEY_CLIENT_SECRET",
                        "not-the-secret"))) {
            stranger.client("skt_keycloak-does-not-know-it")
                    .get("/v1/auth/whoami")
                    .expect(503, "service_unavailable");
            stranger.client(realm.token(MAILER)).get("/v1/auth/whoami").expect(200);
        }
    }
}
