package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.CrampedPostgres;
import ai.scailabs.vault.testkit.CrampedPostgres.Disk;
import ai.scailabs.vault.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database without room for one entry more: nothing is answered, nothing is lost, and it passes by itself once there is room. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DiskFullTest {
    private static final String VALUE = "disk-canary-5ad2";
    private static final int MANY = 20_000;

    @TempDir
    static Path folder;

    private static CrampedPostgres postgres;
    private static TestDatabase database;
    private static RunningServer server;
    private static ApiClient owner;
    private static int metricsPort;

    /** Requests that were answered, each of which has its entry. */
    private final List<String> answered = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        postgres = CrampedPostgres.start(folder);
        database = postgres.database();
        Schema.migrate(database.owner().dataSource());
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            metricsPort = socket.getLocalPort();
        }
        server = RunningServer.start(database, Map.of("METRICS_BIND_ADDRESS", "127.0.0.1:" + metricsPort));
        owner = server.owner("disk");
        owner.put("/v1/secrets/app/db", secret("0")).expect(201);
        owner.get("/v1/secrets/app/db").expect(200);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        postgres.close();
    }

    private static Map<String, Object> secret(String text) {
        // Of a size that tables have no room for by chance.
        return Map.of("data", Map.of("a", VALUE + text, "b", "x".repeat(2_000)));
    }

    private static List<ApiCall> calls() {
        return List.of(
                new ApiCall("GET", "/v1/secrets/app/db", null),
                new ApiCall("PUT", "/v1/secrets/app/db", secret("never")),
                new ApiCall("GET", "/v1/secrets/app/db:versions", null),
                new ApiCall("GET", "/v1/secrets", null),
                new ApiCall("POST", "/v1/secrets/batch", Map.of("paths", List.of("app/db"))),
                new ApiCall("GET", "/v1/auth/whoami", null),
                new ApiCall("GET", "/v1/policies", null),
                new ApiCall("GET", "/v1/audit/logs", null));
    }

    @Test
    void fullDisk_refusesEveryRequest_sayingWhy_andServesAgainOnceThereIsRoom() {
        int version = version();
        double before = failures("disk_full");
        postgres.fill(Disk.TABLES);
        for (ApiCall call : calls()) {
            ApiClient.Reply refusal = untilRefused(call, owner);
            assertThat(refusal.json().at("/error/details/reason").stringValue())
                    .as(call.uri())
                    .isEqualTo("disk_full");
            assertThat(refusal.json().at("/error/message").stringValue()).contains("no room left");
        }
        // A refusal that cannot be recorded is not told either.
        ApiClient.Reply stranger = untilRefused(new ApiCall("GET", "/v1/secrets/app/db", null), server.client(null));
        assertThat(stranger.json().at("/error/details/reason").stringValue()).isEqualTo("disk_full");
        assertThat(failures("disk_full")).isGreaterThan(before);
        assertThat(postgres.runs()).isTrue();

        postgres.free(Disk.TABLES);
        awaitWell();
        assertNothingLost();
        assertThat(version()).as("of a write that was refused nothing is kept").isEqualTo(version);
        owner.put("/v1/secrets/app/db", secret("1")).expect(200);
    }

    /** PostgreSQL ends when its log of changes has no room; it comes up again by itself, or when somebody starts it. */
    @Test
    void fullLogOfChanges_refusesEveryRequest_andServesAgainOnceThereIsRoom() {
        postgres.fill(Disk.WAL);
        int version = version();
        ApiClient.Reply reply = owner.get("/v1/secrets/app/db");
        for (int i = 0; i < MANY && reply.status() != 503; i++) {
            ApiCall write = new ApiCall("PUT", "/v1/secrets/app/db", secret(String.valueOf(i)));
            reply = write.by(owner, "X-Request-ID", newRequest());
            if (reply.status() == 200) {
                version++;
                answered.add(reply.header("X-Request-ID"));
            }
        }
        reply.expect(503, "service_unavailable");
        Leaks.assertNone("refusal", reply.body(), VALUE);
        assertThat(postgres.log()).contains("PANIC", "No space left on device");
        for (ApiCall call : calls().subList(0, 2)) {
            ApiClient.Reply refusal = call.by(owner);
            refusal.expect(503, "service_unavailable");
            Leaks.assertNone(call.uri(), refusal.body(), VALUE);
        }

        postgres.free(Disk.WAL);
        if (!postgres.runs()) {
            postgres.startAgain();
        }
        awaitWell();
        assertNothingLost();
        // Whether the last one got through before the end nobody was told.
        assertThat(version()).isBetween(version, version + 2);
        owner.put("/v1/secrets/app/db", secret("1")).expect(200);
    }

    /** What room is left in the pages that there are may be used up; every answer has its entry all the same. */
    private ApiClient.Reply untilRefused(ApiCall call, ApiClient client) {
        for (int i = 0; i < MANY; i++) {
            String request = newRequest();
            ApiClient.Reply reply = call.by(client, "X-Request-ID", request);
            if (reply.status() == 503) {
                assertThat(reply.header("Retry-After")).isNotEmpty();
                Leaks.assertNone(call.uri(), reply.body(), VALUE);
                return reply.expect(503, "service_unavailable");
            }
            answered.add(request);
        }
        throw new AssertionError(call + " is answered as if there were room");
    }

    private static String newRequest() {
        return AuditRow.newRequestId();
    }

    private void assertNothingLost() {
        Sql sql = Sql.superuser(server);
        for (String request : answered) {
            assertThat(sql.value("select count(*) from audit_log where request_id = ?", request))
                    .as(request)
                    .isNotEqualTo(0L);
        }
    }

    private static int version() {
        return owner.get("/v1/secrets/app/db").expect(200).json().get("version").intValue();
    }

    private static double failures(String reason) {
        Matcher line = Pattern.compile("scaivault_audit_failures_total\\{reason=\"" + reason + "\"} ([0-9.E]+)")
                .matcher(new ApiClient(metricsPort, null)
                        .get("/v1/metrics")
                        .expect(200)
                        .body());
        assertThat(line.find()).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static void awaitWell() {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        int status = 0;
        while (System.nanoTime() < deadline && status != 200) {
            status = owner.get("/v1/secrets/app/db").status();
        }
        assertThat(status).isEqualTo(200);
    }
}
