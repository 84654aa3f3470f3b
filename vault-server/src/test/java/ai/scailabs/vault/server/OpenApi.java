package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The document that a server gives of itself. */
final class OpenApi {
    private static final Set<String> VERBS =
            Set.of("get", "put", "post", "patch", "delete", "head", "options", "trace");

    private final JsonNode document;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    private OpenApi(JsonNode document) {
        this.document = document;
    }

    static OpenApi of(RunningServer server) {
        return new OpenApi(
                server.client(null).get("/v1/openapi.json").expect(200).json());
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> VERBS.contains(member.getKey()))
                        .forEach(member -> operations.add(new Operation(
                                member.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                member.getValue(),
                                path.getValue()))));
        assertThat(operations).hasSizeGreaterThan(25);
        return operations;
    }

    /** Follows references until there is none. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref")
                ? resolved(document.at(node.get("$ref").stringValue().substring(1)))
                : node;
    }

    /** The response that the operation documents for the status. */
    JsonNode response(Operation operation, int status) {
        JsonNode response = operation.node().path("responses").path(String.valueOf(status));
        assertThat(response.isMissingNode())
                .as("%s documents no answer %d", operation, status)
                .isFalse();
        return resolved(response);
    }

    /** Fails unless the operation documents this status, body, media type, headers and, of an error, the code. */
    void assertDocumented(Operation operation, ApiClient.Reply reply) {
        String context = operation + " " + reply.status() + " " + reply.body();
        JsonNode response = response(operation, reply.status());
        response.path("headers").properties().forEach(header -> {
            JsonNode described = resolved(header.getValue());
            String value = reply.header(header.getKey());
            if (described.path("required").asBoolean(false)) {
                assertThat(value).as(context + " " + header.getKey()).isNotEmpty();
            }
            JsonNode pattern = resolved(described.get("schema")).path("pattern");
            if (!value.isEmpty() && pattern.isString()) {
                assertThat(value).as(context).matches(pattern.stringValue());
            }
        });
        if (!response.has("content")) {
            assertThat(reply.body()).as(context).isEmpty();
            return;
        }
        String type = reply.header("Content-Type").split(";", 2)[0];
        JsonNode media = response.get("content").path(type);
        assertThat(media.isMissingNode()).as(context + " is " + type).isFalse();
        if (type.equals("application/json")) {
            assertThat(violations(media.get("schema"), reply.body()))
                    .as(context)
                    .isEmpty();
        }
        if (!reply.code().isEmpty()) {
            List<String> codes = new ArrayList<>();
            media.get("examples")
                    .forEach(example ->
                            codes.add(resolved(example).at("/value/error/code").asString("")));
            assertThat(codes).as(context).contains(reply.code());
        }
    }

    /** Violations of a schema of this document; empty when the JSON follows it. */
    List<String> violations(JsonNode schema, String json) {
        return schemas.computeIfAbsent(schema, this::compiled).validate(json, InputFormat.JSON).stream()
                .map(error -> error.getInstanceLocation() + " " + error.getKeyword() + " " + error.getMessage())
                .toList();
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.putArray("allOf").add(schema);
        root.set("components", document.get("components"));
        return registry.getSchema(root);
    }

    JsonNode document() {
        return document;
    }

    /** @param node the operation itself; @param item the path item around it */
    record Operation(String method, String template, JsonNode node, JsonNode item) {
        String id() {
            return node.get("operationId").stringValue();
        }

        boolean isPublic() {
            return node.has("security") && node.get("security").isEmpty();
        }

        /** Whether it is proved by a signature of the body, in the place of a token. */
        boolean isSigned() {
            return node.has("security") && !isPublic();
        }

        boolean takesToken() {
            return !node.has("security");
        }

        String scope() {
            return node.get("x-scaivault-scope").stringValue();
        }

        boolean needsScope() {
            return !scope().equals("none");
        }

        /** The permission that a policy must give; absent where policies say nothing. */
        @Nullable
        String permission() {
            return node.has("x-scaivault-permission")
                    ? node.get("x-scaivault-permission").stringValue()
                    : null;
        }

        String action() {
            return node.get("x-scaivault-audit-action").stringValue();
        }

        boolean isShared() {
            return template.startsWith("/v1/partner/");
        }

        /** Whether what it does is done in the space that the partner shares, and told there. */
        boolean isInSharedSpace() {
            return isShared() || template.startsWith("/v1/keys/erasures");
        }

        boolean isBatch() {
            return template.contains("/batch");
        }

        boolean isList() {
            return template.equals("/v1/secrets") || template.equals("/v1/partner/secrets");
        }

        boolean takesBody() {
            return node.has("requestBody");
        }

        @Override
        public String toString() {
            return method + " " + template;
        }
    }
}
