package ai.scailabs.vault.server;

import static ai.scailabs.vault.server.Workloads.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an administrator says of whom to trust, and how soon it counts. */
class TrustApiTest {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private static RunningServer server;
    private static Workloads workloads;
    private static ApiClient owner;
    private static ApiClient nobody;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        workloads = Workloads.prepare(server, "trusts");
        owner = workloads.owner();
        nobody = workloads.nobody();
    }

    @Test
    void dryRun_canAssumeATokenOfATrust() {
        JsonNode trust = workloads.created(workloads.trust("dry-run"));
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
    void changedAndDeletedTrusts_endTheirTokens_onEveryInstanceWithinTwoSeconds() {
        JsonNode trust = workloads.created(workloads.trust("ending"));
        String id = trust.get("id").stringValue();
        String first = workloads.exchanged(trust);
        try (RunningServer other = server.another()) {
            ApiClient there = other.client(first);
            there.get("/v1/secrets/app/shop/db").expect(200);
            server.client(first).get("/v1/secrets/app/shop/db").expect(200);

            owner.patch("/v1/auth/trusts/" + id, Map.of("path_patterns", List.of("app/shop/x")), "If-Match", "\"1\"")
                    .expect(200);
            server.client(first).get("/v1/secrets/app/shop/db").expect(401, "token_revoked");
            assertEndsInTime(there);

            String second = workloads.exchanged(trust);
            other.client(second).get("/v1/secrets/app/shop/db").expect(403, "access_denied");
            owner.delete("/v1/auth/trusts/" + id).expect(204);
            assertEndsInTime(other.client(second));
            nobody.post("/v1/auth/exchange", request(trust.get("role").stringValue(), workloads.subjectToken()))
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
        Map<String, Object> other = workloads.trust("revoking");
        other.put("identity_id", "sa:revoked");
        JsonNode trust = workloads.created(other);
        owner.allow("sa:revoked", "app/shop/**", "read");
        String one = workloads.exchanged(trust);
        String two = workloads.exchanged(trust);
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
    void trust_isShownAsItWasWritten_andPaged() {
        JsonNode trust = workloads.created(workloads.trust("shown"));
        JsonNode read = owner.get("/v1/auth/trusts/" + trust.get("id").stringValue())
                .expect(200)
                .json();
        assertThat(read).isEqualTo(trust);
        assertThat(read.get("ttl").stringValue()).isEqualTo("1h");
        assertThat(read.get("role").stringValue())
                .isEqualTo("tnt_trusts/" + trust.get("id").stringValue());
        Map<String, Object> unconditional = workloads.trust("unconditional");
        unconditional.remove("conditions");
        owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        unconditional.put("conditions", List.of(Map.of("claim", "sub", "matches", "**")));
        ApiClient.Reply refused = owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        assertThat(refused.body()).contains("which workload");
        unconditional.put("conditions", List.of(Map.of("claim", "sub", "equals", List.of("x"))));
        owner.post("/v1/auth/trusts", unconditional).expect(422, "validation_error");
        unconditional.put("surprise", true);
        owner.post("/v1/auth/trusts", unconditional).expect(400, "invalid_request");

        workloads.created(workloads.trust("shown-2"));
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
