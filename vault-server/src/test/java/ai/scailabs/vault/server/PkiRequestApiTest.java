package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Requests that wait for approval: who may do what with them, what becomes of them, and that one gets one certificate at most. */
class PkiRequestApiTest {
    private static final String NAME = "pki-csr";
    private static final String P256 = "ec -pkeyopt ec_paramgen_curve:P-256";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;
    private static String csr;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        server = RunningServer.shared();
        owner = server.owner(NAME, NAME);
        authority = PkiRoleApiTest.root(owner, "csr-root");
        csr = request(P256, "/CN=pay.internal", "subjectAltName=DNS:pay-api.internal,IP:10.0.9.9");
    }

    private static String openssl(String... arguments) throws Exception {
        return Programs.openssl(folder, arguments);
    }

    private static String request(String key, String subject, String... extensions) throws Exception {
        return Programs.request(folder, key, subject, extensions);
    }

    private static String imported(ApiClient by, String pem) {
        JsonNode imported = by.post("/v1/pki/csr/import", Map.of("csr_pem", pem))
                .expect(201)
                .json();
        assertThat(imported.get("status").stringValue()).isEqualTo("pending");
        return imported.get("id").stringValue();
    }

    private static String approved(String pem) {
        String id = imported(owner, pem);
        owner.post("/v1/pki/csr/" + id + "/approve", null).expect(200);
        return id;
    }

    private static ApiClient.Reply sign(ApiClient by, String id, Object... members) {
        Map<String, Object> body = new HashMap<>(Map.of("ca_id", authority));
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return by.post("/v1/pki/csr/" + id + "/sign", body);
    }

    private static void assertState(ApiClient.Reply reply, String state) {
        reply.expect(409, "conflict");
        assertThat(reply.json().at("/error/details/state").stringValue()).isEqualTo(state);
    }

    private static X509Certificate certificate(JsonNode signed) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(
                        signed.get("certificate").stringValue().getBytes(StandardCharsets.US_ASCII)));
    }

    private static ApiClient member(String name, String pattern, String... permissions) {
        return server.member(owner, NAME, NAME, name, pattern, permissions);
    }

    private static ApiClient scoped(String user, String scope) {
        return server.client(server.token(NAME, NAME)
                .user(user + "@" + NAME + ".test")
                .role("tenant_admin")
                .scope(scope)
                .sign());
    }

    @Test
    void otherTenantScopeOrPerson_seesNothing_andDecidesNothing() {
        String id = imported(owner, csr);
        String uri = "/v1/pki/csr/" + id;
        Map<String, String> reason = Map.of("reason", "x");
        ApiClient stranger = server.owner("pki-csr-else", "pki-csr-else");
        stranger.get(uri).expect(404, "csr_not_found");
        stranger.post(uri + "/approve", null).expect(404, "csr_not_found");
        stranger.post(uri + "/reject", reason).expect(404, "csr_not_found");
        sign(stranger, id).expect(404, "ca_not_found");

        ApiClient submitter = scoped("submitter", "pki:issue");
        submitter.post(uri + "/approve", null).expect(403, "insufficient_scope");
        submitter.post(uri + "/reject", reason).expect(403, "insufficient_scope");
        submitter.get("/v1/pki/csr").expect(403, "insufficient_scope");
        submitter.get("/v1/pki/settings").expect(403, "insufficient_scope");
        scoped("approver", "pki:admin")
                .post("/v1/pki/csr/import", Map.of("csr_pem", csr))
                .expect(403, "insufficient_scope");

        ApiClient nobody = member("csr-nobody", "app/**", "admin");
        nobody.get(uri).expect(403, "access_denied");
        nobody.get("/v1/pki/csr/csr_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(403, "access_denied");
        nobody.get("/v1/pki/csr").expect(403, "access_denied");
        nobody.post(uri + "/approve", null).expect(403, "access_denied");
        nobody.put("/v1/pki/settings", Map.of("require_second_approver", true)).expect(403, "access_denied");
        sign(nobody, id).expect(403, "access_denied");
        member("csr-reader", "pki/csr", "read").post(uri + "/approve", null).expect(403, "access_denied");
        assertThat(owner.get(uri).expect(200).json().get("status").stringValue())
                .isEqualTo("pending");
    }

    @Test
    void whoeverSubmitsIt_seesIt_andOneWhoApprovesNeedsNoMore() {
        ApiClient submitter = member("csr-submitter", "app/**", "read");
        String id = imported(submitter, csr);
        assertThat(submitter
                        .get("/v1/pki/csr/" + id)
                        .expect(200)
                        .json()
                        .get("created_by")
                        .stringValue())
                .isEqualTo("sa:csr-submitter");
        ApiClient approver = member("csr-approver", "pki/csr", "read", "admin");
        JsonNode approved = approver.post("/v1/pki/csr/" + id + "/approve", null)
                .expect(200)
                .json();
        assertThat(approved.get("decided_by").stringValue()).isEqualTo("sa:csr-approver");
        sign(approver, id).expect(403, "access_denied");
        sign(submitter, id).expect(403, "access_denied");
        member("csr-submitter", "pki/ca/csr-root", "write");
        sign(submitter, id).expect(201);
    }

    @Test
    void onlyTheStepsThatAre_canBeTaken_andEachOnce() {
        Map<String, String> reason = Map.of("reason", "The name belongs to another team");
        String id = imported(owner, csr);
        String uri = "/v1/pki/csr/" + id;
        assertState(sign(owner, id), "pending");
        owner.post(uri + "/approve", null).expect(200);
        assertState(owner.post(uri + "/approve", null), "approved");
        JsonNode signed = sign(owner, id, "validity_days", 90).expect(201).json();
        assertState(sign(owner, id), "signed");
        assertState(owner.post(uri + "/approve", null), "signed");
        assertState(owner.post(uri + "/reject", reason), "signed");
        JsonNode kept = owner.get(uri).expect(200).json();
        assertThat(kept.get("certificate_id")).isEqualTo(signed.get("id"));
        assertThat(kept.get("ca_id").stringValue()).isEqualTo(authority);
        assertThat(kept.get("csr_pem").stringValue()).isEqualTo(csr);

        String refused = approved(csr);
        for (Object bad : List.of(Map.of(), Map.of("reason", " "), Map.of("reason", "x".repeat(501)))) {
            owner.post("/v1/pki/csr/" + refused + "/reject", bad).expect(422, "validation_error");
        }
        JsonNode rejected = owner.post("/v1/pki/csr/" + refused + "/reject", reason)
                .expect(200)
                .json();
        assertThat(rejected.get("reason").stringValue()).isEqualTo(reason.get("reason"));
        assertState(sign(owner, refused), "rejected");
        assertState(owner.post("/v1/pki/csr/" + refused + "/approve", null), "rejected");
        assertState(owner.post("/v1/pki/csr/" + refused + "/reject", reason), "rejected");
    }

    @Test
    void secondApprover_isAskedFor_whereTheTenantWantsOne() {
        ApiClient admin = server.owner("pki-csr-four", "pki-csr-four");
        assertThat(admin.get("/v1/pki/settings").expect(200).json().toString())
                .isEqualTo("{\"require_second_approver\":false}");
        String ca = PkiRoleApiTest.root(admin, "four-root");
        String before = imported(admin, csr);
        admin.post("/v1/pki/csr/" + before + "/approve", null).expect(200);
        admin.put("/v1/pki/settings", Map.of("require_second_approver", true)).expect(200);
        admin.put("/v1/pki/settings", Map.of()).expect(200);

        String id = imported(admin, csr);
        ApiClient.Reply own = admin.post("/v1/pki/csr/" + id + "/approve", null).expect(403, "forbidden");
        assertThat(own.json().at("/error/details/rule").stringValue()).isEqualTo("require_second_approver");
        // What somebody approved for themselves before is not signed any more either.
        admin.post("/v1/pki/csr/" + before + "/sign", Map.of("ca_id", ca)).expect(403, "forbidden");

        ApiClient second = server.member(admin, "pki-csr-four", "pki-csr-four", "second", "pki/csr", "read", "admin");
        second.post("/v1/pki/csr/" + id + "/approve", null).expect(200);
        admin.post("/v1/pki/csr/" + id + "/sign", Map.of("ca_id", ca)).expect(201);
        second.post("/v1/pki/csr/" + before + "/reject", Map.of("reason", "one pair of eyes"))
                .expect(200);
    }

    @Test
    void requestThatWasChangedBehindTheService_isNeitherApprovedNorSigned() throws Exception {
        Sql sql = Sql.superuser(server);
        String waiting = imported(owner, csr);
        String ready = approved(csr);
        request(P256, "/CN=evil.internal");
        openssl("req", "-in", "csr.pem", "-outform", "DER", "-out", "evil.der");
        byte[] evil = Files.readAllBytes(folder.resolve("evil.der"));
        sql.update(
                "update pki_request set csr = ? where tenant_id = 'tnt_pki-csr' and status in ('pending', 'approved')"
                        + " and csr_sha256 = sha256(csr) and common_name = 'pay.internal'",
                evil);
        owner.post("/v1/pki/csr/" + waiting + "/approve", null).expect(500, "integrity_failure");
        sign(owner, ready).expect(500, "integrity_failure");
        assertThat(
                        sql.value(
                                "select count(*) from certificate where tenant_id = 'tnt_pki-csr' and common_name = 'evil.internal'"))
                .isEqualTo(0L);
    }

    @Test
    void severalWhoSignAtOnce_getOneCertificate() throws Exception {
        String pem = request(P256, "/CN=once.internal");
        String id = approved(pem);
        try (var threads = Executors.newFixedThreadPool(6)) {
            List<Callable<Integer>> calls = IntStream.range(0, 6)
                    .<Callable<Integer>>mapToObj(_ -> () -> {
                        ApiClient.Reply reply = sign(owner, id);
                        if (reply.status() != 201) {
                            assertState(reply, "signed");
                        }
                        return reply.status();
                    })
                    .toList();
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            assertThat(answers).containsOnlyOnce(201).hasSize(6);
        }
        assertThat(
                        Sql.superuser(server)
                                .value(
                                        "select count(*) from certificate where tenant_id = 'tnt_pki-csr' and status = 'issued' and common_name = 'once.internal'"))
                .isEqualTo(1L);
    }

    @Test
    void whatFailsBetweenTheNumberAndTheCertificate_leavesItApproved() throws Exception {
        Sql sql = Sql.superuser(server);
        String id = approved(request(P256, "/CN=crash.internal"));
        sql.update(
                "create function csr_test_crash() returns trigger language plpgsql as 'begin raise exception ''crash''; end'");
        sql.update(
                "create trigger csr_test_crash before update on pki_request for each row when (new.tenant_id = 'tnt_pki-csr' and new.common_name = 'crash.internal' and new.status = 'signed')"
                        + " execute function csr_test_crash()");
        try {
            assertThat(sign(owner, id).status()).isGreaterThanOrEqualTo(500);
        } finally {
            sql.update("drop trigger csr_test_crash on pki_request");
            sql.update("drop function csr_test_crash()");
        }
        assertThat(owner.get("/v1/pki/csr/" + id)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("approved");
        sign(owner, id).expect(201);
        assertThat(
                        sql.value(
                                "select count(*) from certificate where tenant_id = 'tnt_pki-csr' and status = 'issued' and common_name = 'crash.internal'"))
                .isEqualTo(1L);
    }

    @Test
    void hostileRequests_areRefusedQuickly_andNotKept() throws Exception {
        Sql sql = Sql.superuser(server);
        Object before = sql.value("select count(*) from pki_request where tenant_id = 'tnt_pki-csr'");
        String[] lines = csr.split("\n");
        lines[2] = (lines[2].charAt(10) == 'A' ? "B" : "A") + lines[2].substring(1);
        String names = IntStream.range(0, 60_000)
                .mapToObj(i -> "DNS:n" + i + ".internal")
                .collect(Collectors.joining(","));
        Files.writeString(folder.resolve("many.cnf"), """
                [req]
                distinguished_name = dn
                req_extensions = v3
                prompt = no
                [dn]
                CN = many.internal
                [v3]
                subjectAltName = %s
                """.formatted(names));
        openssl(
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "ed25519",
                "-keyout",
                "k.pem",
                "-config",
                "many.cnf",
                "-out",
                "many.pem");
        String huge = Files.readString(folder.resolve("many.pem"));
        assertThat(huge.length()).isGreaterThan(1_000_000);
        for (String bad : List.of(
                "",
                "x",
                String.join("\n", lines),
                csr.replace("REQUEST", "THING"),
                csr + csr,
                "-----BEGIN CERTIFICATE REQUEST-----".repeat(500),
                request("rsa:1024", "/CN=weak.internal"),
                request("ec -pkeyopt ec_paramgen_curve:secp256k1", "/CN=weak.internal"),
                request(P256, "/CN=a.internal", "subjectAltName=DNS:f*o.internal"),
                request(P256, "/CN=a.internal", "subjectAltName=otherName:1.2.3;UTF8:x"))) {
            long began = System.nanoTime();
            ApiClient.Reply reply =
                    owner.post("/v1/pki/csr/import", Map.of("csr_pem", bad)).expect(422);
            assertThat(reply.code()).isIn("csr_rejected", "name_not_allowed");
            assertThat(reply.json().at("/error/details/rule").stringValue()).isNotBlank();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        }
        long began = System.nanoTime();
        assertThat(owner.post("/v1/pki/csr/import", Map.of("csr_pem", huge)).status())
                .isIn(413, 422);
        owner.post("/v1/pki/csr/import", Map.of("csr_pem", huge.substring(0, 900_000)))
                .expect(422, "csr_rejected");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        owner.post("/v1/pki/csr/import", Map.of()).expect(422, "validation_error");
        owner.post("/v1/pki/csr/import", Map.of("csr_pem", csr, "ca_id", authority))
                .expect(400, "invalid_request");
        assertThat(sql.value("select count(*) from pki_request where tenant_id = 'tnt_pki-csr'"))
                .isEqualTo(before);
    }

    @Test
    void approvedNames_areInTheCertificate_andNothingElseThatWasAskedFor() throws Exception {
        String pem = request(
                "rsa:2048",
                "/C=NL/O=Acme, Inc./OU=Payments/CN=Shop.internal",
                "subjectAltName=DNS:shop.internal,DNS:*.shop.internal,DNS:my_host.internal,IP:10.0.9.9,IP:2001:db8::1,email:ops@corp.example,URI:spiffe://corp.example/shop",
                "basicConstraints=critical,CA:TRUE",
                "keyUsage=keyCertSign",
                "nameConstraints=permitted;DNS:x.example",
                "extendedKeyUsage=codeSigning");
        String id = approved(pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"));
        String requestId = AuditRow.newRequestId();
        JsonNode signed = owner.post(
                        "/v1/pki/csr/" + id + "/sign",
                        Map.of("ca_id", authority, "validity_days", 90),
                        "X-Request-ID",
                        requestId)
                .expect(201)
                .json();
        assertThat(signed.get("role").isNull()).isTrue();
        Files.writeString(folder.resolve("leaf.pem"), signed.get("certificate").stringValue());
        Files.writeString(
                folder.resolve("root.pem"), signed.get("ca_chain").get(0).stringValue());
        openssl("verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem");
        assertThat(openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey"))
                .isEqualTo(openssl("req", "-in", "csr.pem", "-noout", "-pubkey"));
        X509Certificate leaf = certificate(signed);
        assertThat(leaf.getSubjectX500Principal().getName())
                .isEqualTo("CN=shop.internal,OU=Payments,O=Acme\\, Inc.,C=NL");
        assertThat(leaf.getSubjectAlternativeNames().stream().map(name -> String.valueOf(name.get(1))))
                .containsExactly(
                        "shop.internal",
                        "*.shop.internal",
                        "my_host.internal",
                        "10.0.9.9",
                        "2001:db8:0:0:0:0:0:1",
                        "ops@corp.example",
                        "spiffe://corp.example/shop");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getKeyUsage()[5]).isFalse();
        assertThat(leaf.getExtensionValue("2.5.29.30")).isNull();
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

        AuditRow row = AuditRow.of(server, requestId).getFirst();
        openssl("req", "-in", "csr.pem", "-outform", "DER", "-out", "csr.der");
        String digest = openssl("dgst", "-sha256", "-r", "csr.der").substring(0, 64);
        assertThat(row.text("action")).isEqualTo("pki_csr_sign");
        assertThat(row.text("secret_path")).isEqualTo(id);
        assertThat(row.text("extra_data"))
                .contains(digest, signed.get("serial_number").stringValue());
        for (String name : List.of("dns:my_host.internal", "ip:10.0.9.9", "email:ops@corp.example")) {
            assertThat(owner.get("/v1/pki/certificates?san=" + name)
                            .expect(200)
                            .json()
                            .get("certificates")
                            .size())
                    .as(name)
                    .isEqualTo(1);
        }
    }

    @Test
    void personInTheCommonName_staysInTheSubject_whereThereIsAnotherName() throws Exception {
        String id = approved(request("ed25519", "/CN=Doe, Jane", "subjectAltName=email:jane@corp.example"));
        X509Certificate leaf = certificate(sign(owner, id).expect(201).json());
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=Doe\\, Jane");
        assertThat(leaf.getSubjectAlternativeNames()).hasSize(1);
        // And nobody has one without any.
        sign(owner, approved(request("ed25519", "/CN=Doe, Jane"))).expect(422);
    }

    @Test
    void whatIsSigned_isDecidedWhenItIsSigned() throws Exception {
        String id = approved(csr);
        ApiClient.Reply tooLong = sign(owner, id, "validity_days", 399).expect(422, "ttl_exceeded");
        assertThat(tooLong.json().at("/error/details/max_ttl").stringValue()).isEqualTo("398d");
        sign(owner, id, "validity_days", 0).expect(422, "validation_error");
        String narrow = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "csr-narrow",
                                "common_name",
                                "Narrow",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                authority,
                                "name_constraints",
                                Map.of("permitted_dns", List.of("shop.internal"))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        sign(owner, id, "ca_id", narrow).expect(422, "name_not_allowed");
        owner.post("/v1/pki/ca/" + narrow + "/disable", null).expect(200);
        assertState(sign(owner, id, "ca_id", narrow), "disabled");
        sign(owner, id, "ca_id", "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(404, "ca_not_found");
        owner.post("/v1/pki/csr/" + id + "/sign", Map.of()).expect(422, "validation_error");

        owner.post(
                        "/v1/pki/roles",
                        Map.of("name", "csr-other", "ca_id", narrow, "allowed_domains", List.of("*.internal")))
                .expect(201);
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "csr-strict",
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("*.internal"),
                                "require_approval",
                                true,
                                "max_ttl",
                                "24h"))
                .expect(201);
        sign(owner, id, "role", "csr-other").expect(422, "validation_error");
        sign(owner, id, "role", "csr-none").expect(404, "role_not_found");
        // The role has no addresses.
        sign(owner, id, "role", "csr-strict", "validity_days", 1).expect(422, "name_not_allowed");
        assertThat(owner.get("/v1/pki/csr/" + id).json().get("status").stringValue())
                .isEqualTo("approved");
        X509Certificate leaf =
                certificate(sign(owner, id, "validity_days", 398).expect(201).json());
        assertThat(Duration.between(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                .isBetween(
                        Duration.ofDays(398).minusSeconds(1),
                        Duration.ofDays(398).plusMinutes(1));

        String pem = request(P256, "/emailAddress=a@corp.example/CN=strict.internal");
        String strict = approved(pem);
        sign(owner, strict).expect(422, "csr_rejected");
        JsonNode signed = sign(owner, strict, "role", "csr-strict").expect(201).json();
        assertThat(signed.get("role").stringValue()).isEqualTo("csr-strict");
        assertThat(certificate(signed).getSubjectX500Principal().getName()).isEqualTo("CN=strict.internal");
    }

    @Test
    void roleThatWantsApproval_issuesAndSignsNothingAtOnce() throws Exception {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "csr-approval",
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("*.internal"),
                                "require_approval",
                                true))
                .expect(201);
        assertThat(owner.get("/v1/pki/roles/csr-approval")
                        .json()
                        .get("require_approval")
                        .booleanValue())
                .isTrue();
        Map<String, Object> wish = Map.of("common_name", "a.internal");
        assertState(owner.post("/v1/pki/issue/csr-approval", wish), "approval_required");
        assertState(owner.post("/v1/pki/sign/csr-approval", Map.of("csr_pem", csr)), "approval_required");
        JsonNode tried =
                owner.post("/v1/pki/roles/csr-approval/check", wish).expect(200).json();
        assertThat(tried.get("allowed").booleanValue()).isFalse();
        assertThat(tried.at("/violations/0/rule").stringValue()).isEqualTo("require_approval");
        owner.patch("/v1/pki/roles/csr-approval", Map.of("require_approval", false))
                .expect(200);
        owner.post("/v1/pki/issue/csr-approval", wish).expect(201);
    }

    @Test
    void lists_areInOrder_andByStatus() {
        ApiClient other = server.owner("pki-csr-list", "pki-csr-list");
        List<String> ids =
                IntStream.range(0, 5).mapToObj(_ -> imported(other, csr)).toList();
        other.post("/v1/pki/csr/" + ids.get(1) + "/approve", null).expect(200);
        JsonNode page =
                other.get("/v1/pki/csr?status=pending&limit=3").expect(200).json();
        assertThat(page.get("csrs").findValuesAsString("id")).containsExactly(ids.get(0), ids.get(2), ids.get(3));
        assertThat(page.at("/csrs/0").has("csr_pem")).isFalse();
        assertThat(page.at("/csrs/0/alt_names/0").stringValue()).isEqualTo("pay-api.internal");
        assertThat(page.at("/csrs/0/ip_sans/0").stringValue()).isEqualTo("10.0.9.9");
        String cursor = page.get("cursor").stringValue();
        assertThat(other.get("/v1/pki/csr?status=pending&limit=3&cursor=" + cursor)
                        .expect(200)
                        .json()
                        .get("csrs")
                        .findValuesAsString("id"))
                .containsExactly(ids.get(4));
        other.get("/v1/pki/csr?status=signed&cursor=" + cursor).expect(400, "invalid_cursor");
        other.get("/v1/pki/csr?status=open").expect(422, "validation_error");
        assertThat(other.get("/v1/pki/csr?status=approved").json().get("csrs")).hasSize(1);
        assertThat(other.get("/v1/pki/csr").json().get("csrs")).hasSize(5);
    }
}
