package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.EventBuilder;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Who sees whom, who may change which role, and a comparison from the outside. */
@Timeout(180)
class IdentityApiTest {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private static RunningServer server;
    private static RunningServer other;

    @BeforeAll
    static void start() {
        server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate), Map.of("IDENTITY_SYNC_ENABLED", "true"));
        other = server.another();
        tell("acme", "web", "jo", "mia", "sam");
        tell("acme", "shop", "eve");
        tell("globex", "core", "zoe");
    }

    @AfterAll
    static void stop() {
        other.close();
        server.close();
    }

    private static void tell(String partner, String tenant, String... people) {
        send(EventBuilder.of("partner.updated", "partner", "ptn_" + partner).data("name", partner), partner, tenant);
        send(EventBuilder.of("tenant.updated", "tenant", "tnt_" + tenant).data("name", tenant), partner, tenant);
        send(EventBuilder.of("group.created", "group", "grp_" + tenant).data("name", "ops"), partner, tenant);
        for (String person : people) {
            send(
                    EventBuilder.of("user.created", "user", "usr_" + person)
                            .data("email", person + "@" + tenant + ".test")
                            .data("display_name", "Person " + person),
                    partner,
                    tenant);
            send(
                    EventBuilder.of("group.member_added", "group", "grp_" + tenant)
                            .data("user_id", "usr_" + person),
                    partner,
                    tenant);
        }
    }

    private static void send(EventBuilder event, String partner, String tenant) {
        server.send(event.tenant("tnt_" + tenant, "ptn_" + partner)).expect(200);
    }

    private static TokenBuilder person(String tenant, String partner, String name) {
        return server.token(tenant, partner).user(name + "@" + tenant + ".test").subject("usr_" + name);
    }

    private static ApiClient jo() {
        return server.client(person("web", "acme", "jo").sign());
    }

    private static ApiClient partnerAdmin() {
        return server.client(person("web", "acme", "mia").role("partner_admin").sign());
    }

    private static List<String> ids(ApiClient.Reply reply, String list) {
        return reply.expect(200)
                .json()
                .get(list)
                .valueStream()
                .map(item -> item.get(list.equals("members") ? "user_id" : "id").stringValue())
                .toList();
    }

    @Test
    void callerOfATenant_seesItsOwnTenantAndPartnerOnly() {
        assertThat(ids(jo().get("/v1/identity/partners"), "partners")).containsExactly("ptn_acme");
        assertThat(ids(jo().get("/v1/identity/tenants"), "tenants")).containsExactly("tnt_web");
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users"), "users"))
                .containsExactly("usr_jo", "usr_mia", "usr_sam");
        for (String foreign : List.of("tnt_shop", "tnt_core", "tnt_nowhere", "ptn_acme", "x")) {
            for (String list : List.of("users", "groups")) {
                jo().get("/v1/identity/tenants/" + foreign + "/" + list).expect(403, "tenant_access_denied");
            }
            jo().post("/v1/identity/sync?tenant_id=" + foreign, null).expect(403, "tenant_access_denied");
        }
        for (String partner : List.of("ptn_globex", "ptn_nowhere")) {
            ApiClient.Reply reply = jo().get("/v1/identity/tenants?partner_id=" + partner);
            assertThat(ids(reply, "tenants")).isEmpty();
            assertThat(reply.json().get("total").intValue()).isZero();
        }
        jo().post("/v1/identity/sync?partner_id=ptn_acme", null).expect(403, "forbidden");
        for (String foreign : List.of("grp_shop", "grp_core", "grp_nowhere", "ops", "%20grp_web")) {
            jo().get("/v1/identity/groups/" + foreign + "/members").expect(404, "identity_not_found");
        }
        for (String foreign : List.of("usr_eve", "usr_zoe", "usr_nowhere", "user:eve@shop.test", "eve@shop.test")) {
            jo().get("/v1/identity/resolve/user/" + foreign).expect(404, "identity_not_found");
        }
        jo().get("/v1/identity/users/usr_eve/roles").expect(404, "identity_not_found");
    }

    @Test
    void administratorOfThePartner_seesItsTenants_andNoneOfAnother() {
        assertThat(ids(partnerAdmin().get("/v1/identity/partners"), "partners")).containsExactly("ptn_acme");
        assertThat(ids(partnerAdmin().get("/v1/identity/tenants"), "tenants")).containsExactly("tnt_shop", "tnt_web");
        assertThat(ids(partnerAdmin().get("/v1/identity/tenants/tnt_shop/users"), "users"))
                .containsExactly("usr_eve");
        assertThat(ids(partnerAdmin().get("/v1/t/tnt_shop/identity/groups/grp_shop/members"), "members"))
                .containsExactly("usr_eve");
        for (String foreign : List.of("tnt_core", "tnt_nowhere")) {
            partnerAdmin().get("/v1/identity/tenants/" + foreign + "/users").expect(404, "tenant_not_found");
            partnerAdmin().post("/v1/identity/sync?tenant_id=" + foreign, null).expect(404, "tenant_not_found");
        }
        for (String foreign : List.of("ptn_globex", "ptn_nowhere", "x")) {
            partnerAdmin().post("/v1/identity/sync?partner_id=" + foreign, null).expect(404, "identity_not_found");
        }
        String requestId = AuditRow.newRequestId();
        partnerAdmin()
                .get("/v1/identity/tenants/tnt_shop/users", "X-Request-ID", requestId)
                .expect(200);
        assertThat(AuditRow.of(server, requestId))
                .extracting(row -> row.text("tenant_id") + " " + row.text("acting_tenant_id"))
                .containsExactlyInAnyOrder("tnt_shop tnt_web", "tnt_web null");
    }

    @Test
    void pages_filters_andSearch() {
        ApiClient.Reply first = jo().get("/v1/identity/tenants/tnt_web/users?page=1&page_size=2")
                .expect(200);
        assertThat(ids(first, "users")).containsExactly("usr_jo", "usr_mia");
        assertThat(first.json().get("total").intValue()).isEqualTo(3);
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users?page=2&page_size=2"), "users"))
                .containsExactly("usr_sam");
        ApiClient.Reply beyond = jo().get("/v1/identity/tenants/tnt_web/users?page=9&page_size=2")
                .expect(200);
        assertThat(ids(beyond, "users")).isEmpty();
        assertThat(beyond.json().get("total").intValue()).isEqualTo(3);
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users?q=MIA%40"), "users"))
                .containsExactly("usr_mia");
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users?q=Person%20s"), "users"))
                .containsExactly("usr_sam");
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users?q=%25"), "users"))
                .isEmpty();
        assertThat(ids(jo().get("/v1/identity/tenants/tnt_web/users?status=SUSPENDED"), "users"))
                .isEmpty();
        for (String bad :
                List.of("page=0", "page=100001", "page_size=0", "page_size=1001", "page=x", "status=active")) {
            jo().get("/v1/identity/tenants/tnt_web/users?" + bad).expect(422, "validation_error");
            // Whatever comes of the rest: what is wrong is said.
            jo().get("/v1/identity/tenants?partner_id=ptn_elsewhere&" + bad).expect(422, "validation_error");
        }
        jo().get("/v1/identity/tenants/tnt_web/users?limit=1").expect(400, "invalid_request");
        JsonNode jo = first.json().get("users").get(0);
        assertThat(jo.get("groups").get(0).stringValue()).isEqualTo("grp_web");
        assertThat(jo.get("mfa_enabled").isNull()).isTrue();
    }

    @Test
    void identity_isResolvedByEveryName() {
        for (String name : List.of(
                "user/usr_jo",
                "user/jo@web.test",
                "user/user:jo@web.test",
                "user/user%3Ajo%40web.test",
                "user/user:usr_jo")) {
            JsonNode found =
                    jo().get("/v1/identity/resolve/" + name).expect(200).json();
            assertThat(found.get("id").stringValue()).isEqualTo("usr_jo");
            assertThat(found.get("identity_id").stringValue()).isEqualTo("user:jo@web.test");
            assertThat(found.get("groups").get(0).stringValue()).isEqualTo("grp_web");
        }
        for (String name : List.of("group/grp_web", "group/ops", "group/group:ops")) {
            assertThat(jo().get("/v1/identity/resolve/" + name)
                            .expect(200)
                            .json()
                            .get("identity_id")
                            .stringValue())
                    .isEqualTo("group:ops");
        }
        for (String name : List.of(
                "service_account/sa:mailer",
                "robot/x",
                "user/JO@web.test",
                "user/group:ops",
                "group/user:jo@web.test",
                "user/%F0%9F%98%80",
                "user/*",
                "system/purge")) {
            jo().get("/v1/identity/resolve/" + name).expect(404, "identity_not_found");
        }
    }

    @Test
    void assignedRole_replacesTheTokens_everywhere_withinTwoSeconds() {
        ApiClient here =
                server.client(person("web", "acme", "sam").role("partner_admin").sign());
        ApiClient there = new ApiClient(other.port(), here.token());
        assertRoles(here, "partner_admin");
        assertRoles(there, "partner_admin");
        here.get("/v1/t/tnt_shop/policies").expect(200);

        partnerAdmin()
                .put("/v1/identity/users/usr_sam/roles", Map.of("roles", List.of("tenant_admin")))
                .expect(200);
        long changed = System.nanoTime();
        assertRoles(here, "tenant_admin");
        here.get("/v1/t/tnt_shop/policies").expect(403, "tenant_access_denied");
        here.get("/v1/identity/tenants/tnt_shop/users").expect(403, "tenant_access_denied");
        here.post("/v1/policies", policy("partner")).expect(403, "forbidden");
        here.put("/v1/identity/users/usr_jo/roles", Map.of("roles", List.of())).expect(403, "forbidden");
        while (there.get("/v1/t/tnt_shop/policies").status() != 403) {
            assertThat(Duration.ofNanos(System.nanoTime() - changed)).isLessThan(LONGEST_DELAY);
        }
        assertRoles(there, "tenant_admin");

        // Back, by an assignment: what ScaiKey's tokens say does not count any more.
        partnerAdmin()
                .put("/v1/identity/users/usr_sam/roles", Map.of("roles", List.of("partner_admin")))
                .expect(200);
        assertRoles(server.client(person("web", "acme", "sam").sign()), "partner_admin");
        ApiClient.Reply shown = jo().get("/v1/identity/users/usr_sam/roles").expect(200);
        assertThat(shown.json().get("source").stringValue()).isEqualTo("assigned");
        assertThat(shown.json().get("assigned_by").stringValue()).isEqualTo("user:mia@web.test");
    }

    private static Map<String, Object> policy(String scope) {
        return Map.of(
                "name",
                "policy " + System.nanoTime(),
                "scope",
                scope,
                "rules",
                List.of(Map.of("path_pattern", "x/**", "permissions", List.of("read"))));
    }

    private static void assertRoles(ApiClient client, String... roles) {
        assertThat(client.get("/v1/auth/whoami")
                        .expect(200)
                        .json()
                        .get("roles")
                        .valueStream()
                        .map(JsonNode::stringValue))
                .containsExactly(roles);
    }

    @Test
    void nobodyRaisesThemselves_norGivesWhatTheyMayNot() {
        ApiClient admin = partnerAdmin();
        ApiClient superAdmin =
                server.client(person("web", "acme", "root").role("super_admin").sign());
        put(admin, "usr_mia", 403, "partner_admin", "tenant_admin");
        put(admin, "usr_jo", 403, "super_admin");
        put(admin, "usr_mia", 403, "super_admin");
        put(jo(), "usr_jo", 403, "tenant_admin");
        put(server.client(person("web", "acme", "jo").role("tenant_admin").sign()), "usr_sam", 403, "tenant_admin");
        for (String spelling : List.of(
                " root", "ROOT", "super_admin\u00a0", "\uff53uper_admin", "super_admin ", "root", "Super_Admin")) {
            put(superAdmin, "usr_jo", 422, spelling);
            put(admin, "usr_jo", 422, spelling);
        }
        ApiClient.Reply odd = superAdmin.put("/v1/identity/users/usr_jo/roles", Map.of("roles", List.of("canary-7c1")));
        assertThat(odd.expect(422).body()).doesNotContain("canary");
        superAdmin.put("/v1/identity/users/usr_jo/roles", Map.of()).expect(422, "validation_error");
        superAdmin
                .put("/v1/identity/users/usr_jo/roles", Map.of("role", "super_admin"))
                .expect(400, "invalid_request");
        // A token that is to do something else does not do this, whoever's it is.
        server.client(person("web", "acme", "mia")
                        .role("partner_admin")
                        .scope("identity:read")
                        .sign())
                .put("/v1/identity/users/usr_jo/roles", Map.of("roles", List.of()))
                .expect(403, "insufficient_scope");
        assertThat(jo().get("/v1/identity/users/usr_jo/roles")
                        .expect(200)
                        .json()
                        .get("source")
                        .stringValue())
                .isEqualTo("scaikey");
        // On another tenant of the partner, by its administrator; on one of another partner by nobody.
        admin.put("/v1/t/tnt_shop/identity/users/usr_eve/roles", Map.of("roles", List.of("tenant_admin")))
                .expect(200);
        admin.put("/v1/t/tnt_core/identity/users/usr_zoe/roles", Map.of("roles", List.of()))
                .expect(404, "tenant_not_found");
    }

    private static void put(ApiClient by, String user, int status, String... roles) {
        by.put("/v1/identity/users/" + user + "/roles", Map.of("roles", List.of(roles)))
                .expect(status);
    }

    @Test
    void roles_areListedForAnybody() {
        ApiClient nobody = server.client(
                server.token("web", "acme").serviceAccount("nobody").scope("").sign());
        assertThat(nobody.get("/v1/identity/roles")
                        .expect(200)
                        .json()
                        .get("roles")
                        .valueStream()
                        .map(role -> role.get("name").stringValue()))
                .containsExactly("tenant_admin", "partner_admin", "super_admin");
    }

    @Test
    void comparison_isAskedFor_done_andToldInTheHistory() {
        server.issuer()
                .directory()
                .partner("ptn_synced", "name", "Synced", "status", "ACTIVE")
                .tenant("ptn_synced", "tnt_synced", "name", "Synced", "status", "ACTIVE");
        IntStream.range(0, 450)
                .forEach(i -> server.issuer()
                        .directory()
                        .user(
                                "tnt_synced",
                                "usr_s" + (1_000 + i),
                                "email",
                                "s" + i + "@synced.test",
                                "status",
                                "ACTIVE"));
        ApiClient admin = server.client(server.token("synced", "synced")
                .user("admin@synced.test")
                .role("partner_admin")
                .sign());
        JsonNode asked = admin.post("/v1/identity/sync", null).expect(202).json();
        assertThat(asked.get("sync_id").stringValue()).startsWith("sync_");
        JsonNode run = awaited(admin, asked.get("sync_id").stringValue());
        assertThat(run.get("status").stringValue()).as(run.toString()).isEqualTo("COMPLETED");
        assertThat(run.get("users").intValue()).isEqualTo(450);
        assertThat(run.get("partner_id").stringValue()).isEqualTo("ptn_synced");
        assertThat(admin.get("/v1/identity/tenants/tnt_synced/users")
                        .expect(200)
                        .json()
                        .get("total")
                        .intValue())
                .isEqualTo(450);
        assertThat(admin.get("/v1/metrics").expect(200).body())
                .contains("scaivault_identity_syncs_total{outcome=\"completed\"}")
                .contains("scaivault_identity_events_total{result=\"applied\"}")
                .contains("scaivault_identity_sync_age_seconds");
        // Of its own tenant anybody with the scope, and only of that.
        ApiClient member = server.client(
                server.token("synced", "synced").user("s1@synced.test").sign());
        String own = member.post("/v1/identity/sync", null)
                .expect(202)
                .json()
                .get("sync_id")
                .stringValue();
        assertThat(awaited(member, own).get("tenant_id").stringValue()).isEqualTo("tnt_synced");
        assertThat(member.get("/v1/identity/sync/history").expect(200).body())
                .doesNotContain(asked.get("sync_id").stringValue());
    }

    private static JsonNode awaited(ApiClient client, String syncId) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < deadline) {
            for (JsonNode run :
                    client.get("/v1/identity/sync/history").expect(200).json().get("syncs")) {
                if (run.get("sync_id").stringValue().equals(syncId)
                        && !run.get("finished_at").isNull()) {
                    return run;
                }
            }
        }
        throw new AssertionError("the comparison " + syncId + " does not end");
    }

    @Test
    void withoutAClientAtScaiKey_aComparisonIsRefusedInWords() {
        try (RunningServer own = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of("SCAIKEY_CLIENT_ID", "", "SCAIKEY_CLIENT_SECRET", "", "SCAIKEY_WEBHOOK_SECRET", ""))) {
            ApiClient.Reply refused = own.client(
                            own.token("web").user("jo@web.test").sign())
                    .post("/v1/identity/sync", null)
                    .expect(409, "conflict");
            assertThat(refused.json().at("/error/details/state").stringValue()).isEqualTo("not_configured");
            own.send(EventBuilder.of("user.suspended", "user", "usr_x").tenant("tnt_web", "ptn_acme"))
                    .expect(403, "forbidden");
        }
    }
}
