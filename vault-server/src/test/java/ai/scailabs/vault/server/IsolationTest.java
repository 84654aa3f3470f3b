package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.EventBuilder;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.UnfilteredDataSource;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/**
 * Nothing of one tenant shows in another, over HTTP: as the service ships, and once more without any of its own tenant filters, where row-level security holds alone.
 */
class IsolationTest {
    private @Nullable UnfilteredDataSource unfiltered;

    @TestFactory
    Stream<DynamicContainer> tenants_areApart() throws SQLException {
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        RunningServer bare = RunningServer.start(database, Map.of(), this::unfiltered);
        Objects.requireNonNull(unfiltered).unfilterFunctions(database.owner().dataSource());
        return Stream.of(
                DynamicContainer.dynamicContainer("with the service's filters", cases(RunningServer.shared())),
                DynamicContainer.dynamicContainer(
                        "by row-level security alone",
                        Stream.concat(cases(bare), Stream.of(DynamicTest.dynamicTest("filters were taken out", () -> {
                            bare.close();
                            assertThat(unfiltered).isNotNull();
                            assertThat(unfiltered.removedFilters()).isGreaterThan(10);
                        })))));
    }

    private DataSource unfiltered(DataSource source) {
        UnfilteredDataSource bare = new UnfilteredDataSource(source);
        unfiltered = bare;
        return bare;
    }

    private static Stream<DynamicNode> cases(RunningServer server) {
        return Stream.of("isolation", "isolation-else")
                .map(partnerOfOther -> DynamicContainer.dynamicContainer(
                        "the other is of " + partnerOfOther, casesOf(server, partnerOfOther)));
    }

    private static Stream<DynamicTest> casesOf(RunningServer server, String partnerOfOther) {
        String suffix = partnerOfOther.equals("isolation") ? "1" : "2";
        PreparedTenant victim = PreparedTenant.create(server, "isolation-victim" + suffix, "isolation");
        ApiClient other = server.owner("isolation-other" + suffix, partnerOfOther);
        return Stream.of(
                DynamicTest.dynamicTest("values of the same path stay apart", () -> {
                    other.get("/v1/secrets/app/db").expect(404, "secret_not_found");
                    other.put("/v1/secrets/app/db", Map.of("data", Map.of("mine", "other's")))
                            .expect(201);
                    assertThat(other.get("/v1/secrets/app/db").expect(200).body())
                            .contains("other's")
                            .doesNotContain(PreparedTenant.CANARY);
                    assertThat(victim.owner()
                                    .get("/v1/secrets/app/db")
                                    .expect(200)
                                    .body())
                            .contains(PreparedTenant.CANARY)
                            .doesNotContain("other's");
                    assertThat(victim.owner()
                                    .get("/v1/secrets/app/db")
                                    .json()
                                    .get("version")
                                    .intValue())
                            .isEqualTo(2);
                    other.get("/v1/secrets/app/db?version=2").expect(404, "version_not_found");
                }),
                DynamicTest.dynamicTest("what is absent here cannot be changed there", () -> {
                    String before = Sql.superuser(server).fingerprint(victim.tenant());
                    other.delete("/v1/secrets/app/old").expect(404, "secret_not_found");
                    other.delete("/v1/secrets/app/old?permanent=true").expect(404, "secret_not_found");
                    other.delete("/v1/secrets/app/old?version=1").expect(404, "secret_not_found");
                    other.patch("/v1/secrets/app/old:metadata", Map.of("owner", "x"))
                            .expect(404, "secret_not_found");
                    other.post("/v1/secrets/app/gone:restore", null).expect(404, "secret_not_found");
                    other.get("/v1/secrets/app/old:versions").expect(404, "secret_not_found");
                    other.get("/v1/secrets/app/old:metadata").expect(404, "secret_not_found");
                    assertThat(Sql.superuser(server).fingerprint(victim.tenant()))
                            .isEqualTo(before);
                }),
                DynamicTest.dynamicTest("lists and batches show the caller's own", () -> {
                    JsonNode list = other.get("/v1/secrets?include_deleted=true")
                            .expect(200)
                            .json();
                    assertThat(list.get("secrets")).hasSizeLessThanOrEqualTo(1);
                    assertThat(other.get("/v1/secrets?tag=mail").json().get("secrets"))
                            .isEmpty();
                    ApiClient.Reply batch = other.post(
                                    "/v1/secrets/batch", Map.of("paths", List.of("app/db", "app/old")))
                            .expect(200);
                    assertThat(batch.body()).doesNotContain(PreparedTenant.CANARY);
                    assertThat(batch.json().at("/errors/app~1old/code").stringValue())
                            .isEqualTo("secret_not_found");
                    ApiClient.Reply metadata = other.post(
                                    "/v1/secrets/batch/metadata",
                                    Map.of("paths", List.of("**"), "expand_wildcards", true))
                            .expect(200);
                    assertThat(metadata.body()).doesNotContain("team:data");
                }),
                DynamicTest.dynamicTest("policies and bindings are the tenant's own", () -> {
                    String policy = "/v1/policies/" + victim.bound();
                    other.get(policy).expect(404, "policy_not_found");
                    other.patch(policy, Map.of("is_active", false)).expect(404, "policy_not_found");
                    other.delete(policy + "?force=true").expect(404, "policy_not_found");
                    other.get(policy + "/bindings").expect(404, "policy_not_found");
                    other.delete(policy + "/bindings/" + victim.binding()).expect(404, "policy_not_found");
                    assertThat(other.get("/v1/policies").expect(200).body()).doesNotContain(victim.bound());
                    victim.owner().get(policy).expect(200);
                    // A rule in the victim's tenant grants the same identity nothing here.
                    victim.owner().allow("sa:wanderer", "**", "admin");
                    ApiClient wanderer = server.client(server.token("isolation-other" + suffix, partnerOfOther)
                            .serviceAccount("wanderer")
                            .sign());
                    wanderer.get("/v1/secrets/app/db").expect(403, "access_denied");
                }),
                DynamicTest.dynamicTest("the audit log is the tenant's own", () -> {
                    String log =
                            other.get("/v1/audit/logs?limit=1000").expect(200).body();
                    assertThat(log).contains("isolation-other" + suffix).doesNotContain("isolation-victim");
                    assertThat(victim.owner()
                                    .get("/v1/audit/logs?limit=1000")
                                    .expect(200)
                                    .body())
                            .doesNotContain("isolation-other");
                }),
                DynamicTest.dynamicTest("people, their roles and their suspension are the tenant's own", () -> {
                    String own = "tnt_isolation-other" + suffix;
                    assertThat(other.get("/v1/identity/tenants/" + own + "/users?status=ACTIVE")
                                    .expect(200)
                                    .json()
                                    .get("total")
                                    .intValue())
                            .isZero();
                    other.get("/v1/identity/resolve/user/" + victim.user()).expect(404, "identity_not_found");
                    other.get("/v1/identity/groups/" + victim.group() + "/members")
                            .expect(404, "identity_not_found");
                    other.put("/v1/identity/users/" + victim.user() + "/roles", Map.of("roles", List.of()))
                            .expect(404, "identity_not_found");
                    victim.owner()
                            .put(
                                    "/v1/identity/users/" + victim.user() + "/roles",
                                    Map.of("roles", List.of("tenant_admin")))
                            .expect(200);
                    // Whom the victim's tenant calls so is somebody else here.
                    ApiClient namesake = server.client(server.token("isolation-other" + suffix, partnerOfOther)
                            .user(victim.user() + "@people.test")
                            .subject(victim.user())
                            .sign());
                    assertThat(namesake.get("/v1/auth/whoami")
                                    .expect(200)
                                    .json()
                                    .get("roles"))
                            .isEmpty();
                    server.send(EventBuilder.of("user.suspended", "user", victim.user())
                                    .tenant(victim.tenant(), victim.partner()))
                            .expect(200);
                    namesake.get("/v1/auth/whoami").expect(200);
                    server.client(server.token("isolation-victim" + suffix, "isolation")
                                    .user("x@people.test")
                                    .subject(victim.user())
                                    .sign())
                            .get("/v1/auth/whoami")
                            .expect(401, "token_revoked");
                }),
                DynamicTest.dynamicTest("partners share with nobody else", () -> {
                    ApiClient.Reply shared = other.get("/v1/partner/secrets/app/db");
                    if (partnerOfOther.equals("isolation")) {
                        shared.expect(200);
                    } else {
                        shared.expect(404, "secret_not_found");
                        assertThat(other.get("/v1/partner/secrets").json().get("secrets"))
                                .isEmpty();
                    }
                }),
                DynamicTest.dynamicTest("a token cannot claim the victim for another partner", () -> {
                    server.client(server.token("isolation-victim" + suffix, "isolation-third")
                                    .user("owner@isolation-victim" + suffix + ".test")
                                    .sign())
                            .get("/v1/secrets/app/db")
                            .expect(403, "tenant_access_denied");
                }));
    }
}
