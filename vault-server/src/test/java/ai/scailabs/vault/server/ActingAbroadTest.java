package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.scailabs.vault.testkit.TokenBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What an administrator of a partner does on another of its tenants. Whom this is denied: {@link TenantMatrixTest}. */
class ActingAbroadTest {
    private static final String PARTNER = "abroad";
    private static final String ADMIN = "pa@abroad-home.test";

    /** Every so many operations are called in both ways, which part before it is known what is called. */
    private static final int BY_HEADER = 5;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    /** Nobody does so for somebody else, in the same tenant either. */
    private static final Set<String> OWNERS_ALONE =
            Set.of("updateSubscription", "pollSubscription", "acknowledgeEvents");

    private static OpenApi api;
    private static ApiClient admin;
    private static Neighbours readers;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        api = OpenApi.of(server);
        server.owner("abroad-home", PARTNER);
        admin = server.client(token().role("partner_admin").sign());
        readers = Neighbours.make();
    }

    private static TokenBuilder token() {
        return server.token("abroad-home", PARTNER).user(ADMIN);
    }

    @TestFactory
    Stream<DynamicTest> everyOperation_worksAbroadByPrefixAndByHeader_andIsToldInBothLogs() {
        List<OpenApi.Operation> all =
                api.operations().stream().filter(OpenApi.Operation::takesToken).toList();
        return IntStream.range(0, all.size())
                .boxed()
                .flatMap(index -> (index % BY_HEADER == 0 ? Stream.of(true, false) : Stream.of(true))
                        .map(prefix -> DynamicTest.dynamicTest(
                                all.get(index) + (prefix ? " by prefix" : " by header"),
                                () -> works(all.get(index), prefix))));
    }

    /** An administrator, and the tenant of the same partner that they may do everything with. */
    private record Neighbours(ApiClient admin, String home, PreparedTenant there) {
        static Neighbours make() {
            String partner = "abroad" + COUNT.incrementAndGet();
            ApiClient admin = server.client(server.token(partner + "-home", partner)
                    .user(ADMIN)
                    .role("partner_admin")
                    .sign());
            PreparedTenant there = PreparedTenant.create(server, partner);
            there.owner().allow("user:" + ADMIN, "**", "admin");
            return new Neighbours(admin, "tnt_" + partner + "-home", there);
        }
    }

    /** What changes something has a partner of its own, as what is shared is changed, too. */
    private static void works(OpenApi.Operation operation, boolean prefix) {
        Neighbours neighbours = operation.method().equals("GET") ? readers : Neighbours.make();
        ApiClient admin = neighbours.admin();
        String home = neighbours.home();
        PreparedTenant there = neighbours.there();
        String requestId = AuditRow.newRequestId();
        ApiCall call = there.call(operation);

        ApiClient.Reply reply = prefix
                ? call.on(there.tenant()).by(admin, "X-Request-ID", requestId)
                // The header of another tenant stands behind the prefix, and before the token.
                : call.by(admin, "X-Request-ID", requestId, "X-Tenant-ID", there.tenant());

        api.assertDocumented(operation, reply);
        if (OWNERS_ALONE.contains(operation.id())) {
            reply.expect(403, "forbidden");
            return;
        }
        assertThat(reply.status()).as(reply.body()).isBetween(200, 299);
        List<AuditRow> rows = AuditRow.of(server, requestId);
        if (operation.id().equals("testPolicies")) {
            assertThat(rows).isEmpty();
            return;
        }
        assertThat(rows).allSatisfy(row -> assertThat(row.text("identity_id")).isEqualTo("user:" + ADMIN));
        assertThat(rows)
                .filteredOn(row -> row.text("tenant_id").equals(there.tenant()))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.text("acting_tenant_id")).isEqualTo(home));
        assertThat(rows)
                .filteredOn(row -> row.text("tenant_id").equals(home))
                .isNotEmpty()
                .allSatisfy(row -> {
                    assertThat(row.columns().get("acting_tenant_id")).isNull();
                    assertThat(row.text("secret_path")).startsWith("t/" + there.tenant());
                });
        if (operation.isShared()) {
            assertThat(rows)
                    .filteredOn(row -> row.text("tenant_id").equals(there.partner()))
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row.text("acting_tenant_id")).isEqualTo(home));
        }
    }

    @TestFactory
    Stream<DynamicTest> operationWithoutAToken_hasNoPrefix() {
        return api.operations().stream()
                .filter(operation -> !operation.takesToken())
                .map(operation -> DynamicTest.dynamicTest(
                        operation.toString(),
                        () -> PreparedTenant.create(server, PARTNER)
                                .call(operation)
                                .on("tnt_abroad-home")
                                .by(admin)
                                .expect(404, "not_found")));
    }

    @Test
    void valueAbroad_isTheOneThere_alsoWhenItWasReadBefore() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        there.owner().allow("user:" + ADMIN, "app/**", "read");
        server.owner("abroad-home", PARTNER).put("/v1/secrets/app/db", Map.of("data", Map.of("password", "at home")));
        for (int i = 0; i < 3; i++) {
            there.owner().get("/v1/secrets/app/db").expect(200);
            assertThat(admin.get("/v1/t/" + there.tenant() + "/secrets/app/db")
                            .expect(200)
                            .body())
                    .contains(PreparedTenant.CANARY)
                    .doesNotContain("at home");
        }
    }

    @Test
    void prefix_goesBeforeTheHeader() {
        PreparedTenant one = PreparedTenant.create(server, PARTNER);
        PreparedTenant other = PreparedTenant.create(server, PARTNER);

        assertThat(admin.get("/v1/t/" + one.tenant() + "/policies", "X-Tenant-ID", other.tenant())
                        .expect(200)
                        .body())
                .contains(one.bound())
                .doesNotContain(other.bound());
    }

    @Test
    void severalHeaders_nameNoTenant() throws Exception {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        String request = "GET /v1/policies HTTP/1.1\r\nHost: x\r\nX-Tenant-ID: " + there.tenant()
                + "\r\nX-Tenant-ID: tnt_abroad-home\r\nAuthorization: Bearer " + admin.token() + "\r\n\r\n";
        try (RawConnection connection = new RawConnection(server.port())) {
            RawConnection.Reply reply = connection.exchange(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.body()).contains("tenant_not_found");
        }
    }

    @Test
    void groupsOfTheToken_areNotThoseOfTheTenantAbroad() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        there.owner().allow("group:ops", "**", "read");
        ApiClient member =
                server.client(token().groups("ops").role("partner_admin").sign());

        member.get("/v1/t/" + there.tenant() + "/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void policyAbroad_opensNothingAtHome() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        there.owner().allow("user:visitor@abroad-home.test", "**", "admin");
        ApiClient visitor = server.client(server.token("abroad-home", PARTNER)
                .user("visitor@abroad-home.test")
                .role("partner_admin")
                .sign());

        visitor.get("/v1/t/" + there.tenant() + "/secrets/app/db").expect(200);
        visitor.get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void ownTenantByItsName_isNothingSpecial() {
        PreparedTenant own = PreparedTenant.create(server, PARTNER);
        String requestId = AuditRow.newRequestId();
        ApiClient member = server.member(own.owner(), own.tenant().substring(4), PARTNER, "member", "app/**", "read");

        member.get("/v1/t/" + own.tenant() + "/secrets/app/db", "X-Request-ID", requestId)
                .expect(200);

        assertThat(AuditRow.of(server, requestId)).singleElement().satisfies(row -> {
            assertThat(row.text("tenant_id")).isEqualTo(own.tenant());
            assertThat(row.columns().get("acting_tenant_id")).isNull();
        });
    }

    @Test
    void whoami_tellsWhoTheTokenIs_whereverItActs() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);

        assertThat(admin.get("/v1/t/" + there.tenant() + "/auth/whoami")
                        .expect(200)
                        .json()
                        .get("tenant_id")
                        .stringValue())
                .isEqualTo("tnt_abroad-home");
    }

    @Test
    void suspendedTenant_isRefused() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        there.owner().allow("user:" + ADMIN, "**", "admin");
        admin.get("/v1/t/" + there.tenant() + "/secrets/app/db").expect(200);

        Sql.superuser(server).update("update tenant set status = 'suspended' where tenant_id = ?", there.tenant());

        admin.get("/v1/t/" + there.tenant() + "/secrets/app/db").expect(403, "tenant_access_denied");
    }

    @Test
    void refusalAbroad_isToldInBothLogs() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        String requestId = AuditRow.newRequestId();

        admin.get("/v1/t/" + there.tenant() + "/secrets/app/db", "X-Request-ID", requestId)
                .expect(403, "access_denied");

        assertThat(AuditRow.of(server, requestId))
                .extracting(row -> row.text("tenant_id"), row -> row.text("secret_path"), row -> row.text("error_code"))
                .containsExactlyInAnyOrder(
                        tuple(there.tenant(), "app/db", "access_denied"),
                        tuple("tnt_abroad-home", "t/" + there.tenant() + "/app/db", "access_denied"));
    }

    @Test
    void refusedSelection_isToldAtHomeOnly() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        String requestId = AuditRow.newRequestId();

        server.client(token().role("tenant_admin").sign())
                .get("/v1/t/" + there.tenant() + "/secrets/app/db", "X-Request-ID", requestId)
                .expect(403, "tenant_access_denied");

        assertThat(AuditRow.of(server, requestId))
                .singleElement()
                .satisfies(row -> assertThat(row.text("tenant_id")).isEqualTo("tnt_abroad-home"));
    }

    @Test
    void prefixWithinAPrefix_isNoRoute() {
        PreparedTenant there = PreparedTenant.create(server, PARTNER);
        admin.get("/v1/t/" + there.tenant() + "/t/" + there.tenant() + "/policies")
                .expect(404, "not_found");
        admin.get("/v1/t/" + there.tenant()).expect(404, "not_found");
        admin.get("/v1/t/" + there.tenant() + "/").expect(404, "not_found");
    }

    @Test
    void cursorOfOneTenant_isNoneInAnother() {
        PreparedTenant one = PreparedTenant.create(server, PARTNER);
        PreparedTenant other = PreparedTenant.create(server, PARTNER);
        String cursor = admin.get("/v1/t/" + one.tenant() + "/policies?limit=1")
                .expect(200)
                .json()
                .get("cursor")
                .stringValue();

        admin.get("/v1/t/" + one.tenant() + "/policies?limit=1&cursor=" + cursor)
                .expect(200);
        admin.get("/v1/t/" + other.tenant() + "/policies?limit=1&cursor=" + cursor)
                .expect(400, "invalid_cursor");
    }
}
