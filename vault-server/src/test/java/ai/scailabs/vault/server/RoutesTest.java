package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What answers where nothing is meant: other methods than a path has, and parameters of another kind than the document says. */
class RoutesTest {
    /** Of these the same path is that of a secret, which has other methods. */
    private static final Set<String> ALSO_SECRETS = Set.of(
            "/v1/secrets/batch",
            "/v1/secrets/batch/metadata",
            "/v1/partner/secrets/batch",
            "/v1/partner/secrets/batch/metadata");

    private final RunningServer server = RunningServer.shared();
    private final OpenApi api = OpenApi.of(server);

    @TestFactory
    Stream<DynamicTest> otherMethods_areRefused_andAllowNamesThoseOfTheDocument() {
        Map<String, Set<String>> methods = new TreeMap<>();
        Map<String, OpenApi.Operation> one = new HashMap<>();
        for (OpenApi.Operation operation : api.operations()) {
            methods.computeIfAbsent(operation.template(), template -> new TreeSet<>())
                    .add(operation.method());
            one.put(operation.template(), operation);
        }
        return methods.entrySet().stream()
                .filter(path -> !ALSO_SECRETS.contains(path.getKey()))
                .map(path -> DynamicTest.dynamicTest(path.getKey(), () -> {
                    ApiClient.Reply reply = server.client(null).send("OPTIONS", uri(one.get(path.getKey())), null);
                    reply.expect(405, "method_not_allowed");
                    assertThat(new TreeSet<>(List.of(reply.header("Allow").split(", *"))))
                            .isEqualTo(path.getValue());
                }));
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /v1/policies/test, POST",
        "DELETE, /v1/policies/who-can, GET",
        "GET, /v1/pki/csr/import, POST",
        "PATCH, /v1/pki/ca/import, POST",
        "PATCH, /v1/pki/certificates/validate, POST",
        "PUT, /v1/secrets, GET",
        "DELETE, /v1/partner/secrets, GET",
        "GET, /v1/pki/ocsp/ca_01K9Z6J2C6W0Y4A8D2F5H7K9MB, POST",
        "DELETE, /v1/rotation/policies/rot_01K9Z6J2C6W0Y4A8D2F5H7K9MB/secrets, POST",
    })
    void pathThatAnotherOperationHas_isNoId(String method, String path, String allowed) {
        ApiClient.Reply reply = server.client(null).send(method, path, null);
        reply.expect(405, "method_not_allowed");
        assertThat(reply.header("Allow")).isEqualTo(allowed);
    }

    @Test
    void malformedQueryParameters_areRefusedAsDocumented() {
        PreparedTenant prepared = PreparedTenant.create(server, "routes");
        List<String> asked = new ArrayList<>();
        List<String> taken = new ArrayList<>();
        for (OpenApi.Operation operation : api.operations()) {
            for (JsonNode parameter : parameters(operation)) {
                boolean malformed = parameter.get("in").stringValue().equals("query")
                        && !api.violations(parameter.get("schema"), "\"~\"").isEmpty();
                if (!malformed) {
                    continue;
                }
                String uri = uri(operation) + "?" + parameter.get("name").stringValue() + "=~";
                Object body = operation.takesBody() ? Map.of() : null;
                ApiClient.Reply reply = prepared.owner().send(operation.method(), uri, body, contentType(operation));
                api.assertDocumented(operation, reply);
                asked.add(uri);
                if (reply.status() < 400) {
                    taken.add(operation.method() + " " + uri);
                }
            }
        }
        assertThat(taken).isEmpty();
        assertThat(asked).hasSizeGreaterThan(100);
    }

    private String[] contentType(OpenApi.Operation operation) {
        if (!operation.takesBody()) {
            return new String[0];
        }
        String type = api.resolved(operation.node().get("requestBody"))
                .get("content")
                .propertyNames()
                .iterator()
                .next();
        return new String[] {"Content-Type", type};
    }

    private List<JsonNode> parameters(OpenApi.Operation operation) {
        List<JsonNode> parameters = new ArrayList<>();
        operation.item().path("parameters").forEach(parameter -> parameters.add(api.resolved(parameter)));
        operation.node().path("parameters").forEach(parameter -> parameters.add(api.resolved(parameter)));
        return parameters;
    }

    /** With the examples of the document in it. */
    private String uri(OpenApi.Operation operation) {
        String uri = operation.template();
        for (JsonNode parameter : parameters(operation)) {
            if (parameter.get("in").stringValue().equals("path")) {
                String example = parameter.get("example").asString();
                boolean spans = parameter.path("x-scaivault-spans-slashes").asBoolean(false);
                uri = uri.replace(
                        "{" + parameter.get("name").stringValue() + "}",
                        spans ? example : URLEncoder.encode(example, StandardCharsets.UTF_8));
            }
        }
        return uri;
    }
}
