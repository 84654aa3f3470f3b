package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What the document says is what the running service does. */
class OpenApiTest {
    private final RunningServer server = RunningServer.shared();
    private final OpenApi api = OpenApi.of(server);

    @Test
    void errorCodes_areAllInTheDocument() {
        String text = api.document().toString();
        Set<String> described = Arrays.stream(ErrorCode.values())
                .filter(code ->
                        text.contains("\"code\":\"" + code.code() + "\"") || text.contains(" " + code.code() + "`"))
                .map(ErrorCode::code)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected =
                Arrays.stream(ErrorCode.values()).map(ErrorCode::code).collect(Collectors.toCollection(TreeSet::new));
        assertThat(described).isEqualTo(expected);
    }

    @Test
    void everyAnswerAndBody_hasExamplesThatFollowTheirSchema() {
        int checked = 0;
        for (OpenApi.Operation operation : api.operations()) {
            if (operation.takesBody()) {
                checked +=
                        checkedExamples(operation, api.resolved(operation.node().get("requestBody")));
            }
            for (var response : operation.node().get("responses").properties()) {
                checked += checkedExamples(operation, api.resolved(response.getValue()));
            }
        }
        assertThat(checked).isGreaterThan(300);
    }

    @Test
    void limitedOperations_andOnlyThey_documentTheRefusal() {
        Set<String> limited =
                Arrays.stream(RateCategory.values()).map(RateCategory::wireName).collect(Collectors.toSet());
        for (OpenApi.Operation operation : api.operations()) {
            String category = operation.node().get("x-scaivault-category").stringValue();
            boolean counted = limited.contains(category);
            assertThat(operation.node().get("responses").has("429"))
                    .as("%s of the category %s", operation, category)
                    .isEqualTo(counted);
            assertThat(counted || category.equals("system"))
                    .as("%s is of a category that has a limit, or of the system", operation)
                    .isTrue();
        }
    }

    /** A text with a comma that lost its quotes becomes a member of its own. */
    @Test
    void members_areThoseOfTheFormat() {
        List<String> strange = new ArrayList<>();
        collectStrange(api.document().get("components").get("schemas"), "", strange);
        collectStrange(api.document().get("components").get("parameters"), "", strange);
        collectStrange(api.document().get("components").get("headers"), "", strange);
        assertThat(strange).isEmpty();
    }

    private static void collectStrange(JsonNode node, String place, List<String> strange) {
        node.properties().forEach(member -> {
            if (!member.getKey().matches("[A-Za-z0-9_$-]+")) {
                strange.add(place + ": " + member.getKey());
            }
            collectStrange(member.getValue(), place + "/" + member.getKey(), strange);
        });
        if (node.isArray()) {
            node.forEach(element -> collectStrange(element, place + "[]", strange));
        }
    }

    private int checkedExamples(OpenApi.Operation operation, JsonNode described) {
        int checked = 0;
        for (var media : described.path("content").properties()) {
            JsonNode examples = media.getValue().path("examples");
            assertThat(examples.isEmpty())
                    .as("%s has no example of %s", operation, described.path("description"))
                    .isFalse();
            for (JsonNode example : examples) {
                if (media.getKey().contains("json")) {
                    String json = api.resolved(example).get("value").toString();
                    assertThat(api.violations(media.getValue().get("schema"), json))
                            .as("%s %s", operation, json)
                            .isEmpty();
                }
                checked++;
            }
        }
        return checked;
    }

    /** In the order of the document, on one tenant: what one changes the next one sees. */
    @TestFactory
    Stream<DynamicTest> everyOperation_answersAsDocumented() {
        PreparedTenant prepared = PreparedTenant.create(server, "openapi").complete();
        Set<String> unknown = new HashSet<>();
        return api.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    ApiClient.Reply reply = prepared.call(operation).by(prepared.owner());
                    assertThat(reply.status()).as(reply.body()).isBetween(200, 204);
                    api.assertDocumented(operation, reply);
                    assertThat(unknown.add(operation.id()))
                            .as("the operationId is unique")
                            .isTrue();
                }));
    }

    @Test
    void document_isForAnyBrowserTool_withoutAToken() {
        ApiClient.Reply reply = server.client(null).get("/v1/openapi.json").expect(200);
        assertThat(reply.json().get("openapi").stringValue()).startsWith("3.1");
        ApiClient.Reply page = server.client(null).get("/v1/docs").expect(200);
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
    }

    /** Advisories CVE-2026-33757 and CVE-2026-33758: the page is the same whatever its address says, and a script that got into it would not run. */
    @Test
    void page_takesNothingFromItsAddress_andRunsItsOwnScriptsOnly() {
        ApiClient anybody = server.client(null);
        String page = anybody.get("/v1/docs").expect(200).body();
        for (String query : List.of(
                "url=https://evil.example.test/openapi.json",
                "configUrl=https://evil.example.test/config.json",
                "urls.primaryName=x",
                "error_description=%3Cscript%3Ealert(1)%3C/script%3E",
                "state=x&code=y&redirect_uri=https://evil.example.test")) {
            ApiClient.Reply reply = anybody.get("/v1/docs?" + query);
            assertThat(reply.expect(200).body()).isEqualTo(page);
        }
        List<String> policy = List.of(
                anybody.get("/v1/docs").header("Content-Security-Policy").split("; *"));
        assertThat(policy)
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "connect-src 'self'",
                        "base-uri 'none'",
                        "form-action 'none'",
                        "frame-ancestors 'none'");
        assertThat(policy.toString())
                .doesNotContain("unsafe-eval")
                .doesNotContain("script-src 'self' ")
                .doesNotContain("*");
        assertThat(page)
                .doesNotContain("<script>")
                .doesNotContain("javascript:")
                .doesNotContain("onload");
        // It reads its own document, and no address that somebody else put into a link.
        assertThat(anybody.get("/v1/docs/docs.js").expect(200).body())
                .contains("queryConfigEnabled: false")
                .doesNotContain("location.search");
    }
}
