package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** An authority with a million certificates, all of them revoked: what revoking, listing and the list of them cost. */
@Tag("slow")
class MillionRevokedTest {
    private static final int CERTIFICATES = 1_000_000;
    private static final int CALLS = 100;
    private static final String TENANT = "tnt_revoked";

    @Test
    void millionRevoked_costOneStatement_onePage_andOneBoundedList() throws Exception {
        try (RunningServer server = RunningServer.start()) {
            ApiClient owner = server.owner("revoked");
            String authority = owner.post(
                            "/v1/pki/ca",
                            Map.of("name", "crowded", "common_name", "Crowded", "ca_type", "root", "key_type", "ec"))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            owner.post(
                            "/v1/pki/roles",
                            Map.of("name", "crowd", "ca_id", authority, "allowed_domains", List.of("*.internal")))
                    .expect(201);
            fill(server);

            long[] revoking = revoke(owner);
            System.out.println("revoking, of " + CALLS + ": median " + revoking[CALLS / 2] + " us, p99 "
                    + revoking[CALLS - 2] + " us, most " + revoking[CALLS - 1] + " us");
            for (String filter : List.of(
                    "include_revoked=true",
                    "status=revoked",
                    "role=crowd&include_revoked=true",
                    "ca_id=" + authority + "&include_revoked=true",
                    "expiring_within=40d&include_revoked=true",
                    "san=dns:n777777.internal&include_revoked=true",
                    "role=crowd&status=active")) {
                long[] pages = new long[20];
                for (int i = 0; i < pages.length; i++) {
                    long begun = System.nanoTime();
                    owner.get("/v1/pki/certificates?limit=100&" + filter).expect(200);
                    pages[i] = (System.nanoTime() - begun) / 1_000;
                }
                Arrays.sort(pages);
                System.out.println("page of " + filter + ": median " + pages[10] + " us, most " + pages[19] + " us");
            }

            System.gc();
            heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
            long begun = System.nanoTime();
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            long tookMillis = (System.nanoTime() - begun) / 1_000_000;
            JsonNode list = reply.expect(200).json();
            long heap = heapPools().stream()
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            System.out.println("list of " + list.get("entries") + " entries, " + list.at("/crls/0/size_bytes")
                    + " bytes: " + tookMillis + " ms, heap at most " + heap / (1024 * 1024) + " MiB of "
                    + Runtime.getRuntime().maxMemory() / (1024 * 1024));
            assertThat(list.get("entries").intValue()).isEqualTo(CERTIFICATES + CALLS);

            begun = System.nanoTime();
            HttpResponse<byte[]> whole = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + server.port() + "/v1/pki/ca/" + authority + "/crl"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            System.out.println("read in " + (System.nanoTime() - begun) / 1_000_000 + " ms");
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).hasSize(list.at("/crls/0/size_bytes").intValue());
            assertThat(revoking[CALLS / 2]).isLessThan(100_000);
            assertThat(tookMillis).isLessThan(60_000);
        }
    }

    private static List<MemoryPoolMXBean> heapPools() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    private static long[] revoke(ApiClient owner) {
        List<String> serials = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            serials.add(owner.post("/v1/pki/issue/crowd", Map.of("common_name", "one.internal"))
                    .expect(201)
                    .json()
                    .get("serial_number")
                    .stringValue());
        }
        long[] micros = new long[CALLS];
        for (int i = 0; i < CALLS; i++) {
            long begun = System.nanoTime();
            owner.post("/v1/pki/revoke", Map.of("serial_number", serials.get(i), "reason", "superseded"))
                    .expect(200);
            micros[i] = (System.nanoTime() - begun) / 1_000;
        }
        Arrays.sort(micros);
        return micros;
    }

    /** Rows as issuing and revoking leave them, but for the certificates themselves, which nothing here reads. */
    private static void fill(RunningServer server) throws SQLException {
        try (Connection connection = server.database().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, role, common_name, subject, sans, not_before,
                        not_after, certificate, created_at, created_by)
                    select a.tenant_id, ('01000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, a.ca_id, 1, substr('\\x01'::bytea || sha256(i::text::bytea), 1, 20),
                        'revoked', 'crowd', 'n' || i || '.internal', 'CN=n' || i || '.internal', array['dns:n' || i || '.internal'], now() - interval '1 day',
                        now() + interval '30 days' + i * interval '1 second', decode(repeat('30', 500), 'hex'), now(), 'user:crowd@revoked.test'
                    from certificate_authority a, generate_series(1, %d) i where a.tenant_id = '%s'
                    """.formatted(CERTIFICATES, TENANT));
            statement.execute(
                    "insert into certificate_name (tenant_id, name, certificate_id) select tenant_id, sans[1], certificate_id from certificate where tenant_id = '"
                            + TENANT + "' and role = 'crowd'");
            statement.execute("""
                    insert into certificate_revocation (tenant_id, ca_id, ca_generation, serial, certificate_id, reason, revoked_at, not_after, changed_at)
                    select tenant_id, ca_id, ca_generation, serial, certificate_id, 1 + (random() * 4)::int, now() - interval '2 hours', not_after,
                        now() - interval '2 hours'
                    from certificate where tenant_id = '%s' and role = 'crowd'
                    """.formatted(TENANT));
            statement.execute("update crl_schedule set due_at = now() + interval '1 hour', delay_ms = 3600000");
            statement.execute("vacuum analyze certificate");
            statement.execute("vacuum analyze certificate_revocation");
            statement.execute("vacuum analyze certificate_name");
        }
    }
}
