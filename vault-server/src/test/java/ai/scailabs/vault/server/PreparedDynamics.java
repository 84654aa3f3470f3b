package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestRedis;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Engines of a tenant at a Redis, and one for SSH, with roles and leases. */
final class PreparedDynamics {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String ROOT = "app/dynamic/root";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static @Nullable TestRedis redis;

    private final ApiClient owner;
    private final String engine;
    private final String spareEngine;
    private final String lease;
    private final String spareLease;
    private final String sshEngine;
    private final String sshId;
    private final String otp;

    private PreparedDynamics(ApiClient owner) {
        this.owner = owner;
        owner.put("/v1/secrets/" + ROOT, Map.of("data", Map.of("username", "default", "password", TestRedis.PASSWORD)))
                .expect(201);
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "engines-" + COUNT.incrementAndGet(),
                                "rules",
                                List.of(Map.of("path_pattern", ROOT, "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "system:dynamic-engines"))
                .expect(201);
        this.engine = engine();
        this.spareEngine = engine();
        role("reader");
        role("spare");
        this.lease = lease();
        this.spareLease = lease();
        this.sshEngine = "prepared-" + COUNT.incrementAndGet();
        this.sshId = owner.post(ENGINES, Map.of("name", sshEngine, "type", "ssh", "config", Map.of()))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        ENGINES + "/" + sshEngine + "/roles",
                        Map.of("name", "once", "key_type", "otp", "default_user", "me", "cidr_list", "10.0.0.0/8"))
                .expect(201);
        this.otp = owner.post(ENGINES + "/" + sshEngine + "/creds/once", Map.of("ip", "10.0.0.1"))
                .expect(201)
                .json()
                .get("data")
                .get("key")
                .stringValue();
    }

    static PreparedDynamics create(ApiClient owner) {
        return new PreparedDynamics(owner);
    }

    /** One for all; it ends with the tests. */
    private static synchronized int port() {
        if (redis == null) {
            redis = TestRedis.start();
        }
        return redis.port();
    }

    private String engine() {
        Map<String, Object> body = engineBody();
        owner.post(ENGINES, body).expect(201);
        return body.get("name").toString();
    }

    private static Map<String, Object> engineBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "type",
                "database.redis",
                "config",
                Map.of(
                        "connection_url",
                        "redis://{{username}}:{{password}}@127.0.0.1:" + port(),
                        "root_credentials_path",
                        ROOT,
                        "tls",
                        "disabled"));
    }

    private void role(String name) {
        owner.post(ENGINES + "/" + engine + "/roles", Map.of("name", name, "creation_statements", List.of("~app:*")))
                .expect(201);
    }

    private String lease() {
        return owner.post(ENGINES + "/" + engine + "/creds/reader", null)
                .expect(201)
                .json()
                .get("lease_id")
                .stringValue();
    }

    String leaseId() {
        return lease;
    }

    String engineName() {
        return engine;
    }

    static boolean isAbout(OpenApi.Operation operation) {
        return operation.node().get("tags").toString().contains("\"dynamic credentials\"");
    }

    ApiCall call(OpenApi.Operation operation) {
        String at = ENGINES + "/" + engine;
        String leases = "/v1/dynamic/leases";
        return switch (operation.id()) {
            case "listEngines" -> new ApiCall("GET", ENGINES + "?limit=10", null);
            case "createEngine" -> new ApiCall("POST", ENGINES, engineBody());
            case "readEngine" -> new ApiCall("GET", at, null);
            case "updateEngine" -> new ApiCall("PATCH", at, Map.of("max_ttl", "48h"));
            case "deleteEngine" -> new ApiCall("DELETE", ENGINES + "/" + spareEngine, null);
            case "checkEngine" -> new ApiCall("GET", at + "/health", null);
            case "revokeLeases" -> new ApiCall("POST", at + "/revoke-all", Map.of("role", "spare"));
            case "listDynamicRoles" -> new ApiCall("GET", at + "/roles?limit=10", null);
            case "createDynamicRole" ->
                new ApiCall("POST", at + "/roles", Map.of("name", "r" + COUNT.incrementAndGet()));
            case "readDynamicRole" -> new ApiCall("GET", at + "/roles/reader", null);
            case "updateDynamicRole" -> new ApiCall("PATCH", at + "/roles/reader", Map.of("description", "changed"));
            case "deleteDynamicRole" -> new ApiCall("DELETE", at + "/roles/spare", null);
            case "grantLease" -> new ApiCall("POST", at + "/creds/reader", Map.of("ttl", "10m"));
            case "listLeases" -> new ApiCall("GET", leases + "?limit=10", null);
            case "readLease" -> new ApiCall("GET", leases + "/" + lease, null);
            case "renewLease" -> new ApiCall("POST", leases + "/" + lease + "/renew", Map.of("increment", "2h"));
            case "revokeLease" -> new ApiCall("POST", leases + "/" + spareLease + "/revoke", null);
            case "verifyOtp" -> new ApiCall("POST", ENGINES + "/" + sshEngine + "/verify", Map.of("otp", otp));
            case "readSshPublicKey" -> new ApiCall("GET", "/v1/dynamic/ssh/" + sshId + "/public-key", null);
            case "readSshRevoked" -> new ApiCall("GET", "/v1/dynamic/ssh/" + sshId + "/krl", null);
            default -> throw new AssertionError("no call is known of the operation " + operation.id() + ": add one");
        };
    }
}
