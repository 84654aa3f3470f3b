package ai.scailabs.vault.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.api.ApiWiring;
import ai.scailabs.vault.api.request.CustomMethod;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the document and the handlers against each other. */
class ApiDocumentTest {
    private static final Set<String> VERBS = Set.of("get", "put", "post", "patch", "delete");
    /** Scripts and styles of the page: parts of an operation, not operations. */
    private static final String ASSETS = "GET /v1/docs/{name}";

    private final JsonNode document = JsonMapper.shared().readTree(new ApiDocument().json());

    @Test
    void everyHandler_isDescribed_andNothingElseIs() {
        assertThat(described().keySet()).isEqualTo(handlers().keySet());
    }

    @Test
    void scopeCategoryAndAction_areThoseOfTheHandler() {
        Map<String, JsonNode> operations = described();
        handlers().forEach((name, handler) -> {
            JsonNode operation = operations.get(name);
            assertThat(operation).as(name).isNotNull();
            Endpoint endpoint = handler.getAnnotation(Endpoint.class);
            if (endpoint != null) {
                assertThat(text(operation, "x-scaivault-scope"))
                        .as(name)
                        .isEqualTo(endpoint.scope().isEmpty() ? "none" : endpoint.scope());
                assertThat(text(operation, "x-scaivault-category"))
                        .as(name)
                        .isEqualTo(endpoint.category().wireName());
                assertThat(text(operation, "x-scaivault-audit-action"))
                        .as(name)
                        .isEqualTo(endpoint.action().wireName());
                assertThat(operation.has("security")).as(name).isEqualTo(!endpoint.bearer());
            } else {
                PublicEndpoint open = handler.getAnnotation(PublicEndpoint.class);
                assertThat(text(operation, "x-scaivault-category"))
                        .as(name)
                        .isEqualTo(open.category().wireName());
                assertThat(text(operation, "x-scaivault-scope")).as(name).isEqualTo("none");
                assertThat(text(operation, "x-scaivault-audit-action")).as(name).isEqualTo("none");
                assertThat(operation.get("security").isEmpty()).as(name).isTrue();
            }
        });
    }

    @Test
    void errorCodes_areOfTheCatalogue_andStandUnderTheirStatus() {
        Map<String, Integer> catalogue =
                Arrays.stream(ErrorCode.values()).collect(Collectors.toMap(ErrorCode::code, ErrorCode::status));
        int seen = 0;
        for (Map.Entry<String, JsonNode> operation : described().entrySet()) {
            for (Map.Entry<String, JsonNode> response :
                    operation.getValue().get("responses").properties()) {
                for (JsonNode example : examples(resolved(response.getValue()))) {
                    JsonNode error = resolved(example).at("/value/error");
                    if (error.has("code")) {
                        assertThat(catalogue)
                                .as(operation.getKey())
                                .containsEntry(text(error, "code"), Integer.valueOf(response.getKey()));
                        seen++;
                    }
                }
            }
        }
        assertThat(seen).isGreaterThan(described().size());
    }

    @Test
    void everyOperationWithAToken_saysHowItRefusesAndFails() {
        described().forEach((name, operation) -> {
            if (!operation.has("security")) {
                assertThat(operation.get("responses").propertyNames()).as(name).contains("401", "403", "500", "503");
            }
        });
    }

    @Test
    void everyReference_leadsSomewhere() {
        List<String> references = new ArrayList<>();
        collectReferences(document, references);
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(target(reference).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    private Map<String, JsonNode> described() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> VERBS.contains(member.getKey()))
                        .forEach(member -> operations.put(
                                member.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), member.getValue())));
        return operations;
    }

    private static Map<String, Method> handlers() {
        Map<String, Method> handlers = new TreeMap<>();
        Import imported = ApiWiring.class.getAnnotation(Import.class);
        for (Class<?> controller : imported.value()) {
            for (Method method : controller.getDeclaredMethods()) {
                RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
                if (mapping != null) {
                    for (RequestMethod verb : mapping.method()) {
                        for (String pattern : mapping.path()) {
                            handlers.put(verb + " " + documented(pattern, method), method);
                        }
                    }
                }
            }
        }
        assertThat(handlers.remove(ASSETS)).isNotNull();
        return handlers;
    }

    /** As the document writes the pattern: parameters in snake case, the colon suffix at the end; what is taken from the URI as it was sent is a question to OCSP. */
    private static String documented(String pattern, Method method) {
        CustomMethod suffix = method.getAnnotation(CustomMethod.class);
        return Pattern.compile("[A-Z]")
                        .matcher(pattern.replace("{*path}", "{path}").replace("/**", "/{question}"))
                        .replaceAll(capital -> "_" + capital.group().toLowerCase(Locale.ROOT))
                + (suffix == null ? "" : ":" + suffix.value());
    }

    private static List<JsonNode> examples(JsonNode response) {
        List<JsonNode> examples = new ArrayList<>();
        response.path("content").forEach(media -> media.path("examples").forEach(examples::add));
        return examples;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(target(text(node, "$ref"))) : node;
    }

    private JsonNode target(String reference) {
        assertThat(reference).startsWith("#/");
        return document.at(reference.substring(1));
    }

    private static void collectReferences(JsonNode node, List<String> into) {
        if (node.isObject() && node.path("$ref").isString()) {
            into.add(text(node, "$ref"));
        }
        node.forEach(child -> collectReferences(child, into));
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asString();
    }
}
