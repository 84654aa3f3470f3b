package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value that somebody writes where something else belongs: no field of the entry holds it, and the entry is there all the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditFieldsTest {
    private static final String TENANT = "tnt_audit-fields";

    /** As passwords look: no legal path, no id, nothing that must be kept. */
    private static final String SECRET = "Tr0ub4dor.and.3";

    private static final List<String> COLUMNS = List.of(
            "tenant_id",
            "action",
            "identity_id",
            "acting_tenant_id",
            "secret_path",
            "source_ip",
            "user_agent",
            "error_code",
            "request_id",
            "extra_data");

    private final RunningServer server = RunningServer.shared();
    private ApiClient owner;

    @BeforeAll
    void prepare() {
        owner = server.owner("audit-fields", "audit-fields");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", SECRET))).expect(201);
    }

    /** All rows of the tenant and of nobody: what is written is looked for wherever it may have got to. */
    private void assertNowhere(String secret) {
        for (String form : List.of(
                secret,
                Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)),
                secret.replace(".", "%2E"))) {
            assertThat(Sql.superuser(server)
                            .value(
                                    "select count(*) from audit_log a where position(lower(?) in lower(a::text)) > 0",
                                    form))
                    .as(form)
                    .isEqualTo(0L);
        }
    }

    private AuditRow only(String requestId) {
        List<AuditRow> rows = AuditRow.of(server, requestId);
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/secrets/app/" + SECRET,
                "/v1/secrets/" + SECRET,
                "/v1/secrets/app/db/" + SECRET + "/x",
                "/v1/secrets/app/Tr0ub4dor%2Eand%2E3",
                "/v1/partner/secrets/" + SECRET,
                "/v1/secrets/app/db:" + SECRET,
                "/v1/secrets/" + SECRET + ":metadata",
                "/v1/t/" + SECRET + "/secrets/app/db",
                "/v1/t/tnt_" + SECRET + "/secrets/app/db",
                "/v1/secrets/app/db?version=" + SECRET,
                "/v1/secrets/app/db?" + SECRET,
                "/v1/secrets?prefix=" + SECRET,
                "/v1/secrets?q=" + SECRET,
                "/v1/secrets?tag=" + SECRET,
                "/v1/secrets?owner=" + SECRET,
                "/v1/secrets?cursor=" + SECRET,
                "/v1/policies/" + SECRET,
                "/v1/policies/pol_" + SECRET,
                "/v1/policies/decisions/" + SECRET,
                "/v1/policies/who-can?path=" + SECRET + "&permission=read",
                "/v1/policies/who-can?path=app/db&permission=" + SECRET,
                "/v1/auth/trusts/" + SECRET,
                "/v1/keys/jobs/" + SECRET,
                "/v1/keys/erasures/" + SECRET,
                "/v1/identity/users/" + SECRET + "/roles",
                "/v1/identity/groups/" + SECRET + "/members",
                "/v1/identity/resolve/user/" + SECRET,
                "/v1/identity/resolve/" + SECRET + "/x",
                "/v1/identity/tenants/" + SECRET + "/users",
                "/v1/audit/logs?identity_id=" + SECRET,
                "/v1/audit/logs?path_prefix=" + SECRET,
                "/v1/audit/logs?request_id=" + SECRET,
                "/v1/audit/logs?from=" + SECRET,
                "/v1/" + SECRET
            })
    void valueInTheUri_isInNoField(String uri) {
        String requestId = AuditRow.newRequestId();
        owner.get(uri, "X-Request-ID", requestId);
        owner.put(uri, Map.of("data", Map.of("a", SECRET)), "X-Request-ID", requestId);
        server.client(null).get(uri, "X-Request-ID", requestId);
        // Where there is no operation nobody is asked who they are.
        if (!uri.equals("/v1/" + SECRET) && !uri.endsWith(":" + SECRET)) {
            assertThat(AuditRow.of(server, requestId)).isNotEmpty();
        }
        assertNowhere(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":\"%s\"}",
                "{\"data\":{\"a\":\"x\"},\"%s\":1}",
                "{\"data\":{\"a\":\"x\"},\"secret_type\":\"%s\"}",
                "{\"data\":{\"a\":\"x\"},\"options\":{\"ttl\":\"%s\"}}",
                "{\"data\":{\"a\":\"x\"},\"metadata\":{\"owner\":\"%s \\u0000\"}}",
                "{\"data\":{\"a\":\"x\"},\"cas\":\"%s\"}",
                "%s",
                "{\"data\":{\"a\":\"%s"
            })
    void valueInABodyThatIsRefused_isInNoField(String body) {
        String requestId = AuditRow.newRequestId();
        ApiClient.Reply reply = owner.put("/v1/secrets/app/db", body.formatted(SECRET), "X-Request-ID", requestId);
        assertThat(reply.status()).isBetween(400, 422);
        assertThat(only(requestId).text("error_code")).isEqualTo(reply.code());
        assertNowhere(SECRET);
    }

    @Test
    void paths_thatAreIllegalInABatch_areInNoField() {
        String requestId = AuditRow.newRequestId();
        owner.post("/v1/secrets/batch", Map.of("paths", List.of("app/db", SECRET)), "X-Request-ID", requestId)
                .expect(400, "invalid_path");
        owner.post("/v1/secrets/batch/metadata", Map.of("paths", List.of(SECRET + "/*")), "X-Request-ID", requestId);
        assertThat(AuditRow.of(server, requestId)).isNotEmpty();
        assertNowhere(SECRET);
    }

    @Test
    void headers_areInNoField() {
        String requestId = AuditRow.newRequestId();
        owner.get("/v1/secrets/app/db", "X-Request-ID", requestId, "X-Tenant-ID", SECRET);
        owner.get("/v1/secrets/app/db", "X-Request-ID", requestId, "X-Tenant-ID", "tnt_" + SECRET);
        for (String header : List.of(
                "X-Forwarded-For", "Forwarded", "Cookie", "If-Match", "Accept", "Referer", "X-Vault-Token", "Origin")) {
            owner.get("/v1/secrets/app/db", "X-Request-ID", requestId, header, SECRET);
        }
        assertThat(AuditRow.of(server, requestId))
                .hasSizeGreaterThan(8)
                .allSatisfy(row -> assertThat(row.text("source_ip")).isEqualTo("127.0.0.1"));
        for (String odd :
                List.of(SECRET, "req_" + SECRET, "req_a\tb12345678", "req_" + "a".repeat(200), "req_skt_0123456789")) {
            ApiClient.Reply reply = owner.get("/v1/secrets/app/db", "X-Request-ID", odd);
            String given = reply.header("X-Request-ID");
            assertThat(given).as(odd).matches("req_[A-Za-z0-9_-]{8,64}").isNotEqualTo(odd);
            assertThat(only(given).success()).isTrue();
        }
        assertNowhere(SECRET);
        assertNowhere("skt_0123456789");
    }

    /** Only its own token can be in a user agent without the caller meaning it; whatever else it says is cut and cleaned. */
    @Test
    void userAgent_isBounded_clean_andHoldsNoToken() throws Exception {
        String jwt = server.token("audit-fields", "audit-fields")
                .user("jo@audit-fields.test")
                .sign();
        String personal = "skt_0000111122223333";
        for (String agent : List.of(
                jwt,
                "app/1 " + jwt,
                "app Bearer " + jwt,
                "a".repeat(250) + " " + jwt,
                personal,
                "app/1 (" + personal + ")")) {
            String requestId = AuditRow.newRequestId();
            owner.get("/v1/secrets/app/db", "X-Request-ID", requestId, "User-Agent", agent)
                    .expect(200);
            assertThat(only(requestId).text("user_agent"))
                    .hasSizeLessThanOrEqualTo(256)
                    .matches("[ -~]*");
        }
        assertNowhere(jwt);
        assertNowhere(jwt.substring(0, 20));
        assertNowhere(personal);

        String requestId = AuditRow.newRequestId();
        String raw = "GET /v1/auth/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Request-ID: "
                + requestId + "\r\nUser-Agent: \u00e9\u202e \u001b[31m" + "z".repeat(4_000) + "\r\n\r\n";
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.exchange(raw.getBytes(StandardCharsets.UTF_8));
        }
        List<AuditRow> rows = AuditRow.of(server, requestId);
        assertThat(rows)
                .allSatisfy(
                        row -> assertThat(row.text("user_agent")).hasSize(256).matches("[ -~]*"));
    }

    /** What a workload's issuer signs is not ours to believe; a subject that is no name is not repeated, and the refusal is recorded. */
    @Test
    void subjectThatIsNoName_isRefused_andRecordedWithoutIt() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-subject", "audit-subject");
        for (String subject : List.of("nul \u0000 byte", "tab \t character", "long " + "x".repeat(3_000))) {
            String requestId = AuditRow.newRequestId();
            server.client(null)
                    .post(
                            "/v1/auth/exchange",
                            Map.of(
                                    "grant_type",
                                    "urn:ietf:params:oauth:grant-type:token-exchange",
                                    "subject_token",
                                    server.issuer().token().subject(subject).sign(),
                                    "subject_token_type",
                                    "urn:ietf:params:oauth:token-type:jwt",
                                    "role",
                                    prepared.tenant() + "/" + prepared.trust()),
                            "X-Request-ID",
                            requestId)
                    .expect(401, "token_invalid");
            AuditRow row = only(requestId);
            assertThat(row.text("tenant_id")).isEqualTo(prepared.tenant());
            assertThat(row.text("extra_data")).contains("\"reason\"").doesNotContain(subject.substring(0, 4));
        }
    }

    /** Nothing that a caller may write is longer than its place, whatever was sent. */
    @Test
    void everyField_isBounded() {
        for (Map<String, Object> row :
                Sql.superuser(server).rows("select * from audit_log where tenant_id = ?", TENANT)) {
            for (String column : COLUMNS) {
                assertThat(String.valueOf(row.get(column))).as(column).hasSizeLessThanOrEqualTo(16_384);
            }
            assertThat(String.valueOf(row.get("secret_path"))).hasSizeLessThanOrEqualTo(1_024);
            assertThat(String.valueOf(row.get("source_ip"))).hasSizeLessThanOrEqualTo(64);
        }
    }
}
