package ai.scailabs.vault.pki.dns.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestCallsTest {
    private static final GuardedTransfers TRANSFERS =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);

    private static RestCalls calls(FakeApi api) {
        return new RestCalls(TRANSFERS, api.endpoint(), Map.of("Authorization", "Bearer word-not-to-be-seen"), true);
    }

    private static FakeApi answering(FakeApi.Answer answer) {
        return new FakeApi() {
            @Override
            protected Answer answer(Request request) {
                return answer;
            }
        };
    }

    private static void assertFails(FakeApi.Answer answer, ZoneFailure failure) {
        try (FakeApi api = answering(answer)) {
            assertThatThrownBy(() -> calls(api).get("/x").requireDone())
                    .isInstanceOfSatisfying(ZoneException.class, refused -> {
                        assertThat(refused.failure()).isEqualTo(failure);
                        assertThat(refused.toString()).doesNotContain("word-not-to-be-seen");
                    });
        }
    }

    @Test
    void answerThatIsTooLarge_isNoAnswer() {
        assertFails(new FakeApi.Answer(200, Map.of(), "x".repeat(RestCalls.MAX_BYTES + 1)), ZoneFailure.UNAVAILABLE);
    }

    @Test
    void redirection_isNotFollowed_withTheCredentials() {
        try (FakeApi elsewhere = answering(new FakeApi.Answer(200, Map.of(), "{}"))) {
            for (int status : new int[] {301, 302, 307, 308}) {
                assertFails(
                        new FakeApi.Answer(status, Map.of("Location", elsewhere.endpoint() + "/"), "{}"),
                        ZoneFailure.UNAVAILABLE);
            }
            assertThat(elsewhere.takeRequests()).isEmpty();
        }
    }

    @Test
    void refusalThatRepeatsTheCredentials_tellsItsNumberOnly() {
        assertFails(
                new FakeApi.Answer(401, Map.of(), "{\"message\":\"word-not-to-be-seen is no token\"}"),
                ZoneFailure.CREDENTIALS_REFUSED);
        assertFails(new FakeApi.Answer(403, Map.of(), "word-not-to-be-seen"), ZoneFailure.DENIED);
        assertFails(new FakeApi.Answer(429, Map.of(), ""), ZoneFailure.THROTTLED);
        assertFails(new FakeApi.Answer(503, Map.of(), "<html>"), ZoneFailure.UNAVAILABLE);
        assertFails(new FakeApi.Answer(400, Map.of(), "{}"), ZoneFailure.REJECTED);
    }

    @Test
    void answerInAnotherForm_isAnOutage_andNoAccident() throws Exception {
        for (String body : new String[] {"", "[", "{\"zones\":7}", "[".repeat(100), "null", "\"text\""}) {
            try (FakeApi api = answering(new FakeApi.Answer(200, Map.of(), body))) {
                RestAnswer answer = calls(api).get("/x").requireDone();
                assertThatThrownBy(() -> answer.list("zones"))
                        .isInstanceOfSatisfying(
                                ZoneException.class,
                                refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.UNAVAILABLE));
            }
        }
    }

    @Test
    void credentialsThatNoHeaderCanHold_areNotSent() {
        try (FakeApi api = answering(new FakeApi.Answer(200, Map.of(), "{}"))) {
            RestCalls split = new RestCalls(TRANSFERS, api.endpoint(), Map.of("X-API-Key", "a\r\nX-Other: b"), true);
            assertThatThrownBy(() -> split.get("/x"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.REJECTED));
            assertThat(api.takeRequests()).isEmpty();
        }
    }

    /** What a tenant named is at fault; that a vendor is not found is an outage. */
    @Test
    void addressThatIsNotPermitted_isARefusalOnlyOfWhatSomebodyChose() {
        URI inside = URI.create("https://127.0.0.1:1");
        GuardedTransfers outside = new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), false);
        try (outside) {
            assertThatThrownBy(() -> new RestCalls(outside, inside, Map.of(), true).get("/"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ENDPOINT_REFUSED));
            assertThatThrownBy(() -> new RestCalls(outside, inside, Map.of(), false).get("/"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.UNAVAILABLE));
        }
    }
}
