package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who has no rule cannot tell what exists. */
class AbsentAndForbiddenTest {
    private final RunningServer server = RunningServer.shared();

    @ParameterizedTest
    @CsvSource({
        "GET, ''",
        "GET, ?version=1",
        "GET, ?version=99",
        "PUT, ''",
        "DELETE, ''",
        "DELETE, ?permanent=true",
        "DELETE, ?version=1",
        "GET, :versions",
        "GET, :metadata",
        "PATCH, :metadata",
        "POST, :restore"
    })
    void existingAbsentAndDeleted_areAnsweredAlike(String method, String suffix) {
        PreparedTenant prepared = PreparedTenant.create(server, "absent-" + System.nanoTime());
        ApiClient nobody = server.client(
                server.token(prepared.tenant().substring(4), prepared.partner().substring(4))
                        .serviceAccount("nobody")
                        .role("partner_admin")
                        .sign());
        Object body = Set.of("PUT", "PATCH").contains(method) ? Map.of("data", Map.of("a", "b")) : null;
        for (String base : List.of("/v1/secrets/", "/v1/partner/secrets/")) {
            Set<String> answers = new TreeSet<>();
            for (String path : List.of("app/db", "app/old", "app/gone", "app/nothing", "nothing/at/all")) {
                ApiClient.Reply reply =
                        nobody.send(method, base + path + suffix, body).expect(403, "access_denied");
                String requestId = reply.json().at("/error/request_id").stringValue();
                String decisionId =
                        reply.json().at("/error/details/decision_id").stringValue();
                answers.add(reply.body().replace(requestId, "").replace(decisionId, "") + headers(reply));
            }
            assertThat(answers).hasSize(1);
        }
    }

    private static String headers(ApiClient.Reply reply) {
        Map<String, List<String>> headers =
                new java.util.TreeMap<>(reply.response().headers().map());
        // How many calls are left and until when: of the moment, whatever was asked for.
        headers.keySet().removeAll(Set.of("date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"));
        return headers.toString();
    }
}
