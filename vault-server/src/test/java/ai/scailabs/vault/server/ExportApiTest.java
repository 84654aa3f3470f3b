package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestMoto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exports by the API, to S3 as moto plays it. */
class ExportApiTest {
    private static final String SECRET = "not-a-secret-outside-tests-51d0";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static TestMoto moto;
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        moto = TestMoto.start();
        server = RunningServer.start();
        assertThat(s3("PUT", "/acme-audit").statusCode()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        server.close();
        moto.close();
    }

    private static HttpResponse<byte[]> s3(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(moto.endpoint().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static Map<String, Object> order(String bucket, Object... more) {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put(
                "destination",
                Map.of(
                        "type",
                        "s3",
                        "bucket",
                        bucket,
                        "prefix",
                        "logs",
                        "endpoint",
                        moto.endpoint().toString(),
                        "credentials_path",
                        "ops/bucket"));
        for (int i = 0; i < more.length; i += 2) {
            order.put((String) more[i], more[i + 1]);
        }
        return order;
    }

    private static ApiClient owner(String tenant) {
        ApiClient owner = server.owner(tenant);
        owner.put("/v1/secrets/ops/bucket", Map.of("data", Map.of("access_key_id", "any", "secret_access_key", SECRET)))
                .expect(201);
        return owner;
    }

    private static String export(ApiClient caller, Map<String, Object> order) {
        ApiClient.Reply reply = caller.post("/v1/audit/export", order).expect(202);
        assertThat(reply.json().get("status").stringValue()).isEqualTo("pending");
        return reply.json().get("export_id").stringValue();
    }

    private static JsonNode await(ApiClient caller, String id, Predicate<JsonNode> wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode seen = caller.get("/v1/audit/exports/" + id).expect(200).json();
        while (!wanted.test(seen)) {
            assertThat(System.nanoTime()).as(seen.toString()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            seen = caller.get("/v1/audit/exports/" + id).expect(200).json();
        }
        return seen;
    }

    private static Predicate<JsonNode> over() {
        return export ->
                !List.of("pending", "running").contains(export.get("status").stringValue());
    }

    private static byte[] object(String id, String name) throws Exception {
        HttpResponse<byte[]> answer = s3("GET", "/acme-audit/logs/" + id + "/" + name);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void log_isInTheBucket_withCheckpointAndKeyOfTheTenant() throws Exception {
        ApiClient owner = owner("export-whole");
        String key = owner.get("/v1/audit/checkpoint/key").expect(200).body().strip();
        String id = export(owner, order("acme-audit"));
        JsonNode export = await(owner, id, over());

        assertThat(export.get("status").stringValue()).as(export.toString()).isEqualTo("completed");
        JsonNode manifest = JsonMapper.shared().readTree(object(id, "manifest.json"));
        assertThat(manifest.get("key").stringValue()).isEqualTo(key);
        assertThat(manifest.get("tenant_id").stringValue()).isEqualTo("tnt_export-whole");
        assertThat(export.get("manifest").get("files").size()).isEqualTo(3);
        String lines;
        try (GZIPInputStream in =
                new GZIPInputStream(new ByteArrayInputStream(object(id, "entries-000001.jsonl.gz")))) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(lines.lines().count()).isEqualTo(manifest.get("entries").longValue());
        assertThat(lines).contains("\"secret_path\":\"ops/bucket\"").doesNotContain(SECRET);
    }

    @Test
    void whoMayNotReadTheSecret_isRefused_andTheLogTellsWhich() {
        ApiClient owner = owner("export-refused");
        ApiClient member = server.member(owner, "export-refused", "acme", "exporter", "app/**", "read");
        String requestId = AuditRow.newRequestId();
        member.post("/v1/audit/export", order("acme-audit"), "X-Request-ID", requestId)
                .expect(403, "access_denied");
        AuditRow row = AuditRow.of(server, requestId).getFirst();
        assertThat(row.text("action")).isEqualTo("export_created");
        assertThat(row.text("secret_path")).isEqualTo("ops/bucket");
        assertThat(row.text("error_code")).isEqualTo("access_denied");
        assertThat(owner.get("/v1/audit/exports").expect(200).json().get("exports"))
                .isEmpty();
    }

    @Test
    void rightThatIsWithdrawnMeanwhile_endsTheExport_andTheSecretIsNotRead() {
        ApiClient owner = owner("export-withdrawn");
        ApiClient member = server.member(owner, "export-withdrawn", "acme", "exporter", "ops/**", "read");
        String id = export(member, order("acme-audit", "continuous", true));
        await(member, id, export -> export.get("progress").get("parts").intValue() == 1);
        Sql.superuser(server)
                .update(
                        "delete from policy_binding where tenant_id = 'tnt_export-withdrawn' and identity_id = 'sa:exporter'");
        // So that there is something to be exported, and it is due.
        owner.get("/v1/secrets/ops/bucket").expect(200);
        Sql.superuser(server)
                .update(
                        "update audit_export set part_began_at = part_began_at - interval '1 hour', retry_at = null, revision = revision + 1 where export_id = ?",
                        id);
        JsonNode export = await(owner, id, over());
        assertThat(export.get("error_code").stringValue()).isEqualTo("credentials_denied");
        assertThat(owner.get("/v1/audit/logs?action=read&identity_id=system:audit-export&success=false")
                        .expect(200)
                        .json()
                        .get("logs")
                        .get(0)
                        .get("extra_data")
                        .get("on_behalf_of")
                        .stringValue())
                .isEqualTo("sa:exporter");
        assertThat(owner.get("/v1/audit/logs?action=export_complete")
                        .expect(200)
                        .body())
                .contains("credentials_denied");
    }

    @Test
    void readingOfTheSecret_isRecorded() {
        ApiClient owner = owner("export-recorded");
        String id = export(owner, order("acme-audit"));
        await(owner, id, over());
        assertThat(owner.get("/v1/audit/logs?action=read&identity_id=system:audit-export")
                        .expect(200)
                        .body())
                .contains("\"secret_path\":\"ops/bucket\"", id, "\"success\":true")
                .doesNotContain(SECRET);
    }

    @Test
    void credentialsInTheRequest_areRefused_andNotRepeated() {
        ApiClient owner = owner("export-inline");
        Map<String, Object> place = Map.of("type", "s3", "bucket", "acme-audit", "secret_access_key", SECRET);
        ApiClient.Reply reply = owner.post("/v1/audit/export", Map.of("destination", place));
        reply.expect(400, "invalid_request");
        assertThat(reply.body()).contains("secret_access_key").doesNotContain(SECRET);
    }

    @Test
    void ownIdentityOfTheService_isForNobody() {
        owner("export-own")
                .post("/v1/audit/export", Map.of("destination", Map.of("type", "gcs", "bucket", "acme-audit")))
                .expect(422, "validation_error");
    }

    @Test
    void cancelledExport_isOver_andNoOtherTenantSeesIt() {
        ApiClient owner = owner("export-cancelled");
        String id = export(owner, order("acme-audit", "continuous", true));
        owner("export-other").get("/v1/audit/exports/" + id).expect(404, "not_found");
        owner.delete("/v1/audit/exports/" + id).expect(200);
        owner.delete("/v1/audit/exports/" + id).expect(409, "conflict");
        assertThat(owner.get("/v1/audit/exports")
                        .expect(200)
                        .json()
                        .get("exports")
                        .get(0)
                        .get("status")
                        .stringValue())
                .isEqualTo("cancelled");
    }
}
