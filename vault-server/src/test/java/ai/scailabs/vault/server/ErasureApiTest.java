package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TokenBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The end of keys: refused first, then carried out, and proven. */
@Timeout(120)
class ErasureApiTest {
    private static final String VALUE = "erasure-canary-2e7d";

    private static RunningServer server;
    private static Sql superuser;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
        superuser = Sql.superuser(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ApiClient caller(String tenant, String partner, String... roles) {
        TokenBuilder token = server.token(tenant, partner).user("keys@" + tenant + ".test");
        for (String role : roles) {
            token = token.role(role);
        }
        return server.client(token.sign());
    }

    private static String request(ApiClient caller, Map<String, String> whose) {
        return caller.post("/v1/keys/erasures", whose)
                .expect(202)
                .json()
                .get("erasure_id")
                .stringValue();
    }

    private static void makeDue(String erasure) {
        superuser.update("update key_erasure set due_at = requested_at where erasure_id = ?", erasure);
    }

    private static JsonNode completed(ApiClient caller, String erasure) {
        JsonNode seen = caller.get("/v1/keys/erasures/" + erasure).expect(200).json();
        while (!seen.get("status").stringValue().equals("completed")) {
            Thread.yield();
            seen = caller.get("/v1/keys/erasures/" + erasure).expect(200).json();
        }
        return seen;
    }

    @Test
    void withoutScopeOrRole_everyCallIsRefused() {
        ApiClient admin = caller("guarded", "guarded", "partner_admin");
        server.owner("guarded-other", "guarded");
        String erasure = request(admin, Map.of("tenant_id", "tnt_guarded-other"));
        ApiClient scopeless = server.client(server.token("guarded", "guarded")
                .user("jo@guarded.test")
                .role("partner_admin")
                .scope("secrets:read keys:read policies:write")
                .sign());
        ApiClient roleless = caller("guarded", "guarded", "tenant_admin");
        for (ApiCall call : List.of(
                new ApiCall("GET", "/v1/keys/erasures", null),
                new ApiCall("POST", "/v1/keys/erasures", Map.of("tenant_id", "tnt_guarded-other")),
                new ApiCall("GET", "/v1/keys/erasures/" + erasure, null),
                new ApiCall("DELETE", "/v1/keys/erasures/" + erasure, null),
                new ApiCall(
                        "POST", "/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", "tnt_guarded-other")))) {
            call.by(scopeless).expect(403, "insufficient_scope");
            call.by(roleless).expect(403, "forbidden");
        }
        admin.post("/v1/keys/erasures", Map.of("partner_id", "ptn_guarded")).expect(403, "forbidden");
    }

    @Test
    void othersTenants_theSharedSpace_andNobody_areNotFound() {
        ApiClient admin = caller("nearby", "nearby", "partner_admin", "super_admin");
        server.owner("faraway", "faraway")
                .put("/v1/secrets/a", Map.of("data", Map.of("a", VALUE)))
                .expect(201);
        String foreign = request(caller("faraway-2", "faraway", "partner_admin"), Map.of("tenant_id", "tnt_faraway"));
        for (String id : List.of("tnt_faraway", "tnt_nobody", "ptn_nearby", "x", "")) {
            admin.post("/v1/keys/erasures", Map.of("tenant_id", id)).expect(404, "tenant_not_found");
        }
        admin.post("/v1/keys/erasures", Map.of("partner_id", "ptn_nobody")).expect(404, "not_found");
        admin.get("/v1/keys/erasures/" + foreign).expect(404, "not_found");
        admin.delete("/v1/keys/erasures/" + foreign).expect(404, "not_found");
        makeDue(foreign);
        admin.post("/v1/keys/erasures/" + foreign + "/confirm", Map.of("confirm", "tnt_faraway"))
                .expect(404, "not_found");
        assertThat(admin.get("/v1/keys/erasures").expect(200).body()).doesNotContain("faraway");
        server.owner("faraway", "faraway").get("/v1/secrets/a").expect(200);
    }

    @Test
    void bodies_sayExactlyOneThing() {
        ApiClient admin = caller("bodies", "bodies", "super_admin");
        for (Object body :
                List.of(Map.of(), Map.of("tenant_id", "tnt_a", "partner_id", "ptn_a"), Map.of("tenant", "tnt_a"))) {
            assertThat(admin.post("/v1/keys/erasures", body).status()).isIn(400, 422);
        }
        admin.post("/v1/keys/erasures", Map.of("partner_id", "ptn_bodies")).expect(409, "conflict");
    }

    @Test
    void confirmation_waits_repeatsTheName_andCannotBeCalledBack() {
        ApiClient admin = caller("patient", "patient", "partner_admin");
        ApiClient owner = server.owner("patient-2", "patient");
        owner.put("/v1/secrets/a", Map.of("data", Map.of("a", VALUE))).expect(201);
        String erasure = request(admin, Map.of("tenant_id", "tnt_patient-2"));
        assertThat(admin.post("/v1/keys/erasures", Map.of("tenant_id", "tnt_patient-2"))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/erasure_id")
                        .stringValue())
                .isEqualTo(erasure);
        String confirm = "/v1/keys/erasures/" + erasure + "/confirm";
        assertThat(admin.post(confirm, Map.of("confirm", "tnt_patient-2"))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("waiting");
        makeDue(erasure);
        admin.post(confirm, Map.of("confirm", "tnt_patient")).expect(422, "validation_error");
        admin.post(confirm, Map.of()).expect(422, "validation_error");
        owner.get("/v1/secrets/a").expect(200);

        admin.delete("/v1/keys/erasures/" + erasure).expect(200);
        admin.post(confirm, Map.of("confirm", "tnt_patient-2")).expect(409, "conflict");
        admin.delete("/v1/keys/erasures/" + erasure).expect(409, "conflict");
        String again = request(admin, Map.of("tenant_id", "tnt_patient-2"));
        superuser.update(
                "update key_erasure set due_at = requested_at - interval '31 days', expires_at = requested_at - interval '1 day' where erasure_id = ?",
                again);
        assertThat(admin.post("/v1/keys/erasures/" + again + "/confirm", Map.of("confirm", "tnt_patient-2"))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("expired");
        owner.get("/v1/secrets/a").expect(200);
        request(admin, Map.of("tenant_id", "tnt_patient-2"));
    }

    @Test
    void erasedTenant_isRefusedEverywhere_itsBytesStayAndOpenNeverAgain_andOthersNoticeNothing() {
        ApiClient admin = caller("leaving-admin", "leaving", "partner_admin");
        ApiClient owner = server.owner("leaving", "leaving");
        ApiClient neighbour = server.owner("staying", "leaving");
        for (int i = 0; i < 12; i++) {
            owner.put("/v1/secrets/app/s" + i, Map.of("data", Map.of("a", VALUE)))
                    .expect(201);
        }
        owner.put("/v1/secrets/app/s0", Map.of("data", Map.of("a", VALUE))).expect(200);
        neighbour.put("/v1/secrets/app/db", Map.of("data", Map.of("a", VALUE))).expect(201);
        Object before = superuser.value(
                "select sha256(string_agg(ciphertext, '' order by path, version)) from secret_version where tenant_id = 'tnt_leaving'");

        String erasure = request(admin, Map.of("tenant_id", "tnt_leaving"));
        makeDue(erasure);
        admin.post("/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", "tnt_leaving"))
                .expect(202);
        JsonNode report = completed(admin, erasure).get("report");

        assertThat(report.get("no_longer_decryptable").intValue()).isEqualTo(13);
        assertThat(report.get("still_decryptable").intValue()).isZero();
        assertThat(report.at("/tenants/0/rows/secret_versions").intValue()).isEqualTo(13);
        assertThat(report.at("/tenants/0/keys")).hasSize(1);
        assertThat(report.at("/tenants/0/keys/0/wrapped_sha256").stringValue()).matches("[0-9a-f]{64}");
        for (ApiCall call : List.of(
                new ApiCall("GET", "/v1/secrets/app/s0", null),
                new ApiCall("PUT", "/v1/secrets/app/new", Map.of("data", Map.of("a", VALUE))),
                new ApiCall("GET", "/v1/secrets", null),
                new ApiCall("GET", "/v1/policies", null))) {
            call.by(owner).expect(403, "tenant_access_denied");
        }
        assertThat(superuser.value(
                        "select count(*) from tenant_key where tenant_id = 'tnt_leaving' and wrapped_key is not null"))
                .isEqualTo(0L);
        assertThat(
                        superuser.value(
                                "select sha256(string_agg(ciphertext, '' order by path, version)) from secret_version where tenant_id = 'tnt_leaving'"))
                .isEqualTo(before);
        neighbour.get("/v1/secrets/app/db").expect(200);
        assertThat(
                        superuser.rows(
                                "select 1 from audit_log where tenant_id = 'tnt_leaving' and action = 'key_destroy' and success"))
                .hasSize(1);
        assertThat(superuser.rows(
                        "select distinct action from audit_log where tenant_id = 'ptn_leaving' and secret_path = '"
                                + erasure
                                + "' and success and action in ('erasure_request', 'erasure_confirm', 'key_destroy')"))
                .hasSize(3);
        admin.post("/v1/keys/erasures", Map.of("tenant_id", "tnt_leaving")).expect(409, "conflict");
        // Whoever gives the tenant back its standing by hand finds nothing to open.
        superuser.update("update tenant set status = 'active' where tenant_id = 'tnt_leaving'");
        ApiClient.Reply reply = owner.get("/v1/secrets/app/s0");
        assertThat(reply.status()).isIn(403, 500);
        Leaks.assertNone("read", reply.body(), VALUE);
        superuser.update("update tenant set status = 'erased' where tenant_id = 'tnt_leaving'");
    }

    @Test
    void erasedPartner_losesAllItsTenants_andTheNextOneOfItBeginsRefused() {
        ApiClient operator = caller("operator", "operating", "super_admin");
        ApiClient a = server.owner("ending-a", "ending");
        ApiClient b = server.owner("ending-b", "ending");
        a.put("/v1/secrets/x", Map.of("data", Map.of("a", VALUE))).expect(201);
        a.put("/v1/partner/secrets/x", Map.of("data", Map.of("a", VALUE))).expect(201);
        b.put("/v1/secrets/x", Map.of("data", Map.of("a", VALUE))).expect(201);
        String erasure = request(operator, Map.of("partner_id", "ptn_ending"));
        makeDue(erasure);
        operator.post("/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", "ptn_ending"))
                .expect(202);
        JsonNode report = completed(operator, erasure).get("report");

        assertThat(report.get("tenants")).hasSize(3);
        assertThat(report.get("partner_keys")).hasSize(1);
        assertThat(report.get("no_longer_decryptable").intValue()).isEqualTo(3);
        assertThat(report.get("still_decryptable").intValue()).isZero();
        for (ApiClient each : List.of(a, b, caller("ending-c", "ending", "partner_admin"))) {
            each.get("/v1/secrets/x").expect(403, "tenant_access_denied");
        }
        assertThat(superuser.value(
                        "select count(*) from partner_key where partner_id = 'ptn_ending' and wrapped_key is not null"))
                .isEqualTo(0L);
        operator.post("/v1/keys/erasures", Map.of("partner_id", "ptn_ending")).expect(409, "conflict");
        // The root key goes on with what there is.
        operator.post("/v1/keys/root/rotate", null).expect(202);
        superuser.awaitKeyJobs("ptn_operating");
        assertThat(superuser.value("select status from key_job where tenant_id = 'ptn_operating'"))
                .isEqualTo("COMPLETED");
    }
}
