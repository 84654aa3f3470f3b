package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An authority with a million certificates, all of them revoked: what revoking, listing and the list of them cost a service that has 512 MiB of heap and no more. */
@Tag("alone")
class MillionRevokedTest {
    private static final int CERTIFICATES = 1_000_000;
    private static final int CALLS = 100;
    private static final int HEAP_MEBIBYTES = 512;
    private static final String TENANT = "tnt_revoked";

    @Test
    void millionRevoked_costOneStatement_onePage_andOneBoundedList(@TempDir Path folder) throws Exception {
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        try (TestIssuer issuer = TestIssuer.start();
                KillableServer server = new KillableServer(folder, database, issuer, HEAP_MEBIBYTES)) {
            server.start();
            server.awaitReady();
            ApiClient owner = owner(server, issuer);
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
            fill(database);

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

            long begun = System.nanoTime();
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            long tookMillis = (System.nanoTime() - begun) / 1_000_000;
            JsonNode list = reply.expect(200).json();
            System.out.println("list of " + list.get("entries") + " entries, " + list.at("/crls/0/size_bytes")
                    + " bytes: " + tookMillis + " ms, in a heap of " + HEAP_MEBIBYTES + " MiB");
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
            assertThat(awaitCounted(owner)).contains("scaivault_crl_overdue_seconds 0.0");
            assertThat(server.log()).doesNotContain("OutOfMemoryError");
        }
    }

    private static ApiClient owner(KillableServer server, TestIssuer issuer) {
        ApiClient owner = new ApiClient(
                server.port(),
                issuer.token()
                        .tenant(TENANT)
                        .partner("ptn_revoked")
                        .user("owner@revoked.test")
                        .scope(RunningServer.ALL_SCOPES)
                        .role("partner_admin")
                        .ttl(Duration.ofHours(2))
                        .sign());
        owner.allow("user:owner@revoked.test", "**", "admin");
        return owner;
    }

    /** What its million rows make of the figures that are scraped. */
    private static String awaitCounted(ApiClient owner) {
        long patience = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        String metrics = "";
        while (!metrics.contains("scaivault_certificates_expiring_soon{")) {
            assertThat(System.nanoTime()).isLessThan(patience);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            metrics = owner.get("/v1/metrics").expect(200).body();
        }
        return metrics;
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
    private static void fill(TestDatabase database) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
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
