package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Advisories CVE-2026-5807, CVE-2025-52894, CVE-2020-25594 and their like: without a token there is something to read about the service, nothing to change, and nothing about
 * those who use it or the machine that it runs on.
 */
class PublicOperationsTest {
    /** Read-only, and for everybody. */
    private static final Set<String> PUBLIC = Set.of("health", "ready", "version", "openapi", "docs", "securityTxt");

    /** Without our token, but not without proof: the operation, and what it asks for instead. */
    private static final Map<String, String> PROVED_OTHERWISE =
            Map.of("exchangeToken", "the token of a workload, or a question to AWS that it has signed");

    /** Read-only, and about the keys of one tenant, whose id they are asked by. */
    private static final Set<String> OF_AN_ISSUER = Set.of("readIssuer", "readIssuerKeys");

    /** Read-only, and what whoever verifies a certificate of an authority must know, by the authority's id. */
    private static final Set<String> OF_AN_AUTHORITY =
            Set.of("readCrl", "readDeltaCrl", "readCrlPart", "readPublishedCaCertificate", "askOcsp", "askOcspByGet");

    /** Read-only, and what an SSH server must know to believe a certificate, by the engine's id. */
    private static final Set<String> OF_AN_SSH_ENGINE = Set.of("readSshPublicKey", "readSshRevoked");

    /** Read-only, and what a directory must see to believe a name: by a token that it has chosen. */
    private static final Set<String> OF_AN_ORDER = Set.of("answerAcmeChallenge");

    /** A question that is too long for a URI. */
    private static final Set<String> ASKED_IN_A_BODY = Set.of("askOcsp");

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "CONNECT-X");

    private final RunningServer server = RunningServer.shared();
    private final OpenApi api = OpenApi.of(server);

    @Test
    void publicOperations_areThese_andOnlyRead() {
        Set<String> found = new TreeSet<>();
        for (OpenApi.Operation operation : api.operations()) {
            if (operation.isPublic() && !PROVED_OTHERWISE.containsKey(operation.id())) {
                found.add(operation.id());
                boolean inABody = ASKED_IN_A_BODY.contains(operation.id());
                assertThat(operation.method()).as(operation.toString()).isEqualTo(inABody ? "POST" : "GET");
                assertThat(operation.takesBody()).as(operation.toString()).isEqualTo(inABody);
            }
        }
        Set<String> listed = new TreeSet<>(PUBLIC);
        listed.addAll(OF_AN_ISSUER);
        listed.addAll(OF_AN_AUTHORITY);
        listed.addAll(OF_AN_SSH_ENGINE);
        listed.addAll(OF_AN_ORDER);
        assertThat(found).isEqualTo(listed);
    }

    /** Every path of the document by every method, with a body, and by the ways in which some frameworks let a GET be something else. */
    @Test
    @Timeout(120)
    void withoutAToken_nothingChanges_whateverTheMethod() throws IOException {
        PreparedTenant prepared = PreparedTenant.create(server, "public-operations");
        Set<String> uris = new LinkedHashSet<>();
        for (OpenApi.Operation operation : api.operations()) {
            uris.add(prepared.call(operation).uri());
        }
        uris.addAll(List.of(
                "/v1/sys/init", "/v1/sys/seal", "/v1/sys/unseal", "/v1/sys/rekey/init", "/v1/init", "/v1/admin"));
        String before = everything(prepared);
        for (String uri : uris) {
            for (String method : METHODS) {
                for (String header : List.of("X: y", "X-HTTP-Method-Override: DELETE")) {
                    RawConnection.Reply reply = sent(method, uri, header);
                    assertThat(reply.status())
                            .as("%s %s %s: %s", method, uri, header, reply.body())
                            .isIn(200, 400, 401, 404, 405);
                    // A list names the authority that it was asked by.
                    assertThat(reply.body())
                            .doesNotContain(wordsOf(prepared).stream()
                                    .filter(word -> !uri.contains(word))
                                    .toList());
                }
            }
        }
        assertThat(everything(prepared)).isEqualTo(before);
    }

    private RawConnection.Reply sent(String method, String uri, String header) throws IOException {
        String body = method.equals("GET") ? "" : "{\"data\":{\"a\":\"b\"},\"name\":\"x\"}";
        String request = method + " " + uri + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + header
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        try (RawConnection connection = new RawConnection(server.port())) {
            return connection.exchange(request.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** But for one that the document has in its examples. */
    private static List<String> wordsOf(PreparedTenant prepared) {
        return Stream.of(prepared.ownWords())
                .filter(word -> !word.equals("team:data"))
                .toList();
    }

    private String everything(PreparedTenant prepared) {
        Sql sql = Sql.superuser(server);
        return sql.fingerprint(prepared.tenant())
                + sql.fingerprint(prepared.partner())
                + sql.value("select count(*) from audit_log where success and identity_id is null");
    }

    /** Nothing of the machine, the network or the tenants: what is shown are the members that are documented, and no more. */
    @Test
    void publicAnswers_nameNobodyAndNoMachine() {
        PreparedTenant prepared = PreparedTenant.create(server, "public-answers");
        List<String> secrets = new ArrayList<>(wordsOf(prepared));
        secrets.addAll(List.of(
                prepared.tenant(),
                prepared.partner(),
                String.valueOf(server.database().app().port()),
                server.issuer().issuer(),
                server.rootKeyFile().toString(),
                System.getProperty("user.name") + "@",
                System.getProperty("user.dir")));
        for (OpenApi.Operation operation : api.operations()) {
            if (!PUBLIC.contains(operation.id())) {
                continue;
            }
            ApiClient.Reply reply =
                    prepared.call(operation).by(server.client(null)).expect(200);
            api.assertDocumented(operation, reply);
            assertThat(reply.body() + reply.response().headers().map())
                    .as(operation.toString())
                    .doesNotContain(secrets);
            assertThat(reply.header("Server")).isEmpty();
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
        }
        assertThat(server.client(null).get("/v1/health").json().propertyNames())
                .doesNotContain("checks", "host", "node");
    }

    /** What only an administrator may see of the dependencies is not to be had by another spelling. */
    @Test
    void detailsOfTheDependencies_takeAToken() {
        for (String uri : List.of("/v1/health/detailed", "/v1/metrics")) {
            server.client(null).get(uri).expect(401, "authentication_required");
            server.client(server.token("public-operations")
                            .serviceAccount("none")
                            .scope("secrets:read")
                            .sign())
                    .get(uri)
                    .expect(403, "insufficient_scope");
        }
        for (String uri : List.of(
                "/metrics",
                "/actuator",
                "/actuator/env",
                "/actuator/heapdump",
                "/v1/health/detailed/",
                "/v1/debug/pprof",
                "/h2-console",
                "/v1/health/ready?detailed=true",
                "/v1/health?full=1",
                "/jolokia",
                "/v1/openapi.yaml",
                "/v3/api-docs",
                "/swagger-ui.html")) {
            ApiClient.Reply reply = server.client(null).get(uri);
            assertThat(reply.status()).as(uri).isIn(400, 404, 200);
            assertThat(reply.body())
                    .doesNotContain("jdbc")
                    .doesNotContain("heap")
                    .doesNotContain("127.0.0.1");
        }
    }
}
