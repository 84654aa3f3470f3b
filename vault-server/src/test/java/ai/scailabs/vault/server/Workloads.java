package ai.scailabs.vault.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A tenant that trusts a workload of the issuer of its server, which becomes {@code sa:deployer}. */
record Workloads(RunningServer server, ApiClient owner, ApiClient nobody, String tenant) {
    static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    static final String SUBJECT = "repo:acme/shop:ref:refs/heads/main";

    /** With secrets, of which policies let the deployer have those below {@code app/} and the partner's. */
    static Workloads prepare(RunningServer server, String name) {
        ApiClient owner = server.owner(name, name);
        for (String path : List.of("app/shop/db", "app/other/db", "web/db")) {
            owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", "not-a-real-one")))
                    .expect(201);
        }
        owner.put("/v1/partner/secrets/app/shop/db", Map.of("data", Map.of("password", "shared")))
                .expect(201);
        owner.allow("sa:deployer", "app/**", "read", "list", "write");
        owner.allow("sa:deployer", "partner/**", "read", "list");
        return new Workloads(server, owner, server.client(null), "tnt_" + name);
    }

    Map<String, Object> trust(String name) {
        Map<String, Object> trust = new HashMap<>();
        trust.put("name", name);
        trust.put("kind", "oidc");
        trust.put("issuer", server.issuer().issuer());
        trust.put("audience", "scaivault");
        trust.put("conditions", List.of(Map.of("claim", "sub", "equals", SUBJECT)));
        trust.put("identity_id", "sa:deployer");
        trust.put("scopes", List.of("secrets:read", "secrets:list", "policies:read"));
        trust.put("path_patterns", List.of("app/shop/**"));
        return trust;
    }

    JsonNode created(Map<String, Object> trust) {
        return owner.post("/v1/auth/trusts", trust).expect(201).json();
    }

    String subjectToken() {
        return server.issuer().token().subject(SUBJECT).sign();
    }

    static Map<String, Object> request(String role, String token) {
        return Map.of("grant_type", GRANT, "subject_token", token, "subject_token_type", JWT, "role", role);
    }

    String exchanged(JsonNode trust) {
        return nobody.post("/v1/auth/exchange", request(trust.get("role").stringValue(), subjectToken()))
                .expect(200)
                .json()
                .get("access_token")
                .stringValue();
    }

    ApiClient workload(JsonNode trust) {
        return server.client(exchanged(trust));
    }
}
