package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One engine of a tenant of its own at a cloud, whose root login lies at {@code <name>/root}. */
final class CloudEngine {
    static final String ENGINES = "/v1/dynamic/engines";

    private static final String LEASES = "/v1/dynamic/leases";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ApiClient owner;
    private final String name;
    private final Map<String, Object> config;

    /** @param endpoints members of the configuration besides the root login */
    CloudEngine(String name, Map<String, String> endpoints, Map<String, String> login) {
        this.name = name;
        this.owner = RunningServer.shared().owner(name + "-engines");
        this.config = new HashMap<>(endpoints);
        config.put("root_credentials_path", name + "/root");
        secret("root", login);
        secret("other", Map.of("username", "a", "password", "b"));
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                name + " engines",
                                "rules",
                                List.of(Map.of("path_pattern", name + "/*", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "system:dynamic-engines"))
                .expect(201);
        owner.post(ENGINES, body(name, config)).expect(201);
    }

    void secret(String at, Map<String, String> data) {
        owner.put("/v1/secrets/" + name + "/" + at, Map.of("data", data)).expect(201);
    }

    private Map<String, Object> body(String called, Map<String, Object> with) {
        return Map.of("name", called, "type", name, "config", with, "default_ttl", "1h", "max_ttl", "48h");
    }

    /** An engine of another configuration, which is not kept. */
    ApiClient.Reply refusedWith(String member, String value) {
        Map<String, Object> other = new HashMap<>(config);
        other.put(member, value);
        return owner.post(ENGINES, body("refused", other)).expect(400, "invalid_config");
    }

    String role(Map<String, Object> rules) {
        String role = "r" + COUNT.incrementAndGet();
        newRole(role, rules).expect(201);
        return role;
    }

    ApiClient.Reply newRole(String role, Map<String, Object> rules) {
        Map<String, Object> body = new HashMap<>(rules);
        body.put("name", role);
        return owner.post(ENGINES + "/" + name + "/roles", body);
    }

    ApiClient.Reply newRole(String rules) {
        Map<String, Object> body = new HashMap<>(JsonMapper.shared().readValue(rules.replace('\'', '"'), Map.class));
        return newRole("refused", body);
    }

    ApiClient.Reply credentials(String role, Map<String, Object> body) {
        return owner.post(ENGINES + "/" + name + "/creds/" + role, body);
    }

    JsonNode minted(String role, Map<String, Object> body) {
        return credentials(role, body).expect(201).json();
    }

    JsonNode renewed(JsonNode minted, String increment) {
        return owner.post(LEASES + "/" + id(minted) + "/renew", Map.of("increment", increment))
                .expect(200)
                .json();
    }

    JsonNode lease(JsonNode minted) {
        return owner.get(LEASES + "/" + id(minted)).expect(200).json();
    }

    ApiClient.Reply revoke(JsonNode minted) {
        return owner.post(LEASES + "/" + id(minted) + "/revoke", null);
    }

    JsonNode revoked(JsonNode minted) {
        return revoke(minted).expect(200).json();
    }

    private static String id(JsonNode minted) {
        return minted.get("lease_id").stringValue();
    }

    String account(JsonNode minted) {
        return lease(minted).get("account").stringValue();
    }

    /** Whether nothing is to be made or taken away any more of the leases of a role. */
    boolean isQuiet(String role) {
        JsonNode leases = owner.get(LEASES + "?role=" + role).expect(200).json();
        return leases.get("leases").isEmpty();
    }

    static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
