package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Advisory GHSA-rh46-vc3j-w2w3 and its like: no header, prefix or function leads past the one way in. */
class InternalWaysTest {
    private static RunningServer server;
    private static PreparedTenant prepared;
    private static String readerToken;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        prepared = PreparedTenant.create(server, "internal-ways", "internal-ways");
        // Allowed to read one secret and nothing else.
        prepared.owner()
                .put("/v1/secrets/app/open", Map.of("data", Map.of("a", "shown")))
                .expect(201);
        readerToken = server.token("internal-ways", "internal-ways")
                .serviceAccount("reader")
                .scope("secrets:read")
                .sign();
        prepared.owner().allow("sa:reader", "app/open", "read");
    }

    /** Headers by which proxies and frameworks elsewhere change method, path, host or identity. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-HTTP-Method-Override: DELETE",
                "X-HTTP-Method: DELETE",
                "X-Method-Override: DELETE",
                "X-Original-URL: /v1/secrets/app/db",
                "X-Rewrite-URL: /v1/secrets/app/db",
                "X-Forwarded-Prefix: /v1/t/tnt_internal-ways",
                "X-Forwarded-Path: /v1/secrets/app/db",
                "X-Forwarded-User: owner@internal-ways.test",
                "X-Remote-User: user:owner@internal-ways.test",
                "X-Vault-Token: root",
                "X-Vault-Namespace: tnt_internal-ways",
                "X-Partner-ID: ptn_internal-ways",
                "X-Identity: user:owner@internal-ways.test",
                "X-Scopes: admin",
                "X-Roles: partner_admin",
                "X-SSL-Client-Cert: x",
                "X-Internal: true",
                "Forwarded: for=127.0.0.1;host=localhost;proto=https",
                "Upgrade: h2c",
                "Expect: 100-continue"
            })
    void header_changesNeitherWhatIsAskedNorWhoAsks(String header) throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            RawConnection.Reply open = connection.exchange(request("GET /v1/secrets/app/open", header));
            assertThat(open.status()).as(header + " " + open.body()).isEqualTo(200);
            assertThat(open.body()).contains("shown").doesNotContain(PreparedTenant.CANARY);
        }
        try (RawConnection connection = new RawConnection(server.port())) {
            RawConnection.Reply closed = connection.exchange(request("GET /v1/secrets/app/db", header));
            assertThat(closed.status()).as(header + " " + closed.body()).isEqualTo(403);
        }
        prepared.owner().get("/v1/secrets/app/open").expect(200);
    }

    private static byte[] request(String line, String header) {
        return (line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + readerToken + "\r\n" + header
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The prefix of a tenant stands before operations of a tenant only, and once. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/t/%s/health",
                "/v1/t/%s/health/ready",
                "/v1/t/%s/version",
                "/v1/t/%s/openapi.json",
                "/v1/t/%s/docs",
                "/v1/t/%s/v1/secrets/app/db",
                "/v1/t/%s/t/%s/secrets/app/db",
                "/v1/t/%s/error",
                "/v1/t/%s/actuator",
                "/v1/t/%s/",
                "/v1/t/%s",
                "/v1/t//secrets/app/db",
                "/error",
                "/v1/error"
            })
    void prefix_leadsToOperationsOfATenantOnly(String uri) {
        ApiClient.Reply reply = prepared.owner().get(uri.formatted(prepared.tenant(), prepared.tenant()));
        assertThat(reply.status()).as(reply.body()).isEqualTo(404);
        assertThat(reply.body()).doesNotContain(PreparedTenant.CANARY);
    }

    /** Credentials elsewhere than in the one header are none. */
    @Test
    void tokenInAnotherPlace_isNone() throws IOException {
        for (String uri : List.of(
                "/v1/secrets/app/open?access_token=" + readerToken, "/v1/secrets/app/open?token=" + readerToken)) {
            server.client(null).get(uri).expect(401, "authentication_required");
        }
        for (String header : List.of(
                "Cookie: Authorization=Bearer " + readerToken,
                "Cookie: token=" + readerToken,
                "X-Authorization: Bearer " + readerToken,
                "Proxy-Authorization: Bearer " + readerToken,
                "X-Vault-Token: " + readerToken,
                "X-API-Key: " + readerToken)) {
            try (RawConnection connection = new RawConnection(server.port())) {
                RawConnection.Reply reply = connection.exchange(
                        ("GET /v1/secrets/app/open HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(reply.status()).as(header).isEqualTo(401);
            }
        }
    }

    /** What the background jobs may do across tenants is not the service's to do: its login cannot call it, nor become who can. */
    @Test
    void functionsOfTheJobs_areNotTheServices() {
        Sql app = new Sql(server.database().app());
        List<String> jobs = Sql.superuser(server)
                .rows(
                        "select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace"
                                + " and has_function_privilege('scaivault_worker', p.oid, 'execute')"
                                + " and not has_function_privilege('scaivault_app', p.oid, 'execute') and p.prorettype <> 'trigger'::regtype")
                .stream()
                .map(row -> String.valueOf(row.get("proname")))
                .toList();
        assertThat(jobs).isNotEmpty();
        for (String sql : List.of(
                "set role scaivault_worker",
                "set role scaivault_owner",
                "set session authorization scaivault_worker")) {
            assertThatThrownBy(() -> app.update(sql))
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
        List<Map<String, Object>> open = Sql.superuser(server)
                .rows(
                        "select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef"
                                + " and has_function_privilege('scaivault_app', p.oid, 'execute') and p.prorettype <> 'trigger'::regtype");
        // Whoever reads a list of revoked certificates has no token, and names an authority, or an engine, and not a
        // tenant; whoever
        // looks for an answer to a challenge names neither.
        assertThat(open)
                .as("functions that run as their owner and that the service may call")
                .extracting(row -> row.get("proname"))
                .containsExactlyInAnyOrder(
                        "pki_authority_tenant", "ssh_engine_tenant", "acme_http_answer", "acme_tls_answer");
    }
}
