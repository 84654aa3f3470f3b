package ai.scailabs.vault.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Recipes and rotation policies of a tenant, with secrets under them. */
final class PreparedCredentials {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ApiClient owner;
    private final String recipe;
    private final String spareRecipe;
    private final String rotation;
    private final String spareRotation;
    private final String attached;
    private final String detached;
    private final String loose;

    private PreparedCredentials(ApiClient owner) {
        this.owner = owner;
        this.recipe = id(owner.post("/v1/secret-policies", recipeBody()));
        this.spareRecipe = id(owner.post("/v1/secret-policies", recipeBody()));
        this.rotation = id(owner.post("/v1/rotation/policies", rotationBody()));
        this.spareRotation = id(owner.post("/v1/rotation/policies", rotationBody()));
        this.attached = secret();
        this.detached = secret();
        this.loose = secret();
        attach(attached);
        attach(detached);
        owner.post("/v1/secrets/" + attached + ":rotate", null).expect(200);
    }

    static PreparedCredentials create(ApiClient owner) {
        return new PreparedCredentials(owner);
    }

    private String secret() {
        String path = "app/renewed/s" + COUNT.incrementAndGet();
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", PreparedTenant.CANARY)))
                .expect(201);
        return path;
    }

    private void attach(String path) {
        owner.post("/v1/rotation/policies/" + rotation + "/secrets", Map.of("secret_path", path))
                .expect(201);
    }

    private static String id(ApiClient.Reply created) {
        return created.expect(201).json().get("id").stringValue();
    }

    String recipe() {
        return recipe;
    }

    String rotation() {
        return rotation;
    }

    /** Whether it is about what is made here, or changes itself. */
    static boolean isAbout(OpenApi.Operation operation) {
        String tags = operation.node().get("tags").toString();
        return tags.contains("\"secret policies\"")
                || tags.contains("\"rotation\"")
                || operation.id().startsWith("generate");
    }

    ApiCall call(OpenApi.Operation operation) {
        String policy = "/v1/rotation/policies/" + rotation;
        String made = "/v1/secret-policies/" + recipe;
        return switch (operation.id()) {
            case "listSecretPolicies" -> new ApiCall("GET", "/v1/secret-policies?limit=10", null);
            case "createSecretPolicy" -> new ApiCall("POST", "/v1/secret-policies", recipeBody());
            case "readSecretPolicy" -> new ApiCall("GET", made, null);
            case "updateSecretPolicy" -> new ApiCall("PATCH", made, Map.of("description", "changed"));
            case "deleteSecretPolicy" -> new ApiCall("DELETE", "/v1/secret-policies/" + spareRecipe, null);
            case "previewSecretPolicy" -> new ApiCall("POST", made + "/preview", null);
            case "generateSecret" ->
                new ApiCall("POST", "/v1/secrets/app/renewed/made:generate", Map.of("secret_policy_id", recipe));
            case "generatePartnerSecret" ->
                new ApiCall(
                        "POST", "/v1/partner/secrets/app/renewed/made:generate", Map.of("secret_policy_id", recipe));
            case "listRotationPolicies" -> new ApiCall("GET", "/v1/rotation/policies?limit=10", null);
            case "createRotationPolicy" -> new ApiCall("POST", "/v1/rotation/policies", rotationBody());
            case "readRotationPolicy" -> new ApiCall("GET", policy, null);
            case "updateRotationPolicy" -> new ApiCall("PATCH", policy, Map.of("grace_period", "24h"));
            case "deleteRotationPolicy" -> new ApiCall("DELETE", "/v1/rotation/policies/" + spareRotation, null);
            case "enableRotationPolicy" -> new ApiCall("POST", policy + "/enable", null);
            case "disableRotationPolicy" -> new ApiCall("POST", policy + "/disable", null);
            case "attachSecret" -> new ApiCall("POST", policy + "/secrets", Map.of("secret_path", loose));
            case "detachSecret" -> new ApiCall("DELETE", policy + "/secrets/" + detached, null);
            case "rotatePolicy" -> new ApiCall("POST", policy + "/rotate", Map.of("secret_paths", List.of(attached)));
            case "rotateSecret" -> new ApiCall("POST", "/v1/secrets/" + attached + ":rotate", null);
            case "listRotations" -> new ApiCall("GET", policy + "/history?limit=10", null);
            case "listDueRotations" -> new ApiCall("GET", "/v1/rotation/due?limit=10", null);
            case "listPendingRotations" -> new ApiCall("GET", "/v1/rotation/pending?limit=10", null);
            default -> throw new AssertionError("no call is known of the operation " + operation.id() + ": add one");
        };
    }

    private static Map<String, Object> recipeBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "fields",
                List.of(Map.of("name", "password", "generator", "random", "config", Map.of("length", 24))));
    }

    private Map<String, Object> rotationBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "interval",
                "90d",
                "auto_generate",
                true,
                "secret_policy_id",
                recipe);
    }
}
