package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestAzure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Passwords and service principals of Entra ID, as a strict server of our own plays it. */
class AzureEnginesTest {
    private static TestAzure azure;
    private static CloudEngine engine;

    @BeforeAll
    static void prepare() {
        azure = new TestAzure();
        engine = new CloudEngine(
                "azure",
                Map.of(
                        "login_endpoint", azure.loginEndpoint().toString(),
                        "graph_endpoint", azure.graphEndpoint().toString(),
                        "management_endpoint", azure.managementEndpoint().toString()),
                Map.of(
                        "tenant_id", TestAzure.TENANT,
                        "client_id", TestAzure.CLIENT,
                        "client_secret", TestAzure.SECRET));
        engine.secret(
                "wrong",
                Map.of(
                        "tenant_id", TestAzure.TENANT,
                        "client_id", TestAzure.CLIENT,
                        "client_secret", "az~wrong"));
        engine.secret(
                "malformed",
                Map.of("tenant_id", "../x", "client_id", TestAzure.CLIENT, "client_secret", "az~malformed"));
    }

    @AfterEach
    void allow() {
        azure.allowAll();
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    private static Map<String, Object> principals() {
        return Map.of(
                "azure_roles",
                List.of(Map.of("role_id", TestAzure.READER, "scope", TestAzure.SUBSCRIPTION + "/resourceGroups/rg")),
                "azure_groups",
                List.of(Map.of("object_id", TestAzure.GROUP)));
    }

    private static boolean logsIn(JsonNode minted) {
        JsonNode data = minted.get("data");
        return azure.logsIn(
                data.get("client_id").stringValue(), data.get("client_secret").stringValue());
    }

    private static String endOf(JsonNode minted) {
        return engine.lease(minted).get("max_expires_at").stringValue();
    }

    @Test
    void password_isGoodUntilItsLeaseEnds_andOthersStay() {
        String application = azure.application("shared");
        azure.password(application, "others");
        JsonNode minted =
                engine.minted(engine.role(Map.of("application_object_id", application)), Map.of("ttl", "10m"));
        String account = engine.account(minted);

        assertThat(minted.get("data").propertyNames())
                .containsExactlyInAnyOrder("tenant_id", "client_id", "client_secret");
        assertThat(logsIn(minted)).isTrue();
        assertThat(azure.passwords(application)).containsExactly("others", account);
        assertThat(azure.ends(account))
                .singleElement()
                .satisfies(end -> assertThat(end).isAfterOrEqualTo(Instant.parse(endOf(minted))));
        assertThat(engine.renewed(minted, "2h").get("ttl_seconds").intValue()).isGreaterThan(7_000);

        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
        assertThat(logsIn(minted)).isFalse();
        assertThat(azure.passwords(application)).containsExactly("others");
        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
    }

    @Test
    void principal_hasTheRightsOfTheRole_andIsGoneWithTheLease() {
        JsonNode minted = engine.minted(engine.role(principals()), Map.of("ttl", "10m"));
        String account = engine.account(minted);

        assertThat(account).matches("v_r[0-9]+_[a-z2-7]{20}");
        assertThat(logsIn(minted)).isTrue();
        assertThat(azure.applications()).contains(account);
        assertThat(azure.assignments()).hasSize(1);
        assertThat(azure.members()).isOne();

        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
        assertThat(logsIn(minted)).isFalse();
        assertThat(azure.applications()).doesNotContain(account);
        assertThat(azure.assignments()).isEmpty();
        assertThat(azure.deleted()).isEmpty();
    }

    @Test
    void principal_isGoneWhenTheLeaseExpires() {
        String account = engine.account(engine.minted(engine.role(principals()), Map.of("ttl", "5s")));
        assertThat(azure.applications()).contains(account);

        CloudEngine.await(() -> !azure.applications().contains(account));
    }

    @Test
    void principalThatIsNotWhollyMade_isTakenAway() {
        String role = engine.role(principals());
        azure.deny("assignments");

        JsonNode refused = engine.credentials(role, Map.of())
                .expect(502, "backend_unavailable")
                .json();

        assertThat(refused.get("error").get("details").get("reason").stringValue())
                .isEqualTo("not_permitted");
        azure.allowAll();
        CloudEngine.await(() -> engine.isQuiet(role));
        assertThat(azure.applications()).noneMatch(name -> name.startsWith("v_" + role + "_"));
    }

    /** As if the service were killed there: nobody is left who could take anything back. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5"})
    void principalWhoseMakingBreaksOff_isFoundAndTakenAway(int steps) {
        String role = engine.role(principals());
        azure.faults().dieAfter(steps);
        engine.credentials(role, Map.of()).expect(502, "backend_unavailable");
        assertThat(azure.applications()).anyMatch(name -> name.startsWith("v_" + role + "_"));
        azure.faults().revive();

        CloudEngine.await(() -> engine.isQuiet(role));

        assertThat(azure.applications()).noneMatch(name -> name.startsWith("v_" + role + "_"));
        assertThat(azure.assignments()).isEmpty();
    }

    @Test
    void leaseThatCannotBeEnded_isTriedAgain() {
        String application = azure.application("shared");
        JsonNode minted = engine.minted(engine.role(Map.of("application_object_id", application)), Map.of());
        azure.deny("applications");
        String refused =
                engine.revoke(minted).expect(502, "backend_unavailable").body();
        assertThat(refused).contains("not_permitted").doesNotContain("az~");
        assertThat(engine.lease(minted).get("state").stringValue()).isEqualTo("revoking");
        azure.allowAll();

        CloudEngine.await(() -> engine.lease(minted).get("state").stringValue().equals("revoked"));

        assertThat(azure.passwords(application)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 422 | validation_error",
                "{'application_object_id': 'x'} | 422 | validation_error",
                "{'application_object_id': 'aaaaaaaa-0000-4000-8000-000000000001', 'azure_groups': []} | 422 | validation_error",
                "{'azure_roles': [{'role_id': 'x', 'scope': '/'}]} | 422 | validation_error",
                "{'azure_groups': [{'object_id': 'x) or (1'}]} | 422 | validation_error",
                "{'azure_groups': [{'object_id': 'aaaaaaaa-0000-4000-8000-000000000001'}], 'ttl': '1h'} | 400 | invalid_request"
            })
    void roleThatMeansNothing_isRefused(String rules, int status, String code) {
        engine.newRole(rules).expect(status, code);
    }

    @Test
    void nameOfARole_isPartOfTheNameOfTheAccount_withoutWhatMayMeanSomething() {
        String role = "a-_b--";
        engine.newRole(role, principals()).expect(201);

        JsonNode minted = engine.minted(role, Map.of());

        assertThat(engine.account(minted)).matches("v_a_b_[a-z2-7]{20}");
        assertThat(engine.revoked(minted).get("state").stringValue()).isEqualTo("revoked");
    }

    @ParameterizedTest
    @CsvSource({
        "login_endpoint, ftp://example.com",
        "login_endpoint, http://user:word@127.0.0.1:1",
        "graph_endpoint, http://127.0.0.1:1",
        "graph_endpoint, https://graph.example.com/v1.0",
        "management_endpoint, https://example.com?x",
        "login_endpoint, http://169.254.169.254",
        "root_credentials_path, azure/none",
        "root_credentials_path, azure/other",
        "root_credentials_path, azure/wrong",
        "root_credentials_path, azure/malformed",
        "bucket, x"
    })
    void engineThatIsNotReached_orMeansNothing_isRefused(String member, String value) {
        assertThat(engine.refusedWith(member, value).body()).doesNotContain("az~", "word@", "../x");
    }
}
