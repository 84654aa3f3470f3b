package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Advisory GHSA-mwr2-wmgp-crj6 and its like: no name of a tenant is special, stands for another, or is a pattern of others. */
class NeighbouringTenantsTest {
    private static final List<String> NAMES = List.of(
            "near", "NEAR", "Near", "near_", "nea_", "n__r", "____", "near-", "nea-", "ne-ar", "near0", "root", "ROOT",
            "admin", "system", "public", "default", "null", "-", "_", "0");

    private static final Map<String, ApiClient> OWNERS = new LinkedHashMap<>();

    private static RunningServer server;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        for (String name : NAMES) {
            ApiClient owner = server.client(
                    server.token(name, "near").user("owner@near.test").sign());
            owner.allow("user:owner@near.test", "**", "admin");
            owner.put("/v1/secrets/app/db", Map.of("data", Map.of("tenant", "of " + name)));
            OWNERS.put(name, owner);
        }
    }

    @Test
    void namesThatResembleEachOther_areTenantsOfTheirOwn() {
        OWNERS.forEach((name, owner) -> {
            assertThat(owner.get("/v1/secrets/app/db")
                            .expect(200)
                            .json()
                            .at("/data/tenant")
                            .stringValue())
                    .isEqualTo("of " + name);
            assertThat(owner.get("/v1/secrets").expect(200).json().get("secrets"))
                    .hasSize(1);
            assertThat(owner.get("/v1/policies").expect(200).json().get("policies"))
                    .hasSize(1);
            assertThat(owner.get("/v1/audit/logs?limit=1000").expect(200).json().findValuesAsString("tenant_id"))
                    .isNotEmpty()
                    .containsOnly("tnt_" + name);
        });
    }

    @Test
    void revocationOfOne_touchesNoOther() {
        Map<String, ApiClient> leavers = new LinkedHashMap<>();
        for (String name : NAMES) {
            leavers.put(
                    name,
                    server.client(
                            server.token(name, "near").user("leaver@near.test").sign()));
            leavers.get(name).get("/v1/auth/whoami").expect(200);
        }
        OWNERS.get("n__r")
                .post("/v1/auth/revoke", Map.of("identity_id", "user:leaver@near.test"))
                .expect(204);
        leavers.forEach((name, leaver) ->
                assertThat(leaver.get("/v1/auth/whoami").status()).as(name).isEqualTo(name.equals("n__r") ? 401 : 200));
    }

    /** Nor does a token say so that is of none, of a partner's space or of the log of the unidentified. */
    @Test
    void reservedNames_areNoTenants() {
        for (String reserved : List.of(
                "tnt_",
                "ptn_near",
                "ptn_",
                "tnt",
                "tenant",
                "root",
                "*",
                "%",
                "tnt_*",
                "tnt_%",
                "tnt_near/",
                "tnt_near/x",
                "tnt_../near",
                "tnt_near ",
                " tnt_near",
                "tnt_n\u0435ar",
                "tnt_near\u200b")) {
            ApiClient client = server.client(server.token("near", "near")
                    .tenant(reserved)
                    .user("owner@near.test")
                    .role("partner_admin")
                    .sign());
            for (String uri :
                    List.of("/v1/auth/whoami", "/v1/audit/logs", "/v1/secrets/app/db", "/v1/partner/secrets")) {
                client.get(uri).expect(401, "token_invalid");
            }
        }
        assertThat(Sql.superuser(server).value("select count(*) from tenant where tenant_id = 'tnt_'"))
                .isEqualTo(0L);
    }
}
