package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestPostgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Advisories CVE-2025-6011, CVE-2020-25594 and their like: how long an answer takes does not tell what exists. What takes time here is the database, so the statements are
 * compared, which no noise disturbs: for what exists elsewhere they are those for what exists nowhere.
 */
class SameWorkTest {
    private static final Queue<String> STATEMENTS = new ConcurrentLinkedQueue<>();

    private static RunningServer server;
    private static PreparedTenant own;
    private static PreparedTenant stranger;

    @BeforeAll
    static void start() {
        server = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), Map.of(), SameWorkTest::watched);
        own = PreparedTenant.create(server, "same-own", "same");
        stranger = PreparedTenant.create(server, "same-stranger", "same-else");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static DataSource watched(DataSource pool) {
        return (DataSource) Proxy.newProxyInstance(
                SameWorkTest.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Object result = unwrapped(() -> method.invoke(pool, arguments));
                    return result instanceof Connection connection ? watched(connection) : result;
                });
    }

    private static Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                SameWorkTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        STATEMENTS.add(String.valueOf(arguments[0]).strip());
                    }
                    return unwrapped(() -> method.invoke(connection, arguments));
                });
    }

    private static Object unwrapped(Invocation invocation) throws Throwable {
        try {
            return invocation.run();
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    /** The fewest of some attempts: what is read again every few seconds is no part of the request. */
    private static List<String> statements(ApiCall call, ApiClient by) {
        List<String> fewest = null;
        for (int attempt = 0; attempt < 5; attempt++) {
            STATEMENTS.clear();
            call.by(by);
            List<String> seen = new ArrayList<>(STATEMENTS);
            fewest = fewest == null || seen.size() < fewest.size() ? seen : fewest;
        }
        return List.copyOf(fewest == null ? List.of() : fewest);
    }

    private static Set<List<String>> kinds(ApiClient by, List<ApiCall> calls) {
        Set<List<String>> kinds = new TreeSet<>((one, other) -> one.toString().compareTo(other.toString()));
        calls.forEach(call -> kinds.add(statements(call, by)));
        return kinds;
    }

    @Test
    void whoHasNoRule_costsTheSame_whateverExists() {
        ApiClient nobody = server.client(
                server.token("same-own", "same").serviceAccount("nobody").sign());
        for (String base : List.of("/v1/secrets/", "/v1/partner/secrets/")) {
            for (String suffix : List.of("", "?version=1", ":versions", ":metadata")) {
                List<ApiCall> calls = new ArrayList<>();
                for (String path : List.of("app/db", "app/old", "app/gone", "app/nothing", "nothing/at/all")) {
                    calls.add(new ApiCall("GET", base + path + suffix, null));
                }
                assertThat(kinds(nobody, calls)).as(base + suffix).hasSize(1);
            }
            List<ApiCall> writes = new ArrayList<>();
            for (String path : List.of("app/db", "app/nothing")) {
                writes.add(new ApiCall("PUT", base + path, Map.of("data", Map.of("a", "b"))));
            }
            assertThat(kinds(nobody, writes)).as(base).hasSize(1);
        }
    }

    @Test
    void foreignAndUnknownIds_costTheSame() {
        for (String policy : List.of("", "/bindings")) {
            assertThat(kinds(
                            own.owner(),
                            List.of(
                                    new ApiCall("GET", "/v1/policies/" + stranger.bound() + policy, null),
                                    new ApiCall("GET", "/v1/policies/pol_01K9Z6F3V4M8Q2T7B5N1C0D9XE" + policy, null))))
                    .hasSize(1)
                    .allSatisfy(statements -> assertThat(statements).isNotEmpty());
        }
        String decision = stranger.call(operation("readDecision")).uri();
        assertThat(kinds(
                        own.owner(),
                        List.of(
                                new ApiCall("GET", decision, null),
                                new ApiCall(
                                        "GET",
                                        "/v1/policies/decisions/dec_"
                                                + decision.substring(decision.length() - 26, decision.length() - 4)
                                                + "ZZZZ",
                                        null))))
                .hasSize(1)
                .allSatisfy(statements -> assertThat(statements).isNotEmpty());
    }

    @Test
    void foreignAndUnknownTenants_costTheSame() {
        assertThat(kinds(
                        own.owner(),
                        List.of(
                                new ApiCall("GET", "/v1/t/" + stranger.tenant() + "/secrets/app/db", null),
                                new ApiCall("GET", "/v1/t/tnt_no-such-tenant/secrets/app/db", null))))
                .hasSize(1)
                .allSatisfy(statements -> assertThat(statements).isNotEmpty());
        ApiClient noAdministrator = server.client(
                server.token("same-own", "same").serviceAccount("nobody").sign());
        assertThat(kinds(
                        noAdministrator,
                        List.of(
                                new ApiCall("GET", "/v1/t/" + stranger.tenant() + "/secrets/app/db", null),
                                new ApiCall("GET", "/v1/t/tnt_no-such-tenant/secrets/app/db", null))))
                .containsExactly(List.of());
    }

    /** Whose token it is, an administrator of another tenant does not learn from how long the answer takes either. */
    @Test
    void tokensOfOthers_costTheSameToIntrospect() {
        ApiClient admin = own.owner();
        String foreign =
                server.token("same-stranger", "same-else").user("x@x.test").sign();
        String unknownTenant =
                server.token("same-never-seen", "same-else").user("x@x.test").sign();
        admin.post("/v1/auth/introspect", Map.of("token", foreign)).expect(200);
        assertThat(kinds(
                        admin,
                        List.of(
                                new ApiCall("POST", "/v1/auth/introspect", Map.of("token", foreign)),
                                new ApiCall("POST", "/v1/auth/introspect", Map.of("token", unknownTenant)),
                                new ApiCall("POST", "/v1/auth/introspect", Map.of("token", "not.a.token")))))
                .hasSize(1);
        int before = server.issuer().introspections();
        for (String token : List.of(
                server.token("same-stranger", "same-else").user("x@x.test").personal(), "skt_of-nobody-at-all-0001")) {
            admin.post("/v1/auth/introspect", Map.of("token", token)).expect(200);
            assertThat(server.issuer().introspections()).isEqualTo(++before);
        }
    }

    private static OpenApi.Operation operation(String id) {
        return OpenApi.of(server).operations().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private interface Invocation {
        Object run() throws ReflectiveOperationException;
    }
}
