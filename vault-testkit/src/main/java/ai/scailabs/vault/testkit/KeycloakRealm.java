package ai.scailabs.vault.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A realm of {@link TestKeycloak}: an issuer with clients and signing keys. Made through Keycloak's own admin API. Not thread-safe. */
public final class KeycloakRealm {
    private static final String KEY_PROVIDER = "org.keycloak.keys.KeyProvider";
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final KeycloakAdmin admin;
    private final String name;
    private final String id;
    private final Map<String, String> scopes = new HashMap<>();

    private KeycloakRealm(KeycloakAdmin admin, String name, String id) {
        this.admin = admin;
        this.name = name;
        this.id = id;
    }

    static KeycloakRealm create(KeycloakAdmin admin, String name) {
        admin.create("", Map.of("realm", name, "enabled", true, "accessTokenLifespan", TOKEN_LIFE.toSeconds()));
        return new KeycloakRealm(
                admin, name, String.valueOf(admin.get("/" + name).get("id")));
    }

    /** The {@code iss} of its tokens; its discovery document lies below. */
    public String issuer() {
        return admin.base() + "/realms/" + name;
    }

    /**
     * A confidential client that gets tokens for itself.
     *
     * @param granted scopes that every token of it carries
     * @param claims that every token of it carries, by Keycloak's mapper of fixed claims
     * @param audience that every token of it names beside Keycloak's own
     */
    public void client(String clientId, List<String> granted, Map<String, String> claims, String audience) {
        List<Map<String, Object>> mappers = new ArrayList<>();
        claims.forEach((claim, value) -> mappers.add(mapper(
                claim,
                "oidc-hardcoded-claim-mapper",
                Map.of("claim.name", claim, "claim.value", value, "jsonType.label", "String"))));
        mappers.add(mapper("audience", "oidc-audience-mapper", Map.of("included.custom.audience", audience)));
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("clientId", clientId);
        client.put("secret", secretOf(clientId));
        client.put("publicClient", false);
        client.put("serviceAccountsEnabled", true);
        client.put("standardFlowEnabled", false);
        client.put("protocolMappers", mappers);
        String made = admin.create("/" + name + "/clients", client);
        for (String scope : granted) {
            admin.put("/" + name + "/clients/" + made + "/default-client-scopes/" + scopeId(scope), null);
        }
    }

    private static Map<String, Object> mapper(String name, String kind, Map<String, String> settings) {
        Map<String, Object> config = new HashMap<>(settings);
        config.put("access.token.claim", "true");
        config.put("introspection.token.claim", "true");
        return Map.of("name", name, "protocol", "openid-connect", "protocolMapper", kind, "config", config);
    }

    private String scopeId(String scope) {
        return scopes.computeIfAbsent(
                scope,
                missing -> admin.create(
                        "/" + name + "/client-scopes",
                        Map.of(
                                "name",
                                scope,
                                "protocol",
                                "openid-connect",
                                "attributes",
                                Map.of("include.in.token.scope", "true"))));
    }

    /** What the client shows to Keycloak. */
    public String secretOf(String clientId) {
        return "not-a-secret-of-" + clientId;
    }

    /** A token of the client, by its credentials, signed with the key of the highest priority. */
    public String token(String clientId) {
        return admin.token(
                name,
                Map.of("grant_type", "client_credentials", "client_id", clientId, "client_secret", secretOf(clientId)));
    }

    /** A token of the administrator of Keycloak: genuine, and of another realm. */
    public String tokenOfAnotherRealm() {
        return admin.token(
                "master",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        TestKeycloak.ADMIN,
                        "password",
                        TestKeycloak.PASSWORD));
    }

    /** Publishes one more key, with which tokens are signed from now on when no other has a higher priority. */
    public void addSigningKey(String keyName, int priority) {
        admin.create(
                "/" + name + "/components",
                Map.of(
                        "name",
                        keyName,
                        "providerId",
                        "rsa-generated",
                        "providerType",
                        KEY_PROVIDER,
                        "parentId",
                        id,
                        "config",
                        Map.of(
                                "priority", List.of(String.valueOf(priority)),
                                "enabled", List.of("true"),
                                "active", List.of("true"),
                                "algorithm", List.of("RS256"),
                                "keySize", List.of("2048"))));
    }

    /** Publishes the key no more: what it signed is no longer to be trusted. A realm is born with the key {@code rsa-generated}. */
    public void disableSigningKey(String keyName) {
        for (Object each : admin.list("/" + name + "/components?type=" + KEY_PROVIDER)) {
            if (each instanceof Map<?, ?> component && keyName.equals(component.get("name"))) {
                Map<String, Object> changed = new LinkedHashMap<>();
                component.forEach((member, value) -> changed.put(String.valueOf(member), value));
                Map<String, Object> config = new HashMap<>();
                if (component.get("config") instanceof Map<?, ?> known) {
                    known.forEach((setting, value) -> config.put(String.valueOf(setting), value));
                }
                config.put("enabled", List.of("false"));
                config.put("active", List.of("false"));
                changed.put("config", config);
                admin.put("/" + name + "/components/" + component.get("id"), changed);
                return;
            }
        }
        throw new IllegalStateException("the realm has no key " + keyName);
    }
}
