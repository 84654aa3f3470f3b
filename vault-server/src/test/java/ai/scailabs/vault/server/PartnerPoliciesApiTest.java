package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Policies of a partner over HTTP. */
class PartnerPoliciesApiTest {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final RunningServer server = RunningServer.shared();
    private final String partner = "policypartner" + COUNT.incrementAndGet();
    private final String first = partner + "-first";
    private final String second = partner + "-second";
    private final ApiClient admin = server.owner(first, partner);
    private final ApiClient ownerOfSecond = server.owner(second, partner);

    private static Map<String, Object> body(String name) {
        return Map.of(
                "name",
                name,
                "scope",
                "partner",
                "rules",
                List.of(Map.of("path_pattern", "app/**", "permissions", List.of("read"))));
    }

    private ApiClient reader(String tenant) {
        return server.client(
                server.token(tenant, partner).serviceAccount("reader").sign());
    }

    @Test
    void partnerPolicy_countsForTheNextRequestInEveryTenant_andSoDoesItsRemoval() {
        for (ApiClient owner : List.of(admin, ownerOfSecond)) {
            owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))).expect(201);
        }
        JsonNode policy = admin.post("/v1/policies", body("all")).expect(201).json();
        assertThat(policy.get("scope").stringValue()).isEqualTo("partner");
        String uri = "/v1/policies/" + policy.get("id").stringValue();
        for (int round = 0; round < 3; round++) {
            reader(first).get("/v1/secrets/app/db").expect(403, "access_denied");
            reader(second).get("/v1/secrets/app/db").expect(403, "access_denied");
            String binding = admin.post(
                            uri + "/bindings", Map.of("identity_type", "service_account", "identity_id", "sa:reader"))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            // The second read of each is answered from memory.
            for (String tenant : List.of(first, second, first, second)) {
                reader(tenant).get("/v1/secrets/app/db").expect(200);
            }
            admin.delete(uri + "/bindings/" + binding).expect(204);
        }
        reader(first).get("/v1/secrets/app/db").expect(403, "access_denied");
        reader(second).get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void tenants_seeThem_andOnlyAdministratorsOfThePartnerChangeThem() {
        JsonNode policy = admin.post("/v1/policies", body("seen")).expect(201).json();
        String id = policy.get("id").stringValue();
        String uri = "/v1/policies/" + id;
        ApiClient tenantAdmin = server.client(server.token(second, partner)
                .user("admin@second.test")
                .role("tenant_admin")
                .sign());
        ApiClient.Reply seen = tenantAdmin.get(uri).expect(200);
        assertThat(seen.header("ETag")).isEqualTo("\"1\"");
        assertThat(tenantAdmin
                        .get("/v1/policies?scope=partner")
                        .expect(200)
                        .json()
                        .get("policies"))
                .extracting(each -> each.get("id").stringValue())
                .containsExactly(id);
        tenantAdmin.get(uri + "/bindings").expect(200);
        for (ApiClient.Reply reply : List.of(
                tenantAdmin.post("/v1/policies", body("mine")),
                tenantAdmin.put(uri, body("mine")),
                tenantAdmin.patch(uri, Map.of("is_active", false)),
                tenantAdmin.post(uri + "/bindings", Map.of("identity_type", "group", "identity_id", "group:ops")),
                tenantAdmin.delete(uri + "/bindings/pb_01K9Z6F3V4M8Q2T7B5N1C0D9XE"),
                tenantAdmin.delete(uri))) {
            reply.expect(403, "forbidden");
            assertThat(reply.json().at("/error/details/required_role").stringValue())
                    .isEqualTo("partner_admin");
        }
        admin.put(
                        uri,
                        Map.of(
                                "name",
                                "seen",
                                "scope",
                                "tenant",
                                "rules",
                                body("seen").get("rules")))
                .expect(422, "validation_error");
        admin.put(uri, body("seen"), "If-Match", "\"1\"").expect(200);
        // The administrator may sit in any tenant of the partner.
        ownerOfSecond
                .patch(uri, Map.of("description", "from the second"), "If-Match", "\"1\"")
                .expect(409, "version_conflict");
        ownerOfSecond.delete(uri, "If-Match", "\"2\"").expect(204);
        admin.get(uri).expect(404, "policy_not_found");
    }

    @Test
    void changes_areRecordedInBothLogs() {
        String requestId = AuditRow.newRequestId();
        String id = admin.post("/v1/policies", body("logged"), "X-Request-ID", requestId)
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        assertThat(AuditRow.of(server, requestId))
                .extracting(row -> row.text("tenant_id") + " " + row.text("secret_path") + " " + row.success())
                .containsExactlyInAnyOrder(
                        "ptn_" + partner + " " + id + " true", "tnt_" + first + " partner/" + id + " true");
    }

    @Test
    void partnersOfOthers_areStrangers() {
        String id = admin.post("/v1/policies", body("strange"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        ApiClient stranger = server.owner(partner + "-stranger", partner + "-else");
        stranger.get("/v1/policies/" + id).expect(404, "policy_not_found");
        stranger.delete("/v1/policies/" + id + "?force=true").expect(404, "policy_not_found");
        assertThat(stranger.get("/v1/policies?scope=partner").expect(200).json().get("policies"))
                .isEmpty();
    }
}
