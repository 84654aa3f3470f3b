package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Advisory CVE-2024-9180 and its like: whoever may write policies gains by it no scope, no role, no tenant and nothing of the partner, all of which only ScaiKey gives. What
 * policies of the own tenant open to a token that has the scope is theirs to open.
 */
class PolicyEscalationTest {
    private static final String WRITER = "sa:policy-writer";

    private static RunningServer server;
    private static PreparedTenant victim;
    private static ApiClient owner;
    private static ApiClient writer;
    private static String partnerPolicy;
    private static String partnerBinding;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        victim = PreparedTenant.create(server, "escalation-sibling", "escalation");
        owner = server.owner("escalation", "escalation");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", PreparedTenant.CANARY)))
                .expect(201);
        partnerPolicy = owner.post("/v1/policies", body("partner's", "partner"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        partnerBinding = owner.post(
                        "/v1/policies/" + partnerPolicy + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", "sa:somebody"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        writer = by("policies:read policies:write");
        writer.allow(WRITER, "**", "admin");
        writer.allow(WRITER, "partner/**", "admin");
        writer.allow(WRITER, "t/**", "admin");
    }

    private static ApiClient by(String scopes) {
        return server.client(server.token("escalation", "escalation")
                .serviceAccount("policy-writer")
                .scope(scopes)
                .sign());
    }

    private static Map<String, Object> body(String name, String scope) {
        return Map.of(
                "name",
                name,
                "scope",
                scope,
                "rules",
                List.of(Map.of("path_pattern", "**", "permissions", List.of("admin"))));
    }

    /** Rules that grant everything to their own writer are no scope: every operation that takes another one is refused, whatever it is. */
    @Test
    void writerOfPolicies_gainsNoScope() {
        int refused = 0;
        for (OpenApi.Operation operation : OpenApi.of(server).operations()) {
            if (!operation.needsScope() || operation.scope().startsWith("policies:")) {
                continue;
            }
            ApiClient.Reply reply = victim.call(operation).by(writer).expect(403, "insufficient_scope");
            assertThat(reply.body()).doesNotContain(PreparedTenant.CANARY);
            refused++;
        }
        assertThat(refused).isGreaterThan(15);
    }

    @Test
    void writerOfPolicies_gainsNoRole_andNothingOfThePartner() {
        String before = Sql.superuser(server).fingerprint("ptn_escalation");
        String policy = "/v1/policies/" + partnerPolicy;
        writer.post("/v1/policies", body("mine", "partner")).expect(403, "forbidden");
        writer.put(policy, body("mine", "partner")).expect(403, "forbidden");
        writer.patch(policy, Map.of("is_active", false)).expect(403, "forbidden");
        writer.patch(policy, Map.of("scope", "tenant")).expect(403, "forbidden");
        writer.delete(policy).expect(403, "forbidden");
        writer.delete(policy + "?force=true").expect(403, "forbidden");
        writer.post(policy + "/bindings", Map.of("identity_type", "service_account", "identity_id", WRITER))
                .expect(403, "forbidden");
        writer.delete(policy + "/bindings/" + partnerBinding).expect(403, "forbidden");
        assertThat(Sql.superuser(server).fingerprint("ptn_escalation")).isEqualTo(before);

        // Nor is a policy of the own tenant moved there.
        String own = writer.post("/v1/policies", body("stays", "tenant"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        writer.patch("/v1/policies/" + own, Map.of("scope", "partner")).expect(422, "validation_error");
        writer.put("/v1/policies/" + own, body("stays", "partner")).expect(422, "validation_error");

        // With the scope as well, what the partner shares is changed by its administrators only.
        ApiClient withScope = by("policies:write secrets:read secrets:write secrets:delete secrets:list");
        withScope
                .put("/v1/partner/secrets/app/db", Map.of("data", Map.of("a", "b")))
                .expect(403, "access_denied");
        withScope.delete("/v1/partner/secrets/app/db").expect(403, "access_denied");
        withScope
                .patch("/v1/partner/secrets/app/db:metadata", Map.of("owner", "me"))
                .expect(403, "access_denied");
        withScope.post("/v1/partner/secrets/app/gone:restore", null).expect(403, "access_denied");
        assertThat(Sql.superuser(server).fingerprint("ptn_escalation")).isEqualTo(before);
    }

    @Test
    void writerOfPolicies_gainsNoOtherTenant() {
        ApiClient withScope = by("policies:read policies:write secrets:read secrets:write");
        String before = Sql.superuser(server).fingerprint(victim.tenant());
        for (ApiCall call : List.of(
                new ApiCall("GET", "/v1/secrets/app/db", null),
                new ApiCall("PUT", "/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))),
                new ApiCall("POST", "/v1/policies", body("abroad", "tenant")),
                new ApiCall(
                        "POST",
                        "/v1/policies/" + victim.bound() + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", WRITER)))) {
            call.on(victim.tenant()).by(withScope).expect(403, "tenant_access_denied");
            call.by(withScope, "X-Tenant-ID", victim.tenant()).expect(403, "tenant_access_denied");
        }
        // The policy's id is known, the tenant is the caller's own: there it is not.
        withScope
                .post(
                        "/v1/policies/" + victim.bound() + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", WRITER))
                .expect(404, "policy_not_found");
        assertThat(Sql.superuser(server).fingerprint(victim.tenant())).isEqualTo(before);
    }

    /** Members that would name what is not the caller's to say are refused, not ignored. */
    @Test
    void fieldsOfOthers_areRefused() {
        List<String> unknown = new ArrayList<>(List.of(
                "id",
                "tenant_id",
                "partner_id",
                "created_by",
                "created_at",
                "revision",
                "roles",
                "scopes",
                "bindings"));
        for (String field : unknown) {
            ApiClient.Reply reply = writer.post(
                            "/v1/policies", Map.of("name", "extra " + field, field, "x", "rules", List.of()))
                    .expect(400, "invalid_request");
            assertThat(reply.json().at("/error/details/field").stringValue()).isEqualTo(field);
        }
        for (String reserved :
                List.of("system:purge", "system:scaikey", "dynamic:db", "tnt_escalation", "ptn_escalation")) {
            writer.post(
                            "/v1/policies/" + writer.allow(WRITER, "x", "read") + "/bindings",
                            Map.of("identity_type", "user", "identity_id", reserved))
                    .expect(422, "validation_error");
        }
    }

    /** A token without {@code policies:write} changes none, with every other scope and every role. */
    @Test
    void everyOtherScopeAndRole_writesNoPolicy() {
        ApiClient others = server.client(server.token("escalation", "escalation")
                .serviceAccount("everything-else")
                .scope(RunningServer.ALL_SCOPES.replace("policies:write ", ""))
                .claim("roles", List.of("tenant_admin", "partner_admin", "super_admin"))
                .sign());
        for (OpenApi.Operation operation : OpenApi.of(server).operations()) {
            if (operation.scope().equals("policies:write")) {
                victim.call(operation).by(others).expect(403, "insufficient_scope");
            }
        }
    }
}
