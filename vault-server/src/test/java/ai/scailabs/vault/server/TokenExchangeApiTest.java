package ai.scailabs.vault.server;

import static ai.scailabs.vault.server.Workloads.GRANT;
import static ai.scailabs.vault.server.Workloads.JWT;
import static ai.scailabs.vault.server.Workloads.SUBJECT;
import static ai.scailabs.vault.server.Workloads.request;
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
    private static RunningServer server;
    private static Workloads workloads;
    private static ApiClient owner;
    private static ApiClient nobody;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        workloads = Workloads.prepare(server, "workloads");
        owner = workloads.owner();
        nobody = workloads.nobody();
    }

    @Test
    void formAndJson_giveTheSameKindOfToken_byTheNamesOfTheStandard() {
        workloads.created(workloads.trust("form"));
        String form = Map.of(
                        "grant_type",
                        GRANT,
                        "subject_token",
                        workloads.subjectToken(),
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
        ApiClient workload = workloads.workload(workloads.created(workloads.trust("paths")));
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
    void whoamiAndTheLog_nameTheWorkload() {
        JsonNode trust = workloads.created(workloads.trust("named"));
        String exchange = AuditRow.newRequestId();
        String token = nobody.post(
                        "/v1/auth/exchange",
                        request(trust.get("role").stringValue(), workloads.subjectToken()),
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
    void subscriptionsOfTheSameIdentity_areNobodys_forATokenThatAnotherTrustNarrowed() {
        Map<String, Object> first = workloads.trust("told");
        first.put("scopes", List.of("subscriptions:read", "subscriptions:write"));
        Map<String, Object> second = new HashMap<>(first);
        second.put("name", "not-told");
        second.put("path_patterns", List.of("app/other/**"));
        ApiClient holder = workloads.workload(workloads.created(first));
        ApiClient other = workloads.workload(workloads.created(second));
        Map<String, Object> wanted = Map.of(
                "name", "shop",
                "paths", List.of("app/shop/**"),
                "events", List.of("secret.updated"),
                "delivery", Map.of("type", "polling"));
        String subscription = "/v1/subscriptions/"
                + holder.post("/v1/subscriptions", wanted)
                        .expect(201)
                        .json()
                        .get("id")
                        .stringValue();

        other.get(subscription).expect(404, "subscription_not_found");
        other.get(subscription + "/poll?timeout=0").expect(404, "subscription_not_found");
        other.delete(subscription).expect(404, "subscription_not_found");
        assertThat(other.get("/v1/subscriptions").expect(200).json().get("subscriptions"))
                .isEmpty();
        assertThat(holder.get("/v1/subscriptions").expect(200).json().get("subscriptions"))
                .hasSize(1);
        holder.get(subscription + "/poll?timeout=0").expect(200);
        holder.delete(subscription).expect(204);
    }

    @Test
    void leasesOfTheSameIdentity_areNobodys_whereTheTokenDoesNotReach() {
        String engine = "/v1/dynamic/engines/narrowed";
        owner.post("/v1/dynamic/engines", Map.of("name", "narrowed", "type", "ssh", "config", Map.of()))
                .expect(201);
        owner.post(
                        engine + "/roles",
                        Map.of(
                                "name", "once",
                                "key_type", "otp",
                                "allowed_users", List.of("deploy"),
                                "default_user", "deploy",
                                "cidr_list", List.of("10.0.0.0/24")))
                .expect(201);
        owner.allow("sa:deployer", "dynamic/narrowed/*", "write");
        Map<String, Object> wide = workloads.trust("leases");
        wide.put("scopes", List.of("dynamic:generate", "dynamic:read"));
        Map<String, Object> narrow = new HashMap<>(wide);
        wide.put("path_patterns", List.of("dynamic/**"));
        narrow.put("name", "no-leases");
        ApiClient holder = workloads.workload(workloads.created(wide));
        ApiClient other = workloads.workload(workloads.created(narrow));
        String lease = "/v1/dynamic/leases/"
                + holder.post(engine + "/creds/once", Map.of("ip", "10.0.0.5"))
                        .expect(201)
                        .json()
                        .get("lease_id")
                        .stringValue();

        other.get(lease).expect(404, "lease_not_found");
        other.post(lease + "/renew", null).expect(404, "lease_not_found");
        other.post(lease + "/revoke", null).expect(404, "lease_not_found");
        assertThat(other.get("/v1/dynamic/leases")
                        .expect(200)
                        .json()
                        .get("leases")
                        .size())
                .isZero();
        holder.get(lease).expect(200);
        holder.post(lease + "/revoke", null).expect(200);
    }

    @Test
    void refusals_areOneForTheCaller_andExplainedInTheTenantsLog() {
        JsonNode trust = workloads.created(workloads.trust("refusals"));
        String role = trust.get("role").stringValue();
        String stranger = server.issuer()
                .token()
                .subject("repo:evil/shop:ref:refs/heads/main")
                .sign();
        Map<String, String> reasons = new HashMap<>();
        String before = null;
        for (Map.Entry<String, Map<String, Object>> each : Map.of(
                        "condition_not_met", request(role, stranger),
                        "no_such_trust", request("tnt_workloads/none", workloads.subjectToken()),
                        "no_such_tenant", request("tnt_no-such-tenant-here/none", workloads.subjectToken()),
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
        JsonNode trust = workloads.created(workloads.trust("proof"));
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
        JsonNode trust = workloads.created(workloads.trust("again"));
        String own = workloads.exchanged(trust);
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
    void publishedKeys_verifyTheToken_withOtherPeoplesCode() throws Exception {
        JsonNode trust = workloads.created(workloads.trust("published"));
        SignedJWT token = SignedJWT.parse(workloads.exchanged(trust));
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
            Map<String, Object> trust = workloads.trust("silent");
            trust.put("issuer", "http://127.0.0.1:" + issuer.getAddress().getPort());
            JsonNode made = workloads.created(trust);
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
            JsonNode trust = workloads.created(workloads.trust("limited"));
            Map<String, Object> good = request(trust.get("role").stringValue(), workloads.subjectToken());
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
}
