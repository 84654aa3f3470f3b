package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a partner shares with its tenants. */
class PartnerSecretsApiTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String SHARED = "/v1/partner/secrets/";
    private static final Map<String, Object> VALUE = Map.of("data", Map.of("key", "shared-value"));

    private final RunningServer server = RunningServer.shared();
    private final String partner = "sharing" + COUNT.incrementAndGet();
    private final String first = partner + "-first";
    private final String second = partner + "-second";
    private ApiClient admin = server.client(null);

    @BeforeEach
    void admin() {
        admin = server.owner(first, partner);
    }

    @Test
    void tenantsOfThePartner_readByARuleOfTheirOwn() {
        admin.put(SHARED + "smtp/key", VALUE).expect(201);
        ApiClient ownerOfSecond = server.owner(second, partner);
        ApiClient reader = server.member(ownerOfSecond, second, partner, "reader", "partner/smtp/*", "read", "list");
        assertThat(reader.get(SHARED + "smtp/key")
                        .expect(200)
                        .json()
                        .at("/data/key")
                        .stringValue())
                .isEqualTo("shared-value");
        assertThat(reader.get("/v1/partner/secrets").json().get("secrets")).hasSize(1);
        ApiClient unruled = server.member(ownerOfSecond, second, partner, "unruled", "smtp/**", "admin");
        unruled.get(SHARED + "smtp/key").expect(403, "access_denied");
        assertThat(unruled.get("/v1/partner/secrets").json().get("secrets")).isEmpty();
    }

    @Test
    void ruleOfTheTenantThatWrote_doesNotCountForAnother() {
        admin.put(SHARED + "smtp/key", VALUE).expect(201);
        admin.allow("sa:reader", "partner/**", "read");
        server.owner(second, partner);
        server.client(server.token(second, partner).serviceAccount("reader").sign())
                .get(SHARED + "smtp/key")
                .expect(403, "access_denied");
    }

    @Test
    void withoutTheRole_nothingIsChanged_whateverTheRule() {
        admin.put(SHARED + "key", VALUE).expect(201);
        admin.put(SHARED + "gone", VALUE).expect(201);
        admin.delete(SHARED + "gone").expect(200);
        for (String role : List.of("none", "tenant_admin", "super_admin")) {
            ApiClient member = server.client(server.token(first, partner)
                    .user("owner@" + first + ".test")
                    .role(role)
                    .sign());
            member.get(SHARED + "key").expect(200);
            member.put(SHARED + "key", VALUE).expect(403, "access_denied");
            member.put(SHARED + "new", VALUE).expect(403, "access_denied");
            member.delete(SHARED + "key").expect(403, "access_denied");
            member.delete(SHARED + "key?permanent=true").expect(403, "access_denied");
            member.delete(SHARED + "key?version=1").expect(403, "access_denied");
            member.patch(SHARED + "key:metadata", Map.of("a", 1)).expect(403, "access_denied");
            member.post(SHARED + "gone:restore", null).expect(403, "access_denied");
        }
        admin.post(SHARED + "gone:restore", null).expect(200);
        assertThat(admin.get(SHARED + "key").json().get("version").intValue()).isEqualTo(1);
    }

    @Test
    void withoutTheRule_theRoleOpensNothing() {
        admin.put(SHARED + "key", VALUE).expect(201);
        ApiClient unruled = server.client(server.token(second, partner)
                .user("admin@x.test")
                .role("partner_admin")
                .sign());
        unruled.get(SHARED + "key").expect(403, "access_denied");
        unruled.put(SHARED + "key", VALUE).expect(403, "access_denied");
        unruled.delete(SHARED + "key").expect(403, "access_denied");
    }

    @Test
    void samePathOfTheTenant_isAnotherSecret() {
        admin.put(SHARED + "app/db", VALUE).expect(201);
        admin.put("/v1/secrets/app/db", Map.of("data", Map.of("key", "own-value")))
                .expect(201);
        admin.put("/v1/secrets/partner/app/db", Map.of("data", Map.of("key", "third-value")))
                .expect(201);
        assertThat(admin.get(SHARED + "app/db").body()).contains("shared-value");
        assertThat(admin.get("/v1/secrets/app/db").body()).contains("own-value");
        assertThat(admin.get("/v1/secrets/partner/app/db").body()).contains("third-value");
        JsonNode own = admin.get("/v1/secrets").json().get("secrets");
        assertThat(own)
                .extracting(secret -> secret.get("path").stringValue())
                .containsExactly("app/db", "partner/app/db");
        admin.delete("/v1/secrets/app/db?permanent=true").expect(200);
        admin.get(SHARED + "app/db").expect(200);
    }

    /** A rule on {@code partner/x} is for what the partner shares and for the tenant's own path of that name: both are meant by whoever writes it. */
    @Test
    void bothLogs_haveTheReadingOfASharedSecret() {
        admin.put(SHARED + "app/db", VALUE).expect(201);
        server.owner(second, partner);
        ApiClient reader = server.owner(second, partner);
        String requestId = AuditRow.newRequestId();
        reader.get(SHARED + "app/db", "X-Request-ID", requestId).expect(200);
        List<AuditRow> rows = AuditRow.of(server, requestId);
        assertThat(rows)
                .extracting(row ->
                        row.text("tenant_id") + " " + row.text("secret_path") + " " + row.text("acting_tenant_id"))
                .containsExactlyInAnyOrder(
                        "tnt_" + second + " partner/app/db null", "ptn_" + partner + " app/db tnt_" + second);
    }

    @Test
    void partnersOfTheSamePath_areStrangers() {
        admin.put(SHARED + "app/db", VALUE).expect(201);
        ApiClient stranger = server.owner(partner + "-stranger", partner + "-else");
        stranger.get(SHARED + "app/db").expect(404, "secret_not_found");
        stranger.put(SHARED + "app/db", Map.of("data", Map.of("key", "strange-value")))
                .expect(201);
        assertThat(admin.get(SHARED + "app/db").body()).contains("shared-value").doesNotContain("strange-value");
    }

    @Test
    void withdrawnRule_countsForTheNextRequest() {
        admin.put(SHARED + "app/db", VALUE).expect(201);
        ApiClient ownerOfSecond = server.owner(second, partner);
        String policy = ownerOfSecond.allow("sa:reader", "partner/**", "read");
        ApiClient reader = server.client(
                server.token(second, partner).serviceAccount("reader").sign());
        reader.get(SHARED + "app/db").expect(200);
        ownerOfSecond.delete("/v1/policies/" + policy + "?force=true").expect(204);
        reader.get(SHARED + "app/db").expect(403, "access_denied");
    }

    @Test
    void versionsMetadataAndBatch_areThoseOfTheSharedSpace() {
        admin.put(SHARED + "app/db", VALUE).expect(201);
        admin.put(SHARED + "app/db", VALUE).expect(200);
        assertThat(admin.get(SHARED + "app/db:versions").expect(200).json().get("versions"))
                .hasSize(2);
        admin.patch(SHARED + "app/db:metadata", Map.of("owner", "team:partner")).expect(200);
        assertThat(admin.get(SHARED + "app/db:metadata")
                        .json()
                        .at("/metadata/owner")
                        .stringValue())
                .isEqualTo("team:partner");
        JsonNode batch = admin.post(SHARED + "batch", Map.of("paths", List.of("app/db", "app/none")))
                .expect(200)
                .json();
        assertThat(batch.at("/secrets/app~1db/version").intValue()).isEqualTo(2);
        assertThat(batch.at("/errors/app~1none/code").stringValue()).isEqualTo("secret_not_found");
        JsonNode metadata = admin.post(
                        SHARED + "batch/metadata", Map.of("paths", List.of("**"), "expand_wildcards", true))
                .expect(200)
                .json();
        assertThat(metadata.get("secrets")).hasSize(1);
    }
}
