package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A workload's way to a secret, and everything that must not be one. */
class TokenExchangeApiTest {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    private static final String SUBJECT = "repo:acme/shop:ref:refs/heads/main";

    private static RunningServer server;
    private static ApiClient owner;
    private static ApiClient nobody;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("workloads", "workloads");
        nobody = server.client(null);
        for (String path : List.of("app/shop/db", "app/other/db", "web/db")) {
            owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", "not-a-real-one")))
                    .expect(201);
        }
        owner.put("/v1/partner/secrets/app/shop/db", Map.of("data", Map.of("password", "shared")));
        owner.allow("sa:deployer", "app/**", "read", "list", "write");
        owner.allow("sa:deployer", "partner/**", "read", "list");
    }

    private static Map<String, Object> trust(String name) {
        Map<String, Object> trust = new HashMap<>();
        trust.put("name", name);
        trust.put("kind", "oidc");
        trust.put("issuer", server.issuer().issuer());
        trust.put("audience", "scaivault");
        trust.put("conditions", List.of(Map.of("claim", "sub", "equals", SUBJECT)));
        trust.put("identity_id", "sa:deployer");
        trust.put("scopes", List.of("secrets:read", "secrets:list", "policies:read"));
        trust.put("path_patterns", List.of("app/shop/**"));
        return trust;
    }

    private static JsonNode created(Map<String, Object> trust) {
        return owner.post("/v1/auth/trusts", trust).expect(201).json();
    }

    private static String subjectToken() {
        return server.issuer().token().subject(SUBJECT).sign();
    }

    private static Map<String, Object> request(String role, String token) {
        return Map.of("grant_type", GRANT, "subject_token", token, "subject_token_type", JWT, "role", role);
    }

    private static String exchanged(String role) {
        return nobody.post("/v1/auth/exchange", request(role, subjectToken()))
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
    }

    private static ApiClient workload(JsonNode trust) {
        return server.client(exchanged(trust.get("role").stringValue()));
    }

    @Test
    void formAndJson_giveTheSameKindOfToken_byTheNamesOfTheStandard() {
        created(trust("form"));
        String form = Map.of(
                        "grant_type",
                        GRANT,
                        "subject_token",
                        subjectToken(),
                        "subject_token_type",
                        JWT,
                        "role",
                        "tnt_workloads/form",
                        "scope",
                        "secrets:read")
                .entrySet()
                .stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        JsonNode answer = nobody.post(
                        "/v1/auth/exchange", form, "Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                .expect(200)
                .json();
        assertThat(answer.propertyNames())
                .containsExactlyInAnyOrder("access_token", "issued_token_type", "token_type", "expires_in", "scope");
        assertThat(answer.get("token_type").stringValue()).isEqualTo("Bearer");
        assertThat(answer.get("scope").stringValue()).isEqualTo("secrets:read");
        assertThat(answer.get("expires_in").intValue()).isBetween(3_500, 3_600);
        server.client(answer.get("access_token").stringValue())
                .get("/v1/secrets/app/shop/db")
                .expect(200);

        for (String bad : List.of(form + "&role=x", form + "&unknown=1", form + "&%zz=1", form + "&actor_token=x")) {
            ApiClient.Reply reply = nobody.post(
                            "/v1/auth/exchange", bad, "Content-Type", "application/x-www-form-urlencoded")
                    .expect(400, "invalid_request");
            assertThat(reply.body()).doesNotContain("eyJ");
        }
        nobody.post("/v1/auth/exchange", form, "Content-Type", "text/plain").expect(415);
        nobody.post(
                        "/v1/auth/exchange",
                        form + "&scope=" + "x".repeat(40_000),
                        "Content-Type",
                        "application/x-www-form-urlencoded")
                .expect(413, "payload_too_large");
    }

    @Test
    void token_reachesItsPathsOnly_whateverPoliciesAllow() {
        ApiClient workload = workload(created(trust("paths")));
        workload.get("/v1/secrets/app/shop/db").expect(200);
        String decision = workload.get("/v1/secrets/app/other/db")
                .expect(403, "access_denied")
                .json()
                .at("/error/details/decision_id")
                .stringValue();
        workload.get("/v1/secrets/web/db").expect(403, "access_denied");
        workload.get("/v1/secrets/app/none").expect(403, "access_denied");
        workload.get("/v1/partner/secrets/app/shop/db").expect(403, "access_denied");
        workload.put("/v1/secrets/app/shop/db", Map.of("data", Map.of("a", "b")))
                .expect(403, "insufficient_scope");

        List<String> listed = new ArrayList<>();
        workload.get("/v1/secrets?recursive=true")
                .expect(200)
                .json()
                .get("secrets")
                .forEach(secret -> listed.add(secret.get("path").stringValue()));
        assertThat(listed).containsExactly("app/shop/db");
        assertThat(workload.get("/v1/partner/secrets?recursive=true")
                        .expect(200)
                        .json()
                        .get("secrets"))
                .isEmpty();

        JsonNode batch = workload.post("/v1/secrets/batch", Map.of("paths", List.of("app/shop/db", "app/other/db")))
                .expect(200)
                .json();
        assertThat(batch.get("secrets").toString()).contains("app/shop/db").doesNotContain("app/other/db");
        assertThat(batch.get("errors").toString()).contains("access_denied");

        JsonNode explained =
                owner.get("/v1/policies/decisions/" + decision).expect(200).json();
        assertThat(explained.get("token_paths_matched").booleanValue()).isFalse();
        assertThat(explained.get("identity_id").stringValue()).isEqualTo("sa:deployer");
    }

    @Test
    void dryRun_canAssumeATokenOfATrust() {
        JsonNode trust = created(trust("dry-run"));
        Map<String, Object> question = Map.of(
                "identity_id",
                "sa:deployer",
                "path",
                "app/other/db",
                "permission",
                "read",
                "context",
                Map.of("trust_id", trust.get("id").stringValue()));
        JsonNode denied = owner.post("/v1/policies/test", question).expect(200).json();
        assertThat(denied.get("allowed").booleanValue()).isFalse();
        assertThat(denied.get("token_paths_matched").booleanValue()).isFalse();
        Map<String, Object> without = new HashMap<>(question);
        without.remove("context");
        assertThat(owner.post("/v1/policies/test", without)
                        .expect(200)
                        .json()
                        .get("allowed")
                        .booleanValue())
                .isTrue();
        Map<String, Object> otherIdentity = new HashMap<>(question);
        otherIdentity.put("identity_id", "sa:other");
        owner.post("/v1/policies/test", otherIdentity).expect(422, "validation_error");
    }

    @Test
    void whoamiAndTheLog_nameTheWorkload() {
        JsonNode trust = created(trust("named"));
        String exchange = AuditRow.newRequestId();
        String token = nobody.post(
                        "/v1/auth/exchange",
                        request(trust.get("role").stringValue(), subjectToken()),
                        "X-Request-ID",
                        exchange)
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
        ApiClient workload = server.client(token);
        JsonNode whoami = workload.get("/v1/auth/whoami").expect(200).json();
        assertThat(whoami.get("identity_id").stringValue()).isEqualTo("sa:deployer");
        assertThat(whoami.at("/act/sub").stringValue()).isEqualTo(SUBJECT);
        assertThat(whoami.at("/act/iss").stringValue())
                .isEqualTo(server.issuer().issuer());
        assertThat(whoami.get("trust_id")).isEqualTo(trust.get("id"));
        assertThat(whoami.get("path_patterns").toString()).isEqualTo("[\"app/shop/**\"]");

        String read = AuditRow.newRequestId();
        workload.get("/v1/secrets/app/shop/db", "X-Request-ID", read).expect(200);
        workload.get("/v1/secrets/app/shop/db", "X-Request-ID", read).expect(200);
        String refused = AuditRow.newRequestId();
        workload.get("/v1/secrets/web/db", "X-Request-ID", refused).expect(403);
        for (String request : List.of(exchange, read, refused)) {
            assertThat(AuditRow.of(server, request)).isNotEmpty().allSatisfy(row -> {
                assertThat(row.text("tenant_id")).isEqualTo("tnt_workloads");
                assertThat(row.text("identity_id")).isEqualTo("sa:deployer");
                assertThat(row.text("extra_data"))
                        .contains(SUBJECT)
                        .contains(trust.get("id").stringValue());
                assertThat(row.toString()).doesNotContain(token);
            });
        }
        JsonNode introspected = owner.post("/v1/auth/introspect", Map.of("token", token))
                .expect(200)
                .json();
        assertThat(introspected.get("active").booleanValue()).isTrue();
        assertThat(introspected.at("/act/sub").stringValue()).isEqualTo(SUBJECT);
        assertThat(introspected.get("identity_id").stringValue()).isEqualTo("sa:deployer");
    }

    @Test
    void refusals_areOneForTheCaller_andExplainedInTheTenantsLog() {
        JsonNode trust = created(trust("refusals"));
        String role = trust.get("role").stringValue();
        String stranger = server.issuer()
                .token()
                .subject("repo:evil/shop:ref:refs/heads/main")
                .sign();
        Map<String, String> reasons = new HashMap<>();
        String before = null;
        for (Map.Entry<String, Map<String, Object>> each : Map.of(
                        "condition_not_met", request(role, stranger),
                        "no_such_trust", request("tnt_workloads/none", subjectToken()),
                        "no_such_tenant", request("tnt_no-such-tenant-here/none", subjectToken()),
                        "wrong_audience",
                                request(
                                        role,
                                        server.issuer()
                                                .token()
                                                .subject(SUBJECT)
                                                .audience("other")
                                                .sign()),
                        "not_verified",
                                request(
                                        role,
                                        server.issuer().token().subject(SUBJECT).signWithForgedKey()))
                .entrySet()) {
            String id = AuditRow.newRequestId();
            ApiClient.Reply reply = nobody.post("/v1/auth/exchange", each.getValue(), "X-Request-ID", id)
                    .expect(401, "token_invalid");
            String body = reply.body().replace(id, "");
            assertThat(before == null || before.equals(body)).as(body).isTrue();
            before = body;
            AuditRow row = AuditRow.of(server, id).getFirst();
            assertThat(row.text("action")).isEqualTo("token_exchange");
            assertThat(row.columns().get("identity_id")).isNull();
            assertThat(row.text("tenant_id"))
                    .isEqualTo(
                            each.getKey().equals("no_such_tenant") ? TenantId.UNIDENTIFIED.value() : "tnt_workloads");
            assertThat(row.text("extra_data")).contains("\"" + each.getKey() + "\"");
            reasons.put(each.getKey(), row.text("extra_data"));
        }
        assertThat(reasons.get("condition_not_met"))
                .contains("repo:evil/shop")
                .contains(trust.get("id").stringValue());
    }

    /** Advisory GHSA-6xj8-59gr-4jp3: there is no way in without the proof. */
    @Test
    void requestWithoutProof_isRefused_whateverElseItHas() {
        JsonNode trust = created(trust("proof"));
        String role = trust.get("role").stringValue();
        for (Map<String, Object> body : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("role", role),
                Map.of("grant_type", GRANT, "role", role, "subject_token_type", JWT),
                Map.of("grant_type", GRANT, "role", role, "subject_token_type", JWT, "subject_token", ""))) {
            // A good token of somebody in the header is no proof of the workload.
            owner.post("/v1/auth/exchange", body).expect(422, "validation_error");
        }
        owner.post("/v1/auth/exchange", request(role, "x")).expect(401, "token_invalid");
        owner.post("/v1/auth/exchange", request(role, String.valueOf(owner.token())))
                .expect(401, "token_invalid");
    }

    @Test
    void ourOwnToken_isNotExchangedAgain_andReachesNoOtherTenant() {
        JsonNode trust = created(trust("again"));
        String own = exchanged(trust.get("role").stringValue());
        nobody.post("/v1/auth/exchange", request(trust.get("role").stringValue(), own))
                .expect(401, "token_invalid");
        server.owner("workloads-sibling", "workloads");
        ApiClient workload = server.client(own);
        workload.get("/v1/t/tnt_workloads-sibling/secrets/app/shop/db").expect(403, "tenant_access_denied");
        workload.get("/v1/secrets/app/shop/db", "X-Tenant-ID", "tnt_workloads-sibling")
                .expect(403, "tenant_access_denied");
        workload.get("/v1/auth/trusts").expect(403, "insufficient_scope");
    }

    @Test
    void changedAndDeletedTrusts_endTheirTokens_onEveryInstanceWithinTwoSeconds() {
        JsonNode trust = created(trust("ending"));
        String id = trust.get("id").stringValue();
        String first = exchanged(trust.get("role").stringValue());
        try (RunningServer other = server.another()) {
            ApiClient there = other.client(first);
            there.get("/v1/secrets/app/shop/db").expect(200);
            server.client(first).get("/v1/secrets/app/shop/db").expect(200);

            owner.patch("/v1/auth/trusts/" + id, Map.of("path_patterns", List.of("app/shop/x")), "If-Match", "\"1\"")
                    .expect(200);
            server.client(first).get("/v1/secrets/app/shop/db").expect(401, "token_revoked");
            assertEndsInTime(there);

            String second = exchanged(trust.get("role").stringValue());
            other.client(second).get("/v1/secrets/app/shop/db").expect(403, "access_denied");
            owner.delete("/v1/auth/trusts/" + id).expect(204);
            assertEndsInTime(other.client(second));
            nobody.post("/v1/auth/exchange", request(trust.get("role").stringValue(), subjectToken()))
                    .expect(401, "token_invalid");
        }
    }

    private static void assertEndsInTime(ApiClient holder) {
        long committed = System.nanoTime();
        int status = 0;
        while (status != 401 && System.nanoTime() - committed < LONGEST_DELAY.toNanos()) {
            status = holder.get("/v1/secrets/app/shop/db").status();
        }
        holder.get("/v1/secrets/app/shop/db").expect(401, "token_revoked");
        assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(LONGEST_DELAY.plusSeconds(1));
    }

    @Test
    void revokedToken_andTokensOfARevokedIdentity_countNoMore() throws Exception {
        Map<String, Object> other = trust("revoking");
        other.put("identity_id", "sa:revoked");
        JsonNode trust = created(other);
        owner.allow("sa:revoked", "app/shop/**", "read");
        String one = exchanged(trust.get("role").stringValue());
        String two = exchanged(trust.get("role").stringValue());
        owner.post(
                        "/v1/auth/revoke",
                        Map.of("jti", SignedJWT.parse(one).getJWTClaimsSet().getJWTID()))
                .expect(204);
        server.client(one).get("/v1/secrets/app/shop/db").expect(401, "token_revoked");
        server.client(two).get("/v1/secrets/app/shop/db").expect(200);
        owner.post("/v1/auth/revoke", Map.of("identity_id", "sa:revoked")).expect(204);
        server.client(two).get("/v1/secrets/app/shop/db").expect(401, "token_revoked");
    }

    @Test
    void publishedKeys_verifyTheToken_withOtherPeoplesCode() throws Exception {
        JsonNode trust = created(trust("published"));
        SignedJWT token = SignedJWT.parse(exchanged(trust.get("role").stringValue()));
        JsonNode configuration = nobody.get("/v1/auth/issuers/tnt_workloads/.well-known/openid-configuration")
                .expect(200)
                .json();
        assertThat(configuration.get("issuer").stringValue())
                .isEqualTo(token.getJWTClaimsSet().getIssuer());
        assertThat(configuration.get("jwks_uri").stringValue()).endsWith("/v1/auth/issuers/tnt_workloads/jwks");
        String keys =
                nobody.get("/v1/auth/issuers/tnt_workloads/jwks").expect(200).body();
        assertThat(keys).doesNotContain("\"d\"");
        assertThat(token.verify(new ECDSAVerifier(JWKSet.parse(keys)
                        .getKeyByKeyId(token.getHeader().getKeyID())
                        .toECKey())))
                .isTrue();
        assertThat(nobody.get("/v1/auth/issuers/tnt_nobody-at-all/jwks")
                        .expect(200)
                        .body())
                .isEqualTo("{\"keys\":[]}");
        nobody.get("/v1/auth/issuers/ptn_workloads/jwks").expect(404, "not_found");
        nobody.get("/v1/auth/issuers/tnt_/jwks").expect(404, "not_found");
    }

    /** Advisory CVE-2026-4525: what a caller sends us goes to nobody else. */
    @Test
    void requestToAnIssuer_holdsNothingOfTheCaller() throws Exception {
        Map<String, Set<String>> seen = new ConcurrentHashMap<>();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/", exchange -> {
            try (exchange) {
                seen.put(
                        exchange.getRequestURI().toString(),
                        Set.copyOf(exchange.getRequestHeaders().keySet()));
                exchange.sendResponseHeaders(404, -1);
            }
        });
        issuer.start();
        try {
            Map<String, Object> trust = trust("silent");
            trust.put("issuer", "http://127.0.0.1:" + issuer.getAddress().getPort());
            JsonNode made = created(trust);
            String token = server.issuer()
                    .token()
                    .subject(SUBJECT)
                    .issuedBy("http://127.0.0.1:" + issuer.getAddress().getPort())
                    .sign();
            ApiClient.Reply reply = owner.post(
                            "/v1/auth/exchange",
                            request(made.get("role").stringValue(), token),
                            "Cookie",
                            "a=b",
                            "X-Forwarded-For",
                            "203.0.113.1")
                    .expect(503, "service_unavailable");
            assertThat(reply.body()).doesNotContain("127.0.0.1");
        } finally {
            issuer.stop(0);
        }
        assertThat(seen).containsOnlyKeys("/.well-known/openid-configuration");
        assertThat(seen.values())
                .allSatisfy(headers ->
                        assertThat(headers).containsExactlyInAnyOrder("Host", "Accept", "User-agent", "Connection"));
    }

    @Test
    void addressThatAsksTooMuch_isRefused_beforeItsTokenIsLookedAt_andOthersAreNot() {
        try (RunningServer limited = RunningServer.start(
                server.database(),
                Map.of(
                        "SCAIKEY_URL",
                        server.issuer().issuer(),
                        "KMS_LOCAL_KEY_FILE",
                        server.rootKeyFile().toString(),
                        "TRUSTED_PROXIES",
                        "127.0.0.1/32",
                        "RATE_LIMIT_TOKEN_EXCHANGE_PER_MINUTE",
                        "5"))) {
            JsonNode trust = created(trust("limited"));
            Map<String, Object> good = request(trust.get("role").stringValue(), subjectToken());
            ApiClient client = limited.client(null);
            int refused = 0;
            String last = "";
            for (int i = 0; i < 8; i++) {
                last = AuditRow.newRequestId();
                ApiClient.Reply reply = client.post(
                        "/v1/auth/exchange",
                        request("tnt_workloads/none", "x"),
                        "X-Forwarded-For",
                        "203.0.113.7",
                        "X-Request-ID",
                        last);
                refused += reply.status() == 429 ? 1 : 0;
                assertThat(reply.status()).isIn(401, 429);
            }
            assertThat(refused).isEqualTo(3);
            assertThat(AuditRow.of(server, last).getFirst().text("error_code")).isEqualTo("rate_limited");
            client.post("/v1/auth/exchange", good, "X-Forwarded-For", "203.0.113.7")
                    .expect(429, "rate_limited");
            client.get("/v1/auth/issuers/tnt_workloads/jwks", "X-Forwarded-For", "203.0.113.7")
                    .expect(429, "rate_limited");
            client.post("/v1/auth/exchange", good, "X-Forwarded-For", "203.0.113.8")
                    .expect(200);
            // All of a network of IPv6 is one.
            for (int i = 0; i < 6; i++) {
                client.post(
                        "/v1/auth/exchange",
                        request("tnt_workloads/none", "x"),
                        "X-Forwarded-For",
                        "2001:db8:1:2::" + i);
            }
            client.post("/v1/auth/exchange", good, "X-Forwarded-For", "2001:db8:1:2:ffff::1")
                    .expect(429, "rate_limited");
            client.post("/v1/auth/exchange", good, "X-Forwarded-For", "2001:db8:1:3::1")
                    .expect(200);
        }
    }

    @Test
    void trust_isShownAsItWasWritten_andPaged() {
        JsonNode trust = created(trust("shown"));
        JsonNode read = owner.get("/v1/auth/trusts/" + trust.get("id").stringValue())
                .expect(200)
                .json();
        assertThat(read).isEqualTo(trust);
        assertThat(read.get("ttl").stringValue()).isEqualTo("1h");
        assertThat(read.get("role").stringValue())
                .isEqualTo("tnt_workloads/" + trust.get("id").stringValue());
        Map<String, Object> unconditional = trust("unconditional");
        unconditional.remove("conditions");
        owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        unconditional.put("conditions", List.of(Map.of("claim", "sub", "matches", "**")));
        ApiClient.Reply refused = owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        assertThat(refused.body()).contains("which workload");
        unconditional.put("conditions", List.of(Map.of("claim", "sub", "equals", List.of("x"))));
        owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        unconditional.put("surprise", true);
        owner.post("/v1/auth/trusts", unconditional).expect(400, "invalid_request");

        created(trust("shown-2"));
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    owner.get("/v1/auth/trusts?limit=1" + cursor).expect(200).json();
            page.get("trusts").forEach(each -> ids.add(each.get("id").stringValue()));
            cursor = page.get("has_more").booleanValue()
                    ? "&cursor=" + page.get("cursor").stringValue()
                    : null;
        } while (cursor != null);
        assertThat(ids)
                .contains(trust.get("id").stringValue())
                .doesNotHaveDuplicates()
                .isSorted();

        String id = trust.get("id").stringValue();
        owner.patch("/v1/auth/trusts/" + id, Map.of("ttl", "5m"), "If-Match", "\"7\"")
                .expect(409, "version_conflict");
        Map<String, Object> cleared = new HashMap<>();
        cleared.put("path_patterns", null);
        assertThat(owner.patch("/v1/auth/trusts/" + id, cleared)
                        .expect(200)
                        .json()
                        .get("path_patterns")
                        .isNull())
                .isTrue();
        owner.delete("/v1/auth/trusts/" + id, "If-Match", "\"2\"").expect(204);
        owner.get("/v1/auth/trusts/" + id).expect(404, "trust_not_found");
        owner.get("/v1/auth/trusts/nonsense").expect(404, "trust_not_found");
    }
}
