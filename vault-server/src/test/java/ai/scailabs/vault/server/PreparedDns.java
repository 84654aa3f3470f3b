package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestBind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** One BIND for all tenants that are prepared, and providers of them that it is. */
final class PreparedDns {
    static final String ZONE = "prepared.test";

    private static final TestBind BIND = TestBind.start(Map.of(ZONE, "", "other.test", ""));
    private static final AtomicInteger COUNT = new AtomicInteger();

    private PreparedDns() {}

    /** Of a provider that is there, and has the zone. */
    static Map<String, Object> body() {
        return body("dns-" + COUNT.incrementAndGet(), TestBind.KEY_SECRET);
    }

    static Map<String, Object> body(String name, String secret) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("provider_type", "rfc2136");
        body.put("credentials", credentials(secret));
        body.put("managed_zones", List.of(ZONE));
        return body;
    }

    static Map<String, Object> credentials(String secret) {
        return Map.of(
                "server", "127.0.0.1", "port", BIND.port(), "tsig_key_name", TestBind.KEY_NAME, "tsig_secret", secret);
    }

    static int port() {
        return BIND.port();
    }

    /** Settings of a server that asks it alone. */
    static Map<String, String> resolvers() {
        return Map.of("DNS_RESOLVERS", "127.0.0.1:" + BIND.port(), "DNS_RESOLVERS_ONLY", "true");
    }

    static String create(ApiClient owner) {
        return owner.post("/v1/dns/providers", body())
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }
}
