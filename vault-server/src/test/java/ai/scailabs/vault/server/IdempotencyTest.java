package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.api.request.Idempotent;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Calls that are sent again, and are done once. */
class IdempotencyTest {
    private static final String TENANT = "tnt_idempotency";
    private static final String HEADER = "Idempotency-Key";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    private static ApiClient owner;
    private static Sql sql;
    private static String authority;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("idempotency", "idempotency");
        sql = Sql.superuser(server);
        authority = PkiRoleApiTest.root(owner, "idempotency-root");
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "once",
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("once.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
    }

    private static String key() {
        return "retry-" + COUNT.incrementAndGet();
    }

    private static Map<String, Object> policy(String name) {
        return Map.of("name", name, "rules", List.of(Map.of("path_pattern", "app/**", "permissions", List.of("read"))));
    }

    private static long policies(String name) {
        return (long) sql.value("select count(*) from policy where tenant_id = ? and name = ?", TENANT, name);
    }

    @Test
    void otherCallUnderTheSameKey_isRefused_andChangesNothing() {
        String key = key();
        owner.post("/v1/policies", policy("first"), HEADER, key).expect(201);
        owner.post("/v1/policies", policy("second"), HEADER, key).expect(422, "idempotency_mismatch");
        owner.post("/v1/secret-policies", policy("first"), HEADER, key).expect(422, "idempotency_mismatch");
        assertThat(policies("second")).isZero();
    }

    @Test
    void malformedKey_isRefused_beforeAnythingIsDone() {
        for (String malformed : List.of("", " ", "two words", "x".repeat(256))) {
            owner.post("/v1/policies", policy("malformed"), HEADER, malformed).expect(400, "invalid_request");
        }
        assertThat(policies("malformed")).isZero();
    }

    @Test
    void keyOfSomebodyElse_isAnother() {
        String key = key();
        String first = id(owner.post("/v1/policies", policy("of-one"), HEADER, key)
                .expect(201)
                .json());
        ApiClient colleague = server.client(server.token("idempotency", "idempotency")
                .user("other@idempotency.test")
                .role("tenant_admin")
                .sign());
        colleague.post("/v1/policies", policy("of-one"), HEADER, key).expect(409, "conflict");
        String second = id(colleague
                .post("/v1/policies", policy("of-another"), HEADER, key)
                .expect(201)
                .json());
        assertThat(second).isNotEqualTo(first);
        ApiClient neighbour = server.owner("idempotency-b", "idempotency");
        assertThat(id(neighbour
                        .post("/v1/policies", policy("of-one"), HEADER, key)
                        .expect(201)
                        .json()))
                .isNotEqualTo(first);
    }

    @Test
    void withoutTheScope_nothingIsGivenAgain() {
        String key = key();
        owner.post("/v1/policies", policy("scoped"), HEADER, key).expect(201);
        ApiClient narrowed = server.client(server.token("idempotency", "idempotency")
                .user("owner@idempotency.test")
                .scope("policies:read")
                .sign());
        narrowed.post("/v1/policies", policy("scoped"), HEADER, key).expect(403, "insufficient_scope");
    }

    @Test
    void sentAgain_isAnsweredTheSame_andDoneOnce() {
        String key = key();
        ApiClient.Reply first =
                owner.post("/v1/policies", policy("once"), HEADER, key).expect(201);
        ApiClient.Reply again =
                owner.post("/v1/policies", policy("once"), HEADER, key).expect(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.header("X-Request-ID")).isNotEqualTo(first.header("X-Request-ID"));
        assertThat(policies("once")).isOne();
        assertThat(sql.value(
                        "select extra_data ->> 'idempotent_replay' from audit_log where tenant_id = ? and request_id = ?",
                        TENANT,
                        again.header("X-Request-ID")))
                .isEqualTo("true");
    }

    @Test
    void atTheSameTime_oneIsDone() throws Exception {
        String key = key();
        List<Callable<ApiClient.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(() -> owner.post("/v1/policies", policy("at-once"), HEADER, key));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            for (Future<ApiClient.Reply> future : threads.invokeAll(calls)) {
                ApiClient.Reply reply = future.get();
                if (reply.status() != 201) {
                    assertThat(reply.expect(409, "conflict")
                                    .json()
                                    .at("/error/details/state")
                                    .stringValue())
                            .isEqualTo("in_progress");
                }
            }
        }
        assertThat(policies("at-once")).isOne();
        owner.post("/v1/policies", policy("at-once"), HEADER, key).expect(201);
    }

    @Test
    void refusedCall_isTriedAgainUnderItsKey() {
        String key = key();
        Map<String, Object> body = policy("taken");
        String taken = id(owner.post("/v1/policies", body).expect(201).json());
        owner.post("/v1/policies", body, HEADER, key).expect(409, "conflict");
        owner.delete("/v1/policies/" + taken).expect(204);
        owner.post("/v1/policies", body, HEADER, key).expect(201);
    }

    @Test
    void callThatWasBrokenOff_isNotDoneAgain() {
        String key = key();
        owner.post("/v1/policies", policy("broken-off"), HEADER, key).expect(201);
        Object row = latest();
        sql.update("update idempotent_reply set answered = false where tenant_id = ? and key_id = ?", TENANT, row);
        assertState("in_progress", "broken-off", key);
        sql.update(
                "update idempotent_reply set created_at = created_at - interval '11 minutes' where tenant_id = ? and key_id = ?",
                TENANT,
                row);
        assertState("outcome_unknown", "broken-off", key);
        assertThat(policies("broken-off")).isOne();
    }

    /** An administrator's call abroad is told in two logs, and what it did is committed with the first entry. */
    @Test
    void callThatIsDone_butCannotBeToldAtHome_isNotDoneAgain() {
        ApiClient admin = server.client(server.token("idempotency-home", "idempotency")
                .user("root@idempotency.test")
                .role("partner_admin")
                .sign());
        admin.get("/v1/auth/whoami").expect(200);
        sql.update("""
                create function idempotency_refused() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
                create trigger idempotency_refused before insert on audit_log
                    for each row when (new.tenant_id = 'tnt_idempotency-home') execute function idempotency_refused()""");
        String key = key();
        try {
            admin.post("/v1/t/" + TENANT + "/policies", policy("untold"), HEADER, key)
                    .expect(503, "service_unavailable");
        } finally {
            sql.update("drop function idempotency_refused cascade");
        }
        assertThat(policies("untold")).isOne();
        assertThat(admin.post("/v1/t/" + TENANT + "/policies", policy("untold"), HEADER, key)
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("in_progress");
    }

    /** As when the tenant's key gives way to the next meanwhile. The refusal names no dependency. */
    @Test
    void callThatCameTooEarly_isTriedAgainUnderItsKey() {
        Map<String, Object> engine = Map.of("name", "too-early", "type", "ssh", "config", Map.of());
        String key = key();
        sql.update("""
                create function idempotency_skipped() returns trigger language plpgsql as $$ begin return null; end $$;
                create trigger idempotency_skipped before insert on ssh_authority_key
                    for each row when (new.tenant_id = 'tnt_idempotency') execute function idempotency_skipped()""");
        try {
            owner.post("/v1/dynamic/engines", engine, HEADER, key).expect(503, "service_unavailable");
        } finally {
            sql.update("drop function idempotency_skipped cascade");
        }
        owner.post("/v1/dynamic/engines", engine, HEADER, key).expect(201);
    }

    private static void assertState(String state, String name, String key) {
        assertThat(owner.post("/v1/policies", policy(name), HEADER, key)
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo(state);
    }

    @Test
    void afterADay_theKeyIsFree() {
        String key = key();
        String first = id(owner.post("/v1/policies", policy("a-day"), HEADER, key)
                .expect(201)
                .json());
        owner.delete("/v1/policies/" + first).expect(204);
        sql.update(
                "update idempotent_reply set expires_at = now() - interval '1 second' where tenant_id = ? and key_id = ?",
                TENANT,
                latest());
        String second = id(owner.post("/v1/policies", policy("a-day"), HEADER, key)
                .expect(201)
                .json());
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void privateKey_isGivenAgain_andLiesNowhereInTheClear() {
        String key = key();
        Map<String, Object> body = Map.of("common_name", "once.test");
        JsonNode first =
                owner.post("/v1/pki/issue/once", body, HEADER, key).expect(201).json();
        JsonNode again =
                owner.post("/v1/pki/issue/once", body, HEADER, key).expect(201).json();
        assertThat(again).isEqualTo(first);
        byte[] stored = (byte[]) sql.value(
                "select private_key from idempotent_reply where tenant_id = ? and key_id = ?", TENANT, latest());
        assertThat(HexFormat.of().formatHex(stored))
                .doesNotContain(HexFormat.of().formatHex("PRIVATE KEY".getBytes(StandardCharsets.US_ASCII)));
        sql.update(
                "update idempotent_reply set private_key = set_byte(private_key, octet_length(private_key) - 1, 255 - get_byte(private_key, octet_length(private_key) - 1)) where tenant_id = ? and key_id = ?",
                TENANT,
                latest());
        owner.post("/v1/pki/issue/once", body, HEADER, key).expect(500, "integrity_failure");
    }

    @Test
    void privateKey_isNotGivenAgain_toWhomTheRoleIsClosed() {
        String policy = id(owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "issuers",
                                "rules",
                                List.of(Map.of("path_pattern", "pki/roles/once", "permissions", List.of("write")))))
                .expect(201)
                .json());
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "user", "identity_id", "user:issuer@idempotency.test"))
                .expect(201);
        ApiClient issuer = server.client(server.token("idempotency", "idempotency")
                .user("issuer@idempotency.test")
                .scope("pki:issue")
                .sign());
        String key = key();
        Map<String, Object> body = Map.of("common_name", "once.test");
        issuer.post("/v1/pki/issue/once", body, HEADER, key).expect(201);
        issuer.post("/v1/pki/issue/once", body, HEADER, key).expect(201);
        owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
        issuer.post("/v1/pki/issue/once", body, HEADER, key).expect(403, "access_denied");
    }

    @Test
    void rotatedTenantKey_opensWhatWasKept() {
        String key = key();
        ApiClient.Reply first =
                owner.post("/v1/policies", policy("rotated"), HEADER, key).expect(201);
        String job = owner.post("/v1/keys/tenant/rotate", null, HEADER, key())
                .expect(202)
                .json()
                .get("job_id")
                .stringValue();
        sql.awaitKeyJobs(TENANT);
        JsonNode ended = owner.get("/v1/keys/jobs/" + job).expect(200).json();
        assertThat(ended.get("failed").intValue()).isZero();
        assertThat(owner.post("/v1/policies", policy("rotated"), HEADER, key)
                        .expect(201)
                        .body())
                .isEqualTo(first.body());
        JsonNode generations = owner.get("/v1/keys").expect(200).json().at("/tenant/generations");
        assertThat(generations.toString()).contains("idempotent_replies");
    }

    @Test
    void everyOperationThatMakesSomething_takesAKey() {
        List<String> documented = OpenApi.of(server).operations().stream()
                .filter(operation ->
                        operation.node().path("parameters").toString().contains("/IdempotencyKey\""))
                .map(operation -> operation.node().get("operationId").stringValue())
                .sorted()
                .toList();
        List<String> making = OpenApi.of(server).operations().stream()
                .filter(operation -> operation.toString().startsWith("POST "))
                .filter(operation -> operation.node().path("responses").has("201")
                        || operation.node().path("responses").has("202"))
                .map(operation -> operation.node().get("operationId").stringValue())
                .toList();
        assertThat(documented).containsAll(making);
        long handlers = new ClassFileImporter()
                .importPackages("ai.scailabs.vault.api").stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Idempotent.class))
                        .count();
        // One handler generates values at paths of the tenant and at those that its partner shares.
        assertThat(documented).hasSize((int) handlers + 1);
    }

    private static Object latest() {
        return sql.value(
                "select key_id from idempotent_reply where tenant_id = ? order by created_at desc limit 1", TENANT);
    }

    private static String id(JsonNode json) {
        return json.get("id").stringValue();
    }
}
