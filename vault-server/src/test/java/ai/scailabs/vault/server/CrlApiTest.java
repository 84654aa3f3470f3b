package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Lists of revoked certificates, as OpenSSL, GnuTLS, NSS, zlint and the JDK read them. */
class CrlApiTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-crl", "pki-crl");
    }

    private static String authority(String name, Object... more) {
        Map<String, Object> body = new java.util.HashMap<>(
                Map.of("name", name, "common_name", name, "ca_type", "root", "key_type", "ec", "key_size", 256));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return owner.post("/v1/pki/ca", body).expect(201).json().get("id").stringValue();
    }

    private static HttpResponse<byte[]> fetch(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static JsonNode built(String authority) {
        // Whoever is making lists at that moment has them made for everybody.
        for (int attempt = 0; attempt < 100; attempt++) {
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            if (reply.status() != 409) {
                return reply.expect(200).json();
            }
        }
        throw new AssertionError("the lists are never made");
    }

    private static X509CRL list(String path) throws Exception {
        HttpResponse<byte[]> response = fetch(path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/pkix-crl");
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(response.body()));
    }

    private static String run(int exit, String... command) throws IOException, InterruptedException {
        return Programs.run(folder, exit, command);
    }

    private static String pem(String authority) throws Exception {
        return new String(
                fetch("/v1/pki/ca/" + authority + "/crl", "Accept", "application/x-pem-file")
                        .body(),
                StandardCharsets.US_ASCII);
    }

    private static void revoke(JsonNode issued, String reason, Object... more) {
        Map<String, Object> body = new java.util.HashMap<>(
                Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", reason));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        owner.post("/v1/pki/revoke", body).expect(200);
    }

    @Test
    void whatIsNotThere_isNotFound_andNobodyWithoutAToken_hasOneMade() throws Exception {
        String authority = authority("crl-refusals");
        String url = "/v1/pki/ca/" + authority + "/crl";
        assertThat(fetch("/v1/pki/ca/ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE/crl").statusCode())
                .isEqualTo(404);
        assertThat(fetch("/v1/pki/ca/x/crl").statusCode()).isEqualTo(404);
        assertThat(fetch(url + "?generation=2").statusCode()).isEqualTo(404);
        assertThat(fetch(url + "?generation=x").statusCode()).isEqualTo(422);
        assertThat(fetch(url + "?limit=2").statusCode()).isEqualTo(400);
        for (String part : List.of("/1", "/00", "/-1", "/256", "/x", "/99999999999")) {
            assertThat(fetch(url + part).statusCode()).as(part).isEqualTo(404);
        }
        server.client(null).post(url, null).expect(401, "authentication_required");
        server.owner("pki-crl-else", "pki-crl-else").post(url, null).expect(404, "ca_not_found");
        assertThat(fetch("/v1/t/tnt_pki-crl/pki/ca/" + authority + "/crl").statusCode())
                .isEqualTo(404);
    }

    @Test
    void emptyList_hasNoEntries_andIsThereFromTheBeginning() throws Exception {
        String authority = authority("crl-empty");
        X509CRL list = list("/v1/pki/ca/" + authority + "/crl");
        assertThat(list.getRevokedCertificates()).isNull();
        assertThat(list.getVersion()).isEqualTo(2);
        assertThat(list.getNextUpdate()).isAfter(list.getThisUpdate());
    }

    @Test
    void revoked_areInTheList_asEveryReaderSeesIt() throws Exception {
        for (Object[] key : List.of(
                new Object[] {"key_type", "ec", "key_size", 384},
                new Object[] {"key_type", "rsa", "key_size", 2048},
                new Object[] {"key_type", "ed25519", "key_size", null})) {
            String authority = authority("crl-" + key[1], key);
            PkiRevokeApiTest.role(owner, "crl-" + key[1], authority);
            JsonNode good = PkiRevokeApiTest.issue(owner, "crl-" + key[1], "good.internal");
            List<JsonNode> bad = new ArrayList<>();
            for (String reason : List.of(
                    "unspecified", "key_compromise", "certificate_hold", "privilege_withdrawn", "aa_compromise")) {
                JsonNode issued = PkiRevokeApiTest.issue(owner, "crl-" + key[1], "bad.internal");
                revoke(issued, reason, "invalidity_date", "2026-01-02T03:04:05Z");
                bad.add(issued);
            }
            JsonNode answer = built(authority);
            assertThat(answer.get("entries").intValue()).isEqualTo(5);
            String pem = pem(authority);
            assertThat(answer.get("crl_pem").stringValue()).startsWith("-----BEGIN X509 CRL-----\n");
            Files.writeString(folder.resolve("list.pem"), pem);
            Files.writeString(
                    folder.resolve("root.pem"),
                    owner.get("/v1/pki/ca/" + authority + "/certificate", "Accept", "application/x-pem-file")
                            .expect(200)
                            .body());
            Files.writeString(
                    folder.resolve("good.pem"), good.get("certificate").stringValue());
            Files.writeString(
                    folder.resolve("bad.pem"), bad.get(1).get("certificate").stringValue());
            run(0, "openssl", "crl", "-in", "list.pem", "-noout", "-CAfile", "root.pem", "-verify");
            run(
                    0,
                    "openssl",
                    "verify",
                    "-x509_strict",
                    "-crl_check_all",
                    "-CRLfile",
                    "list.pem",
                    "-CAfile",
                    "root.pem",
                    "good.pem");
            assertThat(run(
                            2,
                            "openssl",
                            "verify",
                            "-crl_check_all",
                            "-CRLfile",
                            "list.pem",
                            "-CAfile",
                            "root.pem",
                            "bad.pem"))
                    .contains("certificate revoked");
            assertThat(run(0, "certtool", "--crl-info", "--infile", "list.pem")).contains("Revoked certificates (5)");
            if (!"ed25519".equals(key[1])) {
                // NSS knows no Ed25519.
                readByNss(authority);
            }
            String linted = run(
                    0,
                    RepositoryFiles.root().resolve(".peers/zlint/bin/zlint").toString(),
                    "-includeSources",
                    "RFC5280,Community",
                    "list.pem");
            assertThat(linted).contains("pass").doesNotContain("\"error\"").doesNotContain("\"fatal\"");

            X509CRL list = list("/v1/pki/ca/" + authority + "/crl");
            X509CRLEntry entry = list.getRevokedCertificate(new java.math.BigInteger(
                    bad.get(0).get("serial_number").stringValue().replace(":", ""), 16));
            assertThat(entry.getRevocationReason()).isNull();
            assertThat(entry.getExtensionValue("2.5.29.24")).isNotNull();
            assertThat(list.getNonCriticalExtensionOIDs()).contains("2.5.29.20", "2.5.29.35");
        }
    }

    private void readByNss(String authority) throws Exception {
        String nss = "sql:" + Files.createDirectory(folder.resolve(authority));
        run(0, "openssl", "crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der");
        run(0, "certutil", "-N", "--empty-password", "-d", nss);
        run(0, "certutil", "-A", "-d", nss, "-n", "root", "-t", "CT,C,C", "-a", "-i", "root.pem");
        run(0, "crlutil", "-I", "-d", nss, "-t", "1", "-i", "list.der");
        assertThat(run(0, "crlutil", "-L", "-d", nss, "-n", "root")).contains("Entry 5 (0x5):");
    }

    @Test
    void cachesAreToldHowLong_andWhatTheyHaveIsNotSentAgain() throws Exception {
        String authority = authority("crl-cached");
        String url = "/v1/pki/ca/" + authority + "/crl";
        built(authority);
        HttpResponse<byte[]> first = fetch(url);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        String modified = first.headers().firstValue("Last-Modified").orElseThrow();
        assertThat(first.headers().firstValue("Cache-Control").orElseThrow()).matches("public, max-age=[0-9]+");
        assertThat(first.headers().firstValue("Content-Length")).contains(String.valueOf(first.body().length));
        assertThat(fetch(url, "If-None-Match", tag).statusCode()).isEqualTo(304);
        assertThat(fetch(url, "If-None-Match", "\"x\", W/" + tag).statusCode()).isEqualTo(304);
        assertThat(fetch(url, "If-Modified-Since", modified).statusCode()).isEqualTo(304);
        assertThat(fetch(url, "If-None-Match", tag, "Accept", "application/x-pem-file")
                        .statusCode())
                .isEqualTo(200);
        assertThat(fetch(url, "If-None-Match", "\"x\"", "If-Modified-Since", modified)
                        .statusCode())
                .isEqualTo(200);
        assertThat(fetch(url, "If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")
                        .statusCode())
                .isEqualTo(200);
        assertThat(fetch(url, "If-Modified-Since", "yesterday").statusCode()).isEqualTo(200);
    }

    @Test
    void numbersGrow_alsoAfterARestore_andChangesTellOfHoldAndRelease() throws Exception {
        String authority = authority("crl-delta");
        String url = "/v1/pki/ca/" + authority + "/crl";
        PkiRevokeApiTest.role(owner, "crl-delta", authority);
        JsonNode held = PkiRevokeApiTest.issue(owner, "crl-delta", "held.internal");
        JsonNode bad = PkiRevokeApiTest.issue(owner, "crl-delta", "bad.internal");
        revoke(held, "certificate_hold");
        long first = built(authority).get("crl_number").longValue();
        owner.post(
                        "/v1/pki/release",
                        Map.of("serial_number", held.get("serial_number").stringValue()))
                .expect(200);
        revoke(bad, "superseded");
        long second = built(authority).get("crl_number").longValue();
        assertThat(second).isGreaterThan(first);
        assertThat(list(url).getRevokedCertificates()).hasSize(1);

        X509CRL changes = list(url + "/delta");
        assertThat(changes.getCriticalExtensionOIDs()).contains("2.5.29.27");
        assertThat(changes.getRevokedCertificates()).hasSize(2);
        assertThat(changes.getRevokedCertificate(new java.math.BigInteger(
                                held.get("serial_number").stringValue().replace(":", ""), 16))
                        .getRevocationReason()
                        .name())
                .isEqualTo("REMOVE_FROM_CRL");
        Files.write(folder.resolve("delta.der"), fetch(url + "/delta").body());
        assertThat(run(0, "openssl", "crl", "-inform", "DER", "-in", "delta.der", "-noout", "-text"))
                .contains("Delta CRL Indicator: critical");

        // As in a backup of before.
        Sql.superuser(server).update("update crl_schedule set last_number = 1 where tenant_id = 'tnt_pki-crl'");
        assertThat(built(authority).get("crl_number").longValue()).isGreaterThan(second);
    }

    /** Whoever was killed while making lists holds nobody up for longer than its lease, and leaves what was there. */
    @Test
    void builderThatDied_isFollowedByAnother_andTheListBeforeStays() throws Exception {
        String authority = authority("crl-killed");
        String url = "/v1/pki/ca/" + authority + "/crl";
        built(authority);
        byte[] before = fetch(url).body();
        Sql sql = Sql.superuser(server);
        sql.update(
                "update crl_schedule s set builder = gen_random_uuid(), lease_until = now() + interval '1 hour', due_at = now() + interval '2 hours' from certificate_authority a where a.ca_id = s.ca_id and a.name = 'crl-killed'");
        owner.post(url, null).expect(409, "conflict");
        assertThat(fetch(url).body()).isEqualTo(before);
        sql.update(
                "update crl_schedule s set lease_until = now() - interval '1 second' from certificate_authority a where a.ca_id = s.ca_id and a.name = 'crl-killed'");
        built(authority);
        assertThat(fetch(url).body()).isNotEqualTo(before);
    }

    @Test
    void revokedAuthority_signsNothingButListsOfAllThatItSigned() throws Exception {
        String authority = authority("crl-doomed");
        PkiRevokeApiTest.role(owner, "crl-doomed", authority);
        PkiRevokeApiTest.issue(owner, "crl-doomed", "a.internal");
        JsonNode own = PkiRevokeApiTest.issue(owner, "crl-doomed", "b.internal");
        revoke(own, "superseded");
        owner.post("/v1/pki/ca/" + authority + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        built(authority);
        X509CRL list = list("/v1/pki/ca/" + authority + "/crl");
        // With its own.
        assertThat(list.getRevokedCertificates()).hasSize(3);
        assertThat(list.getRevokedCertificate(new java.math.BigInteger(
                                own.get("serial_number").stringValue().replace(":", ""), 16))
                        .getRevocationReason()
                        .name())
                .isEqualTo("SUPERSEDED");
        assertThat(fetch("/v1/pki/ca/" + authority + "/crl/delta").statusCode()).isEqualTo(404);
    }

    @Test
    void listInParts_hasEachNumberInThePartOfItsLastOctet() throws Exception {
        String authority = authority("crl-parts", "crl_partitions", 3);
        PkiRevokeApiTest.role(owner, "crl-parts", authority);
        int[] expected = new int[3];
        for (int i = 0; i < 7; i++) {
            JsonNode issued = PkiRevokeApiTest.issue(owner, "crl-parts", "p.internal");
            String serial = issued.get("serial_number").stringValue();
            expected[Integer.parseInt(serial.substring(serial.length() - 2), 16) % 3]++;
            revoke(issued, "superseded");
        }
        JsonNode answer = built(authority);
        assertThat(answer.get("crl_pem").isNull()).isTrue();
        assertThat(answer.get("crls")).hasSize(3);
        assertThat(fetch("/v1/pki/ca/" + authority + "/crl").statusCode()).isEqualTo(404);
        for (int part = 0; part < 3; part++) {
            X509CRL list = list("/v1/pki/ca/" + authority + "/crl/" + part);
            assertThat(
                            list.getRevokedCertificates() == null
                                    ? 0
                                    : list.getRevokedCertificates().size())
                    .isEqualTo(expected[part]);
            assertThat(list.getCriticalExtensionOIDs()).containsExactly("2.5.29.28");
        }
        owner.post(
                        "/v1/pki/ca",
                        Map.of("name", "too-many", "common_name", "x", "ca_type", "root", "crl_partitions", 257))
                .expect(422, "validation_error");
    }
}
