package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A refusal says enough to mend the request without the documentation, and nothing of what was in it. */
class TyposTest {
    private static final String CANARY = "TYPO-CANARY-91c4";

    private static ApiClient owner;

    @BeforeAll
    static void owner() {
        owner = RunningServer.shared().owner("typos");
    }

    @Test
    void missingComma_isToldByLineAndColumn() {
        JsonNode error = refused("{\"data\": {\"a\": \"" + CANARY + "\"}\n \"options\": {}}");
        assertThat(error.at("/details/line").intValue()).isEqualTo(2);
        assertThat(error.at("/details/column").intValue()).isBetween(2, 3);
        assertThat(error.get("message").stringValue()).contains("line 2, column");
    }

    @Test
    void bodyThatEndsEarly_isToldByLineAndColumn() {
        assertThat(refused("{\"data\": {\"a\": \"" + CANARY + "\"")
                        .at("/details/line")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void memberTwice_isToldByLineAndColumn() {
        assertThat(refused("{\"data\": {\"a\": \"" + CANARY + "\"},\n\"data\": {}}")
                        .at("/details/line")
                        .intValue())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "optoins, optoins, options",
        "Options, Options, options",
        "secretType, secretType, secret_type",
        "dta, dta, data",
    })
    void unknownField_isNamed_withTheOneThatWasMeant(String sent, String shown, String meant) {
        JsonNode error = refused("{\"" + sent + "\": {\"a\": \"" + CANARY + "\"}}");
        assertThat(error.at("/details/field").stringValue()).isEqualTo(shown);
        assertThat(error.at("/details/did_you_mean").stringValue()).isEqualTo(meant);
        assertThat(error.get("message").stringValue()).endsWith("did you mean " + meant + "?");
        assertThat(error.at("/details/known").stringValue()).isEqualTo("data, metadata, options, secret_type");
    }

    @Test
    void unknownFieldWithin_isNamedByItsPlace() {
        JsonNode error = refused("{\"data\": {\"a\": 1}, \"options\": {\"maxVersions\": 3}}");
        assertThat(error.at("/details/field").stringValue()).isEqualTo("options.maxVersions");
        assertThat(error.at("/details/did_you_mean").stringValue()).isEqualTo("max_versions");
    }

    @Test
    void unknownFieldLikeNothing_getsNoGuess_butTheNames() {
        JsonNode error = refused("{\"value\": \"" + CANARY + "\"}");
        assertThat(error.at("/details").has("did_you_mean")).isFalse();
        assertThat(error.at("/details/known").stringValue()).contains("data");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"TYPO-CANARY-91c4\" | options | an object",
                "[] | options | an object",
            })
    void wrongKind_isToldWithTheRightOne(String options, String field, String takes) {
        JsonNode error = refused("{\"data\": {\"a\": 1}, \"options\": " + options + "}");
        assertThat(error.at("/details/field").stringValue()).isEqualTo(field);
        assertThat(error.at("/details/takes").stringValue()).startsWith(takes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"paths\": \"TYPO-CANARY-91c4\"} | paths | a list",
                "{\"paths\": [{\"TYPO-CANARY-91c4\": 1}]} | paths[0] | a text",
            })
    void wrongKindWithinAList_isToldByItsPlace(String body, String field, String takes) {
        ApiClient.Reply reply = owner.post("/v1/secrets/batch", body).expect(400, "invalid_request");
        assertThat(reply.body()).doesNotContain(CANARY);
        assertThat(reply.json().at("/error/details/field").stringValue()).isEqualTo(field);
        assertThat(reply.json().at("/error/details/takes").stringValue()).isEqualTo(takes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"TYPO-CANARY-91c4\"", "99999999999", "1.5"})
    void wrongKindOfFlag_isTold(String number) {
        ApiClient.Reply reply = owner.post("/v1/policies", "{\"name\": \"n\", \"is_active\": " + number + "}")
                .expect(400, "invalid_request");
        assertThat(reply.body()).doesNotContain(CANARY);
        assertThat(reply.json().at("/error/details/takes").stringValue()).isEqualTo("true or false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"TYPO-CANARY-91c4\"", "99999999999", "1.5", "{}"})
    void wrongKindOfNumber_isTold(String number) {
        ApiClient.Reply reply = owner.post("/v1/pki/ca", "{\"name\": \"n\", \"key_size\": " + number + "}")
                .expect(400, "invalid_request");
        assertThat(reply.body()).doesNotContain(CANARY).doesNotContain("99999999999");
        assertThat(reply.json().at("/error/details/field").stringValue()).isEqualTo("key_size");
        assertThat(reply.json().at("/error/details/takes").stringValue()).startsWith("a whole number");
    }

    @Test
    void unknownQueryParameter_getsTheOneThatWasMeant_andIsNotRepeated() {
        ApiClient.Reply reply = owner.get("/v1/secrets?perfix=app/").expect(400, "invalid_request");
        assertThat(reply.json().at("/error/details/did_you_mean").stringValue()).isEqualTo("prefix");
        assertThat(owner.get("/v1/secrets?" + CANARY + "=1").expect(400).body()).doesNotContain(CANARY);
    }

    private static JsonNode refused(String body) {
        ApiClient.Reply reply = owner.put("/v1/secrets/typo", body).expect(400, "invalid_request");
        assertThat(reply.body()).doesNotContain(CANARY);
        return reply.json().get("error");
    }
}
