package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.ApiClient.Reply;
import ai.scailabs.vault.testkit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class KeysApiTest {
    private static final List<String> LEVELS = List.of("root", "partner", "tenant");

    private static RunningServer server;
    /** Takes jobs and carries none out. */
    private static RunningServer idle;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
        idle = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), Map.of("DATABASE_WORKER_URL", ""));
    }

    @AfterAll
    static void stop() {
        server.close();
        idle.close();
    }

    private static ApiClient caller(RunningServer of, String tenant, String partner, String... roles) {
        var token = of.token(tenant, partner).user("keys@" + tenant + ".test");
        for (String role : roles) {
            token = token.role(role);
        }
        return of.client(token.sign());
    }

    private static String job(Reply reply) {
        return reply.expect(202).json().get("job_id").stringValue();
    }

    private static List<String> jobs(Reply reply) {
        return reply.expect(200)
                .json()
                .get("jobs")
                .valueStream()
                .map(each -> each.get("job_id").stringValue())
                .toList();
    }

    private static JsonNode ended(ApiClient caller, String job, String space) {
        Sql.superuser(server).awaitKeyJobs(space);
        return caller.get("/v1/keys/jobs/" + job).expect(200).json();
    }

    @Test
    void withoutTheScope_everyCallIsRefused() {
        ApiClient caller = server.client(server.token("scopeless", "scopeless")
                .user("jo@scopeless.test")
                .role("super_admin")
                .role("partner_admin")
                .scope("secrets:read secrets:write policies:write identity:admin keys:read")
                .sign());
        List<Reply> replies = new ArrayList<>(List.of(caller.get("/v1/keys"), caller.get("/v1/keys/jobs")));
        LEVELS.forEach(level -> replies.add(caller.post("/v1/keys/" + level + "/rotate", null)));
        replies.add(caller.get("/v1/keys/jobs/job_01K9Z6F3V4M8Q2T7B5N1C0D9XE"));
        for (Reply reply : replies) {
            reply.expect(403, "insufficient_scope");
            assertThat(reply.json().at("/error/details/required_scope").stringValue())
                    .isEqualTo("keys:admin");
        }
    }

    @Test
    void levelAboveTheRole_isRefused_recorded_andPutsNothingDown() {
        for (String[] refused : new String[][] {
            {"partner", "partner_admin"},
            {"partner", "partner_admin", "tenant_admin"},
            {"root", "super_admin"},
            {"root", "super_admin", "tenant_admin"},
            {"root", "super_admin", "partner_admin"},
            {"root", "super_admin", "Super_Admin"}
        }) {
            String[] roles = refused.length > 2 ? new String[] {refused[2]} : new String[0];
            ApiClient caller = caller(idle, "roleless", "roleless", roles);
            String requestId = AuditRow.newRequestId();
            Reply reply = caller.post("/v1/keys/" + refused[0] + "/rotate", null, "X-Request-ID", requestId)
                    .expect(403, "forbidden");
            assertThat(reply.json().at("/error/details/required_role").stringValue())
                    .isEqualTo(refused[1]);
            assertThat(AuditRow.of(idle, requestId)).singleElement().satisfies(row -> {
                assertThat(row.text("action")).isEqualTo("key_rotate");
                assertThat(row.text("error_code")).isEqualTo("forbidden");
                assertThat(row.text("secret_path")).isEqualTo(refused[0]);
                assertThat(row.success()).isFalse();
            });
        }
        assertThat(Sql.superuser(idle)
                        .rows("select * from key_job where tenant_id in ('tnt_roleless', 'ptn_roleless')"))
                .isEmpty();
    }

    @Test
    void unknownLevelsAndJobs_areNotFound() {
        ApiClient caller = caller(server, "unknown", "unknown", "super_admin");
        for (String level : List.of("data", "Tenant", "tenants", "TENANT", "tenant%20", "jobs", "*")) {
            caller.post("/v1/keys/" + level + "/rotate", null).expect(404, "not_found");
        }
        for (String job : List.of("job_01K9Z6F3V4M8Q2T7B5N1C0D9XE", "job_", "x", "key_01K9Z6F3V4M8Q2T7B5N1C0D9XE")) {
            caller.get("/v1/keys/jobs/" + job).expect(404, "not_found");
        }
        caller.get("/v1/keys/tenant").expect(404, "not_found");
        caller.get("/v1/keys/tenant/rotate").expect(405, "method_not_allowed");
    }

    @Test
    void whatTheCallsDoNotTake_isRefused() {
        ApiClient caller = caller(server, "strict", "strict");
        caller.post("/v1/keys/tenant/rotate", Map.of("force", true)).expect(400, "invalid_request");
        caller.post("/v1/keys/tenant/rotate", "{}").expect(400, "invalid_request");
        caller.post("/v1/keys/tenant/rotate?force=true", null).expect(400, "invalid_request");
        caller.get("/v1/keys?level=tenant").expect(400, "invalid_request");
        caller.get("/v1/keys/jobs?level=tenant").expect(400, "invalid_request");
        caller.get("/v1/keys/jobs?limit=0").expect(422, "validation_error");
        caller.get("/v1/keys/jobs?cursor=x").expect(400, "invalid_cursor");
        assertThat(jobs(caller.get("/v1/keys/jobs"))).isEmpty();
    }

    @Test
    void secondRequest_isAConflictThatNamesTheFirst_onEveryLevel() {
        ApiClient caller = caller(idle, "twice", "twice", "super_admin");
        for (String level : LEVELS) {
            String first = job(caller.post("/v1/keys/" + level + "/rotate", null));
            Reply second = caller.post("/v1/keys/" + level + "/rotate", null).expect(409, "conflict");
            assertThat(second.json().at("/error/details/job_id").stringValue()).isEqualTo(first);
            assertThat(second.json().at("/error/details/state").stringValue()).isEqualTo("under_way");
            assertThat(caller.get("/v1/keys/jobs/" + first)
                            .expect(200)
                            .json()
                            .get("status")
                            .stringValue())
                    .isEqualTo("pending");
        }
        // The root key is everybody's: somebody of another partner learns that, and no more.
        Reply elsewhere = caller(idle, "elsewhere", "elsewhere", "super_admin")
                .post("/v1/keys/root/rotate", null)
                .expect(409, "conflict");
        assertThat(elsewhere.json().at("/error/details").propertyNames()).containsExactly("state");
    }

    @Test
    void jobsOfOthers_areNotThere_norAreThoseThatTheCallerCouldNotStart() {
        ApiClient superAdmin = caller(idle, "owner", "owning", "super_admin");
        String tenantJob = job(superAdmin.post("/v1/keys/tenant/rotate", null));
        String partnerJob = job(superAdmin.post("/v1/keys/partner/rotate", null));
        ApiClient partnerAdmin = caller(idle, "owner", "owning", "partner_admin");
        ApiClient tenantAdmin = caller(idle, "owner", "owning", "tenant_admin");
        ApiClient sibling = caller(idle, "sibling", "owning", "partner_admin");
        ApiClient stranger = caller(idle, "stranger", "strange", "super_admin");

        assertThat(jobs(partnerAdmin.get("/v1/keys/jobs"))).containsExactly(partnerJob, tenantJob);
        assertThat(jobs(tenantAdmin.get("/v1/keys/jobs"))).containsExactly(tenantJob);
        assertThat(jobs(sibling.get("/v1/keys/jobs"))).containsExactly(partnerJob);
        assertThat(jobs(stranger.get("/v1/keys/jobs"))).isEmpty();
        tenantAdmin.get("/v1/keys/jobs/" + partnerJob).expect(404, "not_found");
        sibling.get("/v1/keys/jobs/" + tenantJob).expect(404, "not_found");
        sibling.get("/v1/keys/jobs/" + partnerJob).expect(200);
        for (String job : List.of(tenantJob, partnerJob)) {
            stranger.get("/v1/keys/jobs/" + job).expect(404, "not_found");
        }
        // Abroad, as whoever it is at home.
        assertThat(jobs(sibling.get("/v1/t/tnt_owner/keys/jobs"))).containsExactly(partnerJob, tenantJob);
        tenantAdmin.get("/v1/t/tnt_sibling/keys").expect(403, "tenant_access_denied");
        stranger.get("/v1/t/tnt_owner/keys").expect(403, "tenant_access_denied");

        Reply page = partnerAdmin.get("/v1/keys/jobs?limit=1");
        assertThat(jobs(page)).containsExactly(partnerJob);
        assertThat(page.json().get("has_more").booleanValue()).isTrue();
        Reply next = partnerAdmin.get(
                "/v1/keys/jobs?limit=1&cursor=" + page.json().get("cursor").stringValue());
        assertThat(jobs(next)).containsExactly(tenantJob);
        assertThat(next.json().get("has_more").booleanValue()).isFalse();
    }

    @Test
    void rotations_leaveValuesAndEntityTags_andAreToldInTheLogs() {
        ApiClient owner = server.owner("rotated", "rotated");
        ApiClient admin = caller(server, "rotated", "rotated", "super_admin");
        for (int i = 0; i < 3; i++) {
            owner.put("/v1/secrets/app/db", Map.of("data", Map.of("n", i))).expect(i == 0 ? 201 : 200);
        }
        for (String level : LEVELS) {
            String requestId = AuditRow.newRequestId();
            String space = level.equals("tenant") ? "tnt_rotated" : "ptn_rotated";
            String job = job(admin.post("/v1/keys/" + level + "/rotate", null, "X-Request-ID", requestId));
            JsonNode ended = ended(admin, job, space);

            assertThat(ended.get("status").stringValue()).isEqualTo("completed");
            assertThat(ended.get("failed").intValue()).isZero();
            assertThat(ended.get("processed").intValue())
                    .isPositive()
                    .isEqualTo(ended.get("succeeded").intValue());
            assertThat(ended.get("key_id").isNull()).isEqualTo(level.equals("root"));
            assertThat(AuditRow.of(server, requestId).stream()
                            .map(row -> row.text("tenant_id") + " " + row.text("secret_path"))
                            .collect(Collectors.toSet()))
                    .isEqualTo(
                            level.equals("tenant")
                                    ? Set.of("tnt_rotated " + job)
                                    : Set.of("ptn_rotated " + job, "tnt_rotated partner/" + job));
            assertThat(Sql.superuser(server)
                            .rows(
                                    "select extra_data ->> 'event' as event, success from audit_log"
                                            + " where tenant_id = ? and secret_path = ? and identity_id = 'system:key-rotation' order by occurred_at",
                                    space,
                                    job))
                    .extracting(row -> row.get("event") + " " + row.get("success"))
                    .containsExactly("began true", "ended true");
        }
        Reply read = owner.get("/v1/secrets/app/db").expect(200);
        assertThat(read.header("ETag")).isEqualTo("\"3\"");
        assertThat(read.json().at("/data/n").intValue()).isEqualTo(2);
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("n", 3)), "If-Match", "\"3\"")
                .expect(200);
        assertThat(owner.get("/v1/secrets/app/db?version=1")
                        .expect(200)
                        .json()
                        .at("/data/n")
                        .intValue())
                .isZero();
        String metrics = server.client(server.token("rotated", "rotated")
                        .user("m@rotated.test")
                        .sign())
                .get("/v1/metrics")
                .expect(200)
                .body();
        assertThat(metrics)
                .contains("scaivault_key_rotation_jobs_total{level=\"tenant\",outcome=\"completed\"}")
                .contains("scaivault_key_rotation_rewrapped_total{level=\"root\"}")
                .contains("scaivault_key_rotation_oldest_age_seconds");
    }

    @Test
    void keys_areShownAsFarAsTheRoleReaches() {
        ApiClient owner = server.owner("shown", "showing");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("n", 1))).expect(201);
        String job = job(owner.post("/v1/keys/tenant/rotate", null));
        ended(owner, job, "tnt_shown");

        JsonNode own =
                caller(server, "shown", "showing").get("/v1/keys").expect(200).json();
        assertThat(own.at("/root/partner_keys").isNull()).isTrue();
        assertThat(own.get("partner").isNull()).isTrue();
        JsonNode generations = own.at("/tenant/generations");
        assertThat(generations).hasSize(2);
        assertThat(generations.get(0).get("state").stringValue()).isEqualTo("active");
        assertThat(generations.get(0).get("generation").intValue()).isEqualTo(2);
        assertThat(generations.get(0).at("/rows/secret_versions").intValue()).isEqualTo(1);
        assertThat(generations.get(1).get("state").stringValue()).isEqualTo("retired");
        assertThat(generations.get(1).at("/rows/secret_versions").intValue()).isZero();

        JsonNode partner = caller(server, "shown", "showing", "partner_admin")
                .get("/v1/keys")
                .expect(200)
                .json();
        assertThat(partner.at("/root/partner_keys").isNull()).isTrue();
        assertThat(partner.at("/partner/generations/0/tenant_keys").intValue()).isEqualTo(2);

        JsonNode all = caller(server, "shown", "showing", "super_admin")
                .get("/v1/keys")
                .expect(200)
                .json();
        String rootKey = all.at("/root/key_ids/0").stringValue();
        assertThat(all.at("/root/partner_keys").get(rootKey).intValue()).isPositive();
        assertThat(all.at("/partner/generations/0/root_key_ids/0").stringValue())
                .isEqualTo(rootKey);
        assertThat(all.toString()).doesNotContain("wrapped_key");
        // Without a login for jobs nobody sees over all tenants.
        idle.owner("shown", "showing").put("/v1/secrets/app/db", Map.of("data", Map.of("n", 1)));
        JsonNode uncounted = caller(idle, "shown", "showing", "super_admin")
                .get("/v1/keys")
                .expect(200)
                .json();
        assertThat(uncounted.at("/root/partner_keys").isNull()).isTrue();
        assertThat(uncounted.at("/partner/generations/0/tenant_keys").isNull()).isTrue();
    }

    @Test
    void keyOfTheIssuer_goesOverToTheNewGeneration_andItsTokensStayGood() {
        PreparedTenant tenant = PreparedTenant.create(server, "rotated-issuer", "rotated-issuer");
        ApiCall exchange = tenant.call(OpenApi.of(server).operations().stream()
                .filter(operation -> operation.id().equals("exchangeToken"))
                .findFirst()
                .orElseThrow());
        String before = exchange.by(server.client(null))
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
        String sealed = sealedKey(tenant);

        ended(tenant.owner(), job(tenant.owner().post("/v1/keys/tenant/rotate", null)), tenant.tenant());

        assertThat(sealedKey(tenant)).isNotEqualTo(sealed);
        // What is sealed, its nonce and its tag are as they were: only the wrapped key in front is another.
        assertThat(sealedKey(tenant).substring(180)).isEqualTo(sealed.substring(180));
        JsonNode rows = tenant.owner().get("/v1/keys").expect(200).json().at("/tenant/generations");
        assertThat(rows.get(0).at("/rows/signing_keys").intValue()).isEqualTo(1);
        assertThat(rows.get(1).at("/rows/signing_keys").intValue()).isZero();
        server.client(before).get("/v1/auth/whoami").expect(200);
        String after = exchange.by(server.client(null))
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
        server.client(after).get("/v1/auth/whoami").expect(200);
    }

    private static String sealedKey(PreparedTenant tenant) {
        return (String) Sql.superuser(server)
                .value("select encode(private_key, 'hex') from token_signing_key where tenant_id = ?", tenant.tenant());
    }

    @Test
    void detailedHealth_saysWhenKeysWereLastRotated() {
        ApiClient owner = server.owner("healthy", "healthy");
        JsonNode ended = ended(owner, job(owner.post("/v1/keys/tenant/rotate", null)), "tnt_healthy");
        String shown = "";
        long patience = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(20);
        while (shown.compareTo(ended.get("finished_at").stringValue()) < 0 && System.nanoTime() < patience) {
            shown = owner.get("/v1/health/detailed")
                    .expect(200)
                    .json()
                    .at("/checks/encryption/last_rotation")
                    .asString("");
        }
        assertThat(shown).isGreaterThanOrEqualTo(ended.get("finished_at").stringValue());
        assertThat(idle.owner("healthy", "healthy")
                        .get("/v1/health/detailed")
                        .expect(200)
                        .json()
                        .at("/checks/encryption")
                        .has("last_rotation"))
                .isFalse();
    }
}
