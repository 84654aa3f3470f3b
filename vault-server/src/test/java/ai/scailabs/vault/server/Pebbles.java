package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestAcme;
import ai.scailabs.vault.testkit.TestPebble;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Directories for tests of this JVM, and what is asked of them again and again. */
public final class Pebbles {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static @Nullable TestPebble believing;
    private static @Nullable TestPebble looking;

    private Pebbles() {}

    /** One that takes everybody at their word. */
    static synchronized TestPebble believing() {
        if (believing == null) {
            believing = TestPebble.start(TestPebble.Options.believing());
        }
        return believing;
    }

    /** One that looks for answers at the shared server. */
    static synchronized TestPebble looking() {
        if (looking == null) {
            RunningServer server = RunningServer.shared();
            looking = TestPebble.start(TestPebble.Options.answeredAt(server.acmeHttpPort(), server.acmeTlsPort()));
        }
        return looking;
    }

    /** The body that registers an account there. */
    public static Map<String, Object> account(TestPebble pebble) {
        return account(pebble.directory(), pebble.certificate());
    }

    /** The same at any other. */
    public static Map<String, Object> account(URI directory, String authorities) {
        return new HashMap<>(Map.of(
                "name",
                "account-" + COUNT.incrementAndGet(),
                "provider",
                "custom",
                "directory_url",
                directory.toString(),
                "ca_bundle_pem",
                authorities,
                "email",
                "certs@example.org"));
    }

    public static String register(ApiClient owner, TestPebble pebble) {
        return owner.post("/v1/pki/acme/accounts", account(pebble))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    public static String register(ApiClient owner, TestAcme directory) {
        return owner.post("/v1/pki/acme/accounts", account(directory.directory(), directory.certificate()))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    public static Map<String, Object> order(String account, String challenge, String... domains) {
        return new HashMap<>(Map.of("account_id", account, "domains", List.of(domains), "challenge_type", challenge));
    }

    /** The order's id. */
    public static String ordered(ApiClient owner, Map<String, Object> order) {
        return owner.post("/v1/pki/acme/issue", order)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
    }

    /** The order, when nothing is done for it any more. */
    public static JsonNode over(ApiClient owner, String order) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(60)) {
            JsonNode found =
                    owner.get("/v1/pki/acme/orders/" + order).expect(200).json();
            if (found.get("next_attempt_at").isNull()) {
                return found;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new AssertionError("the order is not over: "
                + owner.get("/v1/pki/acme/orders/" + order).body());
    }

    public static JsonNode valid(ApiClient owner, String order) {
        JsonNode found = over(owner, order);
        if (!found.get("status").stringValue().equals("valid")) {
            throw new AssertionError(found.toString());
        }
        return found;
    }
}
