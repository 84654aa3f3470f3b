package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What callers see of the limits, and the audit log of those that do not heed them. */
class RateLimitsTest {
    private static final int READS = 10;
    private static final int LISTS = 12;

    private static TestDatabase database;
    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void start() {
        database = TestPostgres.migratedDatabase(Schema::migrate);
        Map<String, String> limits = new HashMap<>();
        limits.put("RATE_LIMIT_SECRETS_READ_PER_MINUTE", String.valueOf(READS));
        limits.put("RATE_LIMIT_SECRETS_LIST_PER_MINUTE", String.valueOf(LISTS));
        limits.put("RATE_LIMIT_AUTH_PER_MINUTE", "3");
        limits.put("RATE_LIMIT_SECRETS_DELETE_PER_MINUTE", "off");
        server = RunningServer.start(database, limits);
        owner = server.owner("limits");
        for (int i = 0; i < 30; i++) {
            owner.put("/v1/secrets/app/s" + i, Map.of("data", Map.of("a", "value-" + i)))
                    .expect(201);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ApiClient reader(String name) {
        return server.member(owner, "limits", "acme", name, "app/**", "read", "list");
    }

    private static void drain(ApiClient client, String path, int calls) {
        for (int i = 0; i < calls; i++) {
            assertThat(client.get(path).status()).isNotEqualTo(429);
        }
    }

    private static void assertFigures(ApiClient.Reply reply, int limit, int remaining) {
        assertThat(reply.header("X-RateLimit-Limit")).isEqualTo(String.valueOf(limit));
        assertThat(reply.header("X-RateLimit-Remaining")).isEqualTo(String.valueOf(remaining));
        long reset = Long.parseLong(reply.header("X-RateLimit-Reset"));
        long now = Instant.now().getEpochSecond();
        assertThat(reset).isBetween(now - 1, now + 62);
    }

    @Test
    void answers_showTheFigures_andOneTooMuchIsRefused() {
        ApiClient caller = reader("counted");
        for (int left = 2; left >= 0; left--) {
            assertFigures(caller.get("/v1/auth/whoami").expect(200), 3, left);
        }
        ApiClient.Reply refused = caller.get("/v1/auth/whoami").expect(429, "rate_limited");
        assertFigures(refused, 3, 0);
        long wait = Long.parseLong(refused.header("Retry-After"));
        assertThat(wait).isBetween(1L, 20L);
        assertThat(refused.json().at("/error/details/retry_after").longValue()).isEqualTo(wait);
        assertThat(refused.json().at("/error/details/category").stringValue()).isEqualTo("auth");
        // Another category of the same identity is untouched.
        caller.get("/v1/secrets/app/s1").expect(200);
    }

    @Test
    void everyAnswerToAnIdentity_showsTheFigures_whateverItSays() {
        ApiClient caller = reader("refused");
        assertFigures(caller.get("/v1/secrets/app/s1").expect(200), READS, 9);
        assertFigures(caller.get("/v1/secrets/app/nothing").expect(404), READS, 8);
        assertFigures(caller.get("/v1/secrets/other/s1").expect(403, "access_denied"), READS, 7);
        assertFigures(caller.get("/v1/secrets/Not.A.Path").expect(400, "invalid_path"), READS, 6);
        assertFigures(caller.get("/v1/secrets/app/s1?version=0").expect(422), READS, 5);
        assertFigures(
                caller.get("/v1/secrets/app/s1", "X-Tenant-ID", "tnt_else").expect(403, "tenant_access_denied"),
                READS,
                4);
        ApiClient scopeless = server.client(
                server.token("limits").serviceAccount("refused").scope("").sign());
        assertFigures(scopeless.get("/v1/secrets/app/s1").expect(403, "insufficient_scope"), READS, 3);
    }

    @Test
    void answersWithoutIdentity_orWithoutLimit_showNone() {
        for (ApiClient.Reply reply : List.of(
                server.client(null).get("/v1/secrets/app/s1").expect(401),
                server.client(null).get("/v1/health").expect(200),
                server.client(null).get("/v1/health/ready").expect(200),
                owner.get("/v1/health/detailed").expect(200),
                owner.get("/v1/nothing").expect(404),
                owner.delete("/v1/secrets/app/nothing").expect(404))) {
            assertThat(reply.response().headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
        }
    }

    @Test
    void refusal_isTheSame_whateverIsAskedFor() {
        ApiClient caller = reader("prober");
        drain(caller, "/v1/secrets/app/s1", READS);
        Set<String> bodies = new HashSet<>();
        for (String path : List.of(
                "/v1/secrets/app/s1",
                "/v1/secrets/app/nothing",
                "/v1/secrets/other/s1",
                "/v1/secrets/Not.A.Path",
                "/v1/secrets/app/s1?version=99",
                "/v1/partner/secrets/app/s1")) {
            String id = AuditRow.newRequestId();
            ApiClient.Reply reply = caller.get(path, "X-Request-ID", id, "X-Tenant-ID", "tnt_else")
                    .expect(429, "rate_limited");
            assertThat(reply.header("ETag")).isEmpty();
            bodies.add(reply.body().replace(id, "req_").replaceAll("[0-9]+", "n"));
        }
        assertThat(bodies).hasSize(1);
    }

    @Test
    void tokensAndSpellings_ofOneIdentity_shareItsBucket() {
        ApiClient first = reader("same");
        drain(first, "/v1/secrets/app/s1", 5);
        String other = server.token("limits")
                .serviceAccount("same")
                .groups("group:ops")
                .claim("name", "Somebody else")
                .claim("jti", "another")
                .sign();
        drain(server.client(other), "/v1/secrets/app/s1", 3);
        ApiClient bare = server.client(null);
        bare.get("/v1/secrets/app/s1", "Authorization", "bearer   " + other).expect(200);
        bare.get("/v1/secrets/app/s1", "Authorization", "BEARER " + other + " ").expect(200);
        bare.get("/v1/secrets/app/s1", "Authorization", "BEARER " + other).expect(429, "rate_limited");
        first.get("/v1/secrets/app/s1").expect(429, "rate_limited");
        for (String spelled : List.of("same ", " same", "same\u200b", "ſame", "same\u0000", "")) {
            server.client(server.token("limits").serviceAccount(spelled).sign())
                    .get("/v1/secrets/app/s1")
                    .expect(401, "token_invalid");
        }
    }

    @Test
    void sameNameInAnotherTenant_hasABucketOfItsOwn() {
        ApiClient here = reader("twin");
        drain(here, "/v1/secrets/app/s1", READS);
        here.get("/v1/secrets/app/s1").expect(429);
        ApiClient there = server.client(
                server.token("limits-other").serviceAccount("twin").sign());
        assertFigures(there.get("/v1/secrets/app/s1").expect(403, "access_denied"), READS, 9);
    }

    /** Neither by prefix nor by header does an administrator get a bucket in each tenant of the partner. */
    @Test
    void administratorAbroad_paysFromTheBucketAtHome() {
        server.owner("limits-branch");
        String token = server.token("limits")
                .user("chief@limits.test")
                .role("partner_admin")
                .sign();
        ApiClient chief = server.client(token);
        drain(chief, "/v1/t/tnt_limits-branch/secrets/app/s1", 4);
        for (int i = 0; i < 3; i++) {
            assertThat(chief.get("/v1/secrets/app/s1", "X-Tenant-ID", "tnt_limits-branch")
                            .status())
                    .isNotEqualTo(429);
        }
        drain(chief, "/v1/secrets/app/s1", READS - 7);
        String id = AuditRow.newRequestId();
        chief.get("/v1/t/tnt_limits-branch/secrets/app/s1", "X-Request-ID", id).expect(429, "rate_limited");
        chief.get("/v1/t/tnt_no-such-tenant/secrets/app/s1").expect(429, "rate_limited");
        assertThat(AuditRow.of(server, id))
                .singleElement()
                .satisfies(row -> assertThat(row.text("tenant_id")).isEqualTo("tnt_limits"));
    }

    @Test
    void batch_paysForEveryValue_andNothingIsShownUnpaid() {
        ApiClient caller = reader("batcher");
        List<String> paths = new ArrayList<>(List.of("app/nothing", "other/s1"));
        for (int i = 0; i < 15; i++) {
            paths.add("app/s" + i);
        }
        String id = AuditRow.newRequestId();
        ApiClient.Reply reply = caller.post("/v1/secrets/batch", Map.of("paths", paths), "X-Request-ID", id)
                .expect(200);
        assertThat(reply.json().get("secrets")).hasSize(8);
        assertThat(reply.json().at("/errors/app~1nothing/code").stringValue()).isEqualTo("secret_not_found");
        assertThat(reply.json().at("/errors/other~1s1/code").stringValue()).isEqualTo("access_denied");
        for (int i = 8; i < 15; i++) {
            assertThat(reply.json().at("/errors/app~1s" + i + "/code").stringValue())
                    .isEqualTo("rate_limited");
            assertThat(reply.body()).doesNotContain("value-" + i);
        }
        List<AuditRow> rows = AuditRow.of(server, id);
        assertThat(rows).hasSize(17);
        assertThat(rows.stream().filter(AuditRow::success)).hasSize(8);
        assertThat(rows.stream().filter(row -> row.text("error_code").equals("rate_limited")))
                .hasSize(7);

        // The two that were looked up and not given have been paid back.
        drain(caller, "/v1/secrets/app/s1", 2);
        caller.get("/v1/secrets/app/s1").expect(429);
        ApiClient.Reply nothing = caller.post(
                        "/v1/secrets/batch", Map.of("paths", List.of("app/s1", "app/nothing", "other/s1", "app/s1")))
                .expect(200);
        assertThat(nothing.json().get("secrets")).isEmpty();
        assertThat(nothing.json().get("errors"))
                .hasSize(3)
                .allSatisfy(error -> assertThat(error.get("code").stringValue()).isEqualTo("rate_limited"));
    }

    @Test
    void batchThatFailsFast_namesTheFirstPathThatIsNotPaid_andCostsNothing() {
        ApiClient caller = reader("fast");
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < READS + 2; i++) {
            paths.add("app/s" + i);
        }
        Map<String, Object> body = Map.of("paths", paths, "options", Map.of("fail_fast", true));
        ApiClient.Reply reply = caller.post("/v1/secrets/batch", body).expect(200);
        assertThat(reply.json().get("secrets")).isEmpty();
        assertThat(reply.json().get("errors").propertyNames()).containsExactly("app/s" + READS);
        assertThat(reply.body()).contains("rate_limited").doesNotContain("value-");
        drain(caller, "/v1/secrets/app/s1", READS);
        caller.get("/v1/secrets/app/s1").expect(429);
    }

    @Test
    void refusals_oneAfterTheOther_leaveARowEach() {
        ApiClient caller = reader("patient");
        drain(caller, "/v1/secrets", LISTS);
        for (int i = 0; i < 3; i++) {
            String id = AuditRow.newRequestId();
            caller.get("/v1/secrets", "X-Request-ID", id).expect(429);
            List<AuditRow> rows = AuditRow.of(server, id);
            assertThat(rows).hasSize(1);
            assertThat(rows.getFirst().success()).isFalse();
            assertThat(rows.getFirst().text("tenant_id")).isEqualTo("tnt_limits");
            assertThat(rows.getFirst().text("identity_id")).isEqualTo("sa:patient");
            assertThat(rows.getFirst().text("action")).isEqualTo("list");
            assertThat(rows.getFirst().text("error_code")).isEqualTo("rate_limited");
            assertThat(rows.getFirst().columns().get("extra_data")).isNull();
        }
    }

    /** Every one is told of by a row before it is answered, and a flood does not write as many. */
    @Test
    void flood_sharesRows_thatCountItAndNameEveryRequest() throws Exception {
        ApiClient caller = reader("flood");
        drain(caller, "/v1/secrets", LISTS);
        int requests = 300;
        Set<String> ids = new HashSet<>();
        long before = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ApiClient.Reply>> answers = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                String id = AuditRow.newRequestId();
                ids.add(id);
                answers.add(threads.submit(() -> caller.get("/v1/secrets", "X-Request-ID", id)));
            }
            for (Future<ApiClient.Reply> answer : answers) {
                answer.get().expect(429, "rate_limited");
            }
        }
        long tenths = (System.nanoTime() - before) / 100_000_000;
        List<Map<String, Object>> rows = Sql.superuser(server)
                .rows("select request_id, coalesce((extra_data->>'requests')::int, 1) requests,"
                        + " extra_data->>'request_ids' ids from audit_log"
                        + " where identity_id = 'sa:flood' and error_code = 'rate_limited'");
        assertThat(rows.stream().mapToInt(row -> (int) row.get("requests")).sum())
                .isEqualTo(requests);
        assertThat((long) rows.size()).isLessThanOrEqualTo(tenths + 2);
        Set<String> named = new HashSet<>();
        rows.forEach(row -> {
            named.add(String.valueOf(row.get("request_id")));
            if (row.get("ids") != null) {
                named.addAll(List.of(String.valueOf(row.get("ids")).split(" ")));
            }
        });
        assertThat(ids).containsAll(named);
        assertThat(named.size()).as("at most a hundred of a row are named").isGreaterThanOrEqualTo(100);
    }

    @Test
    void refusalThatCannotBeRecorded_isNotTold() {
        ApiClient caller = reader("unrecorded");
        drain(caller, "/v1/secrets", LISTS);
        Sql superuser = new Sql(database.superuser());
        superuser.update("revoke insert on audit_log from scaivault_audit");
        try {
            caller.get("/v1/secrets").expect(503, "service_unavailable");
        } finally {
            superuser.update("grant insert on audit_log to scaivault_audit");
        }
        caller.get("/v1/secrets").expect(429, "rate_limited");
    }

    @Test
    void metrics_countRefusals_andNameNobody() {
        ApiClient caller = reader("metered");
        drain(caller, "/v1/secrets/app/s1", READS);
        caller.get("/v1/secrets/app/s1").expect(429);
        String metrics = owner.get("/v1/metrics").expect(200).body();
        assertThat(metrics)
                .containsPattern("scaivault_rate_limit_hits_total\\{category=\"secrets_read\"} [1-9]")
                .containsPattern("scaivault_rate_limit_hits_total\\{category=\"tenant\"} 0")
                .containsPattern("scaivault_rate_limit_bucket_fill\\{category=\"secrets_read\",identity=\"lowest\"} 0")
                .containsPattern("scaivault_rate_limit_buckets [1-9]")
                .doesNotContain("metered")
                .doesNotContain("scaivault_redis");
        assertThat(metrics.lines().filter(line -> line.startsWith("scaivault_rate_limit")))
                .hasSizeLessThan(60);
    }

    @Test
    void ceilingOfATenant_refusesItsCallers_andNobodyElse() {
        try (RunningServer capped = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate), Map.of("RATE_LIMIT_TENANT_PER_MINUTE", "20"))) {
            ApiClient one =
                    capped.client(capped.token("noisy").serviceAccount("one").sign());
            ApiClient two =
                    capped.client(capped.token("noisy").serviceAccount("two").sign());
            drain(one, "/v1/auth/whoami", 12);
            drain(two, "/v1/secrets/app/s1", 8);
            ApiClient.Reply refused = two.get("/v1/auth/whoami").expect(429, "rate_limited");
            assertThat(refused.json().at("/error/details/category").stringValue())
                    .isEqualTo("tenant");
            assertFigures(refused, 20, 0);
            assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 3L);
            capped.client(capped.token("quiet").serviceAccount("one").sign())
                    .get("/v1/auth/whoami")
                    .expect(200);
        }
    }

    @Test
    void envelope_isThatOfTheDocument() {
        OpenApi api = OpenApi.of(server);
        ApiClient caller = reader("documented");
        drain(caller, "/v1/secrets/app/s1", READS);
        ApiClient.Reply refused = caller.get("/v1/secrets/app/s1").expect(429);
        OpenApi.Operation read = api.operations().stream()
                .filter(operation -> operation.id().equals("readSecret"))
                .findFirst()
                .orElseThrow();
        api.assertDocumented(read, refused);
        assertThat(JsonMapper.shared()
                        .readTree(refused.body())
                        .at("/error/details")
                        .propertyNames())
                .containsExactlyInAnyOrder("category", "retry_after");
    }
}
