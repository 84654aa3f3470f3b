package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member that is a text is not made of anything else. */
class TextMembersTest {
    private static ApiClient owner;

    @BeforeAll
    static void owner() {
        owner = RunningServer.shared().owner("texts", "texts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "7", "1.5", "{}", "[]", "[\"x\"]"})
    void otherThanAText_isRefused_andNotMadeOne(String value) {
        ApiClient.Reply name = owner.post(
                "/v1/policies",
                "{\"name\": " + value + ", \"rules\": [{\"path_pattern\": \"a\", \"permissions\": [\"read\"]}]}");
        assertThat(name.expect(400, "invalid_request")
                        .json()
                        .at("/error/details/field")
                        .stringValue())
                .isEqualTo("name");
        owner.post("/v1/auth/introspect", "{\"token\": " + value + "}").expect(400, "invalid_request");
        owner.post("/v1/secrets/batch", "{\"paths\": [" + value + "]}").expect(400, "invalid_request");
    }

    @Test
    void wholeNumber_isSecondsOfADuration_andOnlyThere() {
        String made = owner.post(
                        "/v1/rotation/policies", Map.of("name", "daily", "interval", 86_400, "grace_period", 60))
                .expect(201)
                .json()
                .get("interval")
                .stringValue();
        assertThat(made).isEqualTo("86400");
        owner.post("/v1/rotation/policies", Map.of("name", "half", "interval", 86_400.5))
                .expect(400, "invalid_request");
        Map<String, Object> rule = Map.of(
                "path_pattern", "a",
                "permissions", List.of("read"),
                "conditions", Map.of("require_mfa", true, "mfa_max_age", 300));
        owner.post("/v1/policies", Map.of("name", "seconds", "rules", List.of(rule)))
                .expect(201);
    }
}
