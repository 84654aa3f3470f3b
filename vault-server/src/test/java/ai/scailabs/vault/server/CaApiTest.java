package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What administrators do with certificate authorities. */
class CaApiTest {
    private static RunningServer server;
    private static ApiClient owner;
    private static String root;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("authorities", "authorities");
        root = created(owner, root("shared-root")).get("id").stringValue();
    }

    private static Map<String, Object> root(String name) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("common_name", "Root " + name);
        body.put("ca_type", "root");
        body.put("key_type", "ec");
        return body;
    }

    private static Map<String, Object> intermediate(String name, String parent) {
        Map<String, Object> body = root(name);
        body.put("ca_type", "intermediate");
        body.put("common_name", "Intermediate " + name);
        body.put("parent_ca_id", parent);
        return body;
    }

    private static Map<String, Object> with(Map<String, Object> body, Object... members) {
        Map<String, Object> changed = new HashMap<>(body);
        for (int i = 0; i < members.length; i += 2) {
            changed.put((String) members[i], members[i + 1]);
        }
        return changed;
    }

    private static JsonNode created(ApiClient client, Object body) {
        return client.post("/v1/pki/ca", body).expect(201).json();
    }

    private static List<X509Certificate> chain(ApiClient client, String id) throws Exception {
        JsonNode shown =
                client.get("/v1/pki/ca/" + id + "/certificate").expect(200).json();
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate(shown.get("certificate_pem").stringValue()));
        for (JsonNode above : shown.get("chain_pem")) {
            chain.add(certificate(above.stringValue()));
        }
        return chain;
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    /** As the Java runtime does it; fails when it is not a chain to the last one. */
    private static void validate(List<X509Certificate> chain) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(chain.getLast(), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(chain.subList(0, chain.size() - 1)),
                        parameters);
    }

    @Test
    void bodiesOfTheDocumentation_workAsTheyStand() throws Exception {
        ApiClient user = server.owner("authorities-pasted", "authorities-pasted");
        JsonNode pastedRoot = created(
                user,
                "{\"name\": \"corp-root\", \"common_name\": \"Corp Root\", \"ca_type\": \"root\", \"key_type\": \"ec\", \"key_size\": 256, \"validity_days\": 3650}");
        JsonNode pasted = created(
                user,
                "{\"name\": \"corp-mtls\", \"common_name\": \"Corp mTLS\", \"ca_type\": \"intermediate\", \"parent_ca_id\": \""
                        + pastedRoot.get("id").stringValue() + "\", \"validity_days\": 1825}");

        assertThat(pasted.get("key_type").stringValue()).isEqualTo("rsa");
        assertThat(pasted.get("key_size").intValue()).isEqualTo(3072);
        List<X509Certificate> chain = chain(user, pasted.get("id").stringValue());
        assertThat(chain).hasSize(2);
        validate(chain);
        X509Certificate own = chain.getFirst();
        assertThat(own.getBasicConstraints()).isGreaterThanOrEqualTo(0);
        assertThat(own.getSerialNumber().signum()).isPositive();
        assertThat(own.getNotAfter()).isBeforeOrEqualTo(chain.getLast().getNotAfter());
        assertThat(own.getCriticalExtensionOIDs()).contains("2.5.29.19", "2.5.29.15");
        // Where its parent publishes; a root says nothing of that.
        assertThat(own.getExtensionValue("2.5.29.31")).isNotNull();
        assertThat(own.getExtensionValue("1.3.6.1.5.5.7.1.1")).isNotNull();
        assertThat(chain.getLast().getExtensionValue("2.5.29.31")).isNull();
        assertThat(chain.getLast().getExtensionValue("1.3.6.1.5.5.7.1.1")).isNull();
        assertThat(Duration.between(
                        own.getNotBefore().toInstant(), own.getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(1825), Duration.ofDays(1825).plusMinutes(2));

        JsonNode parent = user.get("/v1/pki/ca/" + pastedRoot.get("id").stringValue())
                .expect(200)
                .json();
        assertThat(parent.get("certificates_issued").intValue()).isEqualTo(1);
        assertThat(parent.get("is_active").booleanValue()).isTrue();
    }

    @TestFactory
    Stream<DynamicTest> everyKindOfKey_makesARootAndSignsBelowIt() {
        return Stream.of("rsa 2048", "rsa 4096", "ec 256", "ec 384", "ed25519 0", "ml-dsa-65 0")
                .map(kind -> DynamicTest.dynamicTest(kind, () -> {
                    String type = kind.split(" ")[0];
                    int size = Integer.parseInt(kind.split(" ")[1]);
                    String name = "kind-" + type + "-" + size;
                    Map<String, Object> body = with(root(name), "key_type", type);
                    if (size > 0) {
                        body.put("key_size", size);
                    }
                    JsonNode made = created(owner, body);
                    assertThat(made.get("experimental").booleanValue()).isEqualTo(type.startsWith("ml-dsa"));
                    JsonNode below = created(
                            owner, intermediate("below-" + name, made.get("id").stringValue()));
                    validate(chain(owner, below.get("id").stringValue()));
                }));
    }

    @Test
    void certificate_comesInTheFormThatIsAskedFor() throws Exception {
        String id = created(owner, intermediate("forms", root)).get("id").stringValue();
        String uri = "/v1/pki/ca/" + id + "/certificate";
        String pem = owner.get(uri).expect(200).json().get("certificate_pem").stringValue();

        ApiClient.Reply asPem = owner.get(uri, "Accept", "text/html;q=1, application/x-pem-file")
                .expect(200);
        assertThat(asPem.header("Content-Type")).startsWith("application/x-pem-file");
        assertThat(asPem.body()).isEqualTo(pem);
        ApiClient.Reply asDer = owner.get(uri, "Accept", "application/pkix-cert, application/json;q=0.5")
                .expect(200);
        assertThat(asDer.header("Content-Type")).startsWith("application/pkix-cert");
        assertThat(asDer.body()).startsWith("0");
        ApiClient.Reply asChain =
                owner.get(uri, "Accept", "application/pem-certificate-chain").expect(200);
        assertThat(asChain.body()).startsWith(pem).hasSizeGreaterThan(pem.length() + 300);
        for (String anything : List.of("*/*", "", "text/plain", "application/x-pem-file;q=0", ",;,q=x", "q=0.5")) {
            assertThat(owner.get(uri, "Accept", anything).expect(200).header("Content-Type"))
                    .as(anything)
                    .startsWith("application/json");
        }
    }

    @Test
    void intermediate_neverOutlivesItsParent() throws Exception {
        String brief = created(owner, with(root("brief"), "validity_days", 30))
                .get("id")
                .stringValue();
        JsonNode details = owner.post("/v1/pki/ca", with(intermediate("too-long", brief), "validity_days", 31))
                .expect(422, "ttl_exceeded")
                .json()
                .at("/error/details");
        assertThat(details.get("max_validity_days").intValue()).isBetween(29, 30);
        created(owner, with(intermediate("exact", brief), "validity_days", 29));
        String open = created(owner, intermediate("open-end", brief)).get("id").stringValue();
        List<X509Certificate> chain = chain(owner, open);
        assertThat(chain.getFirst().getNotAfter()).isEqualTo(chain.getLast().getNotAfter());
        validate(chain);
    }

    @Test
    void pathLength_isOneLessThanTheParents_andEndsAtZero() throws Exception {
        String one = created(owner, with(root("bounded"), "max_path_length", 1))
                .get("id")
                .stringValue();
        owner.post("/v1/pki/ca", with(intermediate("unbounded", one), "max_path_length", 1))
                .expect(422, "validation_error");
        JsonNode zero = created(owner, intermediate("last", one));
        assertThat(zero.get("max_path_length").intValue()).isZero();
        validate(chain(owner, zero.get("id").stringValue()));
        assertThat(owner.post(
                                "/v1/pki/ca",
                                intermediate("beyond", zero.get("id").stringValue()))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("max_path_length_0");
    }

    @Test
    void subjectAndConstraints_areInTheCertificate_andShownAsTheyWereWritten() throws Exception {
        Map<String, Object> constraints = Map.of(
                "permitted_dns",
                List.of("shop.internal"),
                "excluded_dns",
                List.of("admin.shop.internal"),
                "permitted_ip",
                List.of("10.20.0.0/16", "2001:db8::/32"),
                "excluded_ip",
                List.of("10.20.30.0/24"),
                "permitted_email",
                List.of("shop.internal"),
                "excluded_email",
                List.of("root@shop.internal"),
                "permitted_uri",
                List.of(".shop.internal"),
                "excluded_uri",
                List.of("admin.shop.internal"));
        JsonNode made = created(
                owner,
                with(
                        intermediate("narrow", root),
                        "common_name",
                        "Zürich Läden",
                        "organization",
                        "Acme",
                        "ou",
                        "Shop",
                        "country",
                        "NL",
                        "province",
                        "Utrecht",
                        "locality",
                        "Utrecht",
                        "street_address",
                        "Oudegracht 1",
                        "postal_code",
                        "3511",
                        "name_constraints",
                        constraints));
        constraints.forEach((list, entries) -> {
            List<String> shown = new ArrayList<>();
            made.at("/name_constraints/" + list).forEach(each -> shown.add(each.stringValue()));
            assertThat(shown).as(list).isEqualTo(entries);
        });
        X509Certificate own = chain(owner, made.get("id").stringValue()).getFirst();
        assertThat(own.getSubjectX500Principal().getName())
                .contains("CN=Zürich Läden", "O=Acme", "OU=Shop", "C=NL", "ST=Utrecht", "L=Utrecht");
        assertThat(own.getCriticalExtensionOIDs()).contains("2.5.29.30");
        JsonNode shown = owner.get("/v1/pki/ca/" + made.get("id").stringValue())
                .expect(200)
                .json();
        assertThat(shown.get("generations")).hasSize(1);
        assertThat(((ObjectNode) shown).without(List.of("generations"))).isEqualTo(made);
    }

    @Test
    void disabledAuthority_signsNothing_untilItIsEnabled() {
        String id = created(owner, root("switched")).get("id").stringValue();
        assertThat(owner.post("/v1/pki/ca/" + id + "/disable", null)
                        .expect(200)
                        .json()
                        .get("is_active")
                        .booleanValue())
                .isFalse();
        owner.post("/v1/pki/ca/" + id + "/disable", null).expect(200);
        assertThat(owner.post("/v1/pki/ca", intermediate("under-switched", id))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("disabled");
        owner.get("/v1/pki/ca/" + id + "/certificate").expect(200);
        owner.post("/v1/pki/ca/" + id + "/enable", null).expect(200);
        created(owner, intermediate("under-switched", id));
    }

    @Test
    void nameThatIsTaken_isAConflict_andNothingIsSignedTwice() {
        created(owner, root("taken"));
        ApiClient.Reply again = owner.post("/v1/pki/ca", root("taken")).expect(409, "conflict");
        assertThat(again.json().at("/error/details/state").stringValue()).isEqualTo("exists");
        // Many at once: one is made.
        List<Integer> answers = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = Stream.generate(() -> Thread.ofVirtual()
                        .start(() -> answers.add(
                                owner.post("/v1/pki/ca", root("raced")).status())))
                .limit(8)
                .toList();
        threads.forEach(thread -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(answers).hasSize(8).containsOnlyOnce(201).allMatch(status -> status == 201 || status == 409);
    }

    @Test
    void authorities_arePaged_inTheirOrder() {
        ApiClient user = server.owner("authorities-paged", "authorities-paged");
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(created(user, root("page-" + i)).get("id").stringValue());
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page = user.get("/v1/pki/ca?limit=2" + cursor).expect(200).json();
            page.get("cas").forEach(each -> seen.add(each.get("id").stringValue()));
            assertThat(page.get("cas").size()).isLessThanOrEqualTo(2);
            cursor = page.get("has_more").booleanValue()
                    ? "&cursor=" + page.get("cursor").stringValue()
                    : null;
        }
        assertThat(seen).isEqualTo(made);
        user.get("/v1/pki/ca?cursor=AAAA").expect(400, "invalid_cursor");
        user.get("/v1/pki/ca?limit=0").expect(422, "validation_error");
    }

    @Test
    void withoutRoleAndRule_nothingIsDoneShownOrTold() {
        ApiClient nobody = server.client(server.token("authorities", "authorities")
                .serviceAccount("nobody")
                .sign());
        nobody.post("/v1/pki/ca", root("unruled")).expect(403, "access_denied");
        ApiClient.Reply there = nobody.get("/v1/pki/ca/" + root).expect(403, "access_denied");
        ApiClient.Reply notThere =
                nobody.get("/v1/pki/ca/ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(403, "access_denied");
        assertThat(there.json().at("/error/message")).isEqualTo(notThere.json().at("/error/message"));
        nobody.post("/v1/pki/ca/" + root + "/disable", null).expect(403, "access_denied");
        nobody.get("/v1/pki/ca/" + root + "/certificate").expect(403, "access_denied");
        assertThat(nobody.get("/v1/pki/ca").expect(200).json().get("cas")).isEmpty();
    }

    @Test
    void rules_reachAsFarAsTheySay() {
        String mine = created(owner, root("ruled-mine")).get("id").stringValue();
        String other = created(owner, root("ruled-other")).get("id").stringValue();
        ApiClient reader = server.member(owner, "authorities", "authorities", "ca-reader", "pki/ca/ruled-mine", "read");
        reader.get("/v1/pki/ca/" + mine).expect(200);
        reader.get("/v1/pki/ca/" + other).expect(403, "access_denied");
        reader.post("/v1/pki/ca/" + mine + "/disable", null).expect(403, "access_denied");
        JsonNode listed = reader.get("/v1/pki/ca?limit=1").expect(200).json();
        assertThat(listed.get("cas")).hasSize(1);
        assertThat(listed.at("/cas/0/id").stringValue()).isEqualTo(mine);
        assertThat(listed.get("has_more").booleanValue()).isFalse();

        ApiClient maker = server.member(owner, "authorities", "authorities", "ca-maker", "pki/ca/made-*", "admin");
        maker.post("/v1/pki/ca", root("other-made")).expect(403, "access_denied");
        String made = created(maker, root("made-root")).get("id").stringValue();
        created(maker, intermediate("made-below", made));
        // What may be made may not be signed by just anybody.
        maker.post("/v1/pki/ca", intermediate("made-under-other", other)).expect(403, "access_denied");
        owner.allow("sa:ca-maker", "pki/ca/ruled-other", "write");
        created(maker, intermediate("made-under-other", other));
    }

    @Test
    void idsOfOtherTenants_areNotThere_alsoAsParents() {
        ApiClient stranger = server.owner("authorities-stranger", "authorities-stranger");
        stranger.get("/v1/pki/ca/" + root).expect(404, "ca_not_found");
        stranger.post("/v1/pki/ca", intermediate("stolen", root)).expect(404, "ca_not_found");
        for (String id : List.of("nonsense", "ca_", "ca_01k9z6f3v4m8q2t7b5n1c0d9xe", "ca_" + "Z".repeat(26))) {
            owner.get("/v1/pki/ca/" + id).expect(404, "ca_not_found");
            owner.post("/v1/pki/ca", intermediate("orphan", id)).expect(404, "ca_not_found");
        }
        assertThat(stranger.get("/v1/pki/ca").expect(200).json().get("cas")).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> oddBodies_areRefusedByName_andNeverAnAccident() {
        Map<String, Object> good = root("odd");
        String nul = "a\u0000b";
        List<Object> bodies = new ArrayList<>(List.of(
                "{}",
                "[]",
                "null",
                "\"x\"",
                "{\"name\":",
                with(good, "surprise", 1),
                with(good, "key_size", "256"),
                with(good, "key_size", 256.5),
                with(good, "key_size", 1024),
                with(good, "key_size", -1),
                with(good, "key_size", Long.MAX_VALUE),
                with(good, "key_type", "dsa"),
                with(good, "key_type", "EC"),
                with(good, "key_type", 7),
                with(good, "key_type", "ed25519", "key_size", 512),
                with(good, "key_type", "rsa", "key_size", 8192),
                with(good, "ca_type", "leaf"),
                with(good, "ca_type", List.of("root")),
                with(good, "parent_ca_id", root),
                with(good, "ca_type", "intermediate"),
                with(good, "validity_days", 0),
                with(good, "validity_days", -5),
                with(good, "validity_days", 36_501),
                with(good, "validity_days", "3650"),
                with(good, "validity_days", 1e30),
                with(good, "max_path_length", -1),
                with(good, "max_path_length", 1_000_000),
                with(good, "country", "nl"),
                with(good, "country", "NLD"),
                with(good, "country", "Ⅻ"),
                with(good, "organization", "a".repeat(65)),
                with(good, "organization", List.of("Acme")),
                with(good, "name_constraints", List.of()),
                with(good, "name_constraints", Map.of("permitted_dns", "x.example")),
                with(good, "name_constraints", Map.of("unknown", List.of())),
                with(good, "name_constraints", Map.of("permitted_dns", Arrays.asList("a.example", null))),
                with(good, "name_constraints", Map.of("permitted_dns", List.of(".a.example"))),
                with(good, "name_constraints", Map.of("permitted_dns", List.of("*.a.example"))),
                with(good, "name_constraints", Map.of("permitted_dns", List.of("ä.example"))),
                with(good, "name_constraints", Map.of("permitted_ip", List.of("10.0.0.1/8"))),
                with(good, "name_constraints", Map.of("permitted_ip", List.of("10.0.0.0/33"))),
                with(good, "name_constraints", Map.of("excluded_uri", List.of("https://a.example"))),
                with(good, "name_constraints", Map.of("excluded_email", List.of("@"))),
                with(
                        good,
                        "name_constraints",
                        Map.of(
                                "permitted_dns",
                                Stream.iterate(0, i -> i + 1)
                                        .limit(501)
                                        .map(i -> "d" + i + ".example")
                                        .toList()))));
        for (String name :
                List.of("", "a/b", "A", "ä", "a b", "-a", "ca_x", "a".repeat(64), "..", nul, "\ud83d\ude00")) {
            bodies.add(with(good, "name", name));
        }
        for (String name : List.of("", " x", "x ", nul, "a\nb", "a".repeat(65), "\u202eevil", "\ufeffx", "a\u2028b")) {
            bodies.add(with(good, "common_name", name));
        }
        // Half a character, which no Java text that is JSON holds.
        bodies.add("{\"name\":\"odd\",\"common_name\":\"\\ud83d\",\"ca_type\":\"root\",\"key_type\":\"ec\"}");
        return bodies.stream()
                .map(body -> DynamicTest.dynamicTest(String.valueOf(body).replaceAll("[^ -~]", "?"), () -> {
                    ApiClient.Reply reply = owner.post("/v1/pki/ca", body);
                    assertThat(reply.status()).as(reply.body()).isIn(400, 422);
                    assertThat(reply.code()).isIn("invalid_request", "validation_error");
                }));
    }

    @Test
    void unusualButLegalNames_areKept() throws Exception {
        for (String commonName : List.of("日本語 CA", "O'Brien, \"Sons\" + Co; <x>=\\#", "🔐", "a".repeat(64))) {
            JsonNode made = created(
                    owner,
                    with(root("unusual-" + Integer.toHexString(commonName.hashCode())), "common_name", commonName));
            assertThat(made.get("common_name").stringValue()).isEqualTo(commonName);
            validate(chain(
                    owner,
                    created(
                                    owner,
                                    intermediate(
                                            "under-" + Integer.toHexString(commonName.hashCode()),
                                            made.get("id").stringValue()))
                            .get("id")
                            .stringValue()));
        }
    }

    @Test
    void entryOfACreation_namesTheAuthority_andIsThereExactlyWhenItIs() {
        String requestId = AuditRow.newRequestId();
        JsonNode made = owner.post("/v1/pki/ca", root("recorded"), "X-Request-ID", requestId)
                .expect(201)
                .json();
        AuditRow row = AuditRow.of(server, requestId).getFirst();
        assertThat(row.text("action")).isEqualTo("pki_ca_create");
        assertThat(row.text("secret_path")).isEqualTo(made.get("id").stringValue());
        assertThat(row.text("extra_data"))
                .contains("recorded", made.get("serial_number").stringValue());
        String refused = AuditRow.newRequestId();
        owner.post("/v1/pki/ca", root("recorded"), "X-Request-ID", refused).expect(409);
        assertThat(AuditRow.of(server, refused)).hasSize(1).noneMatch(AuditRow::success);
    }

    @Test
    void issued_areCountedOnce_andNoneIsLost() {
        String id = created(owner, root("counted")).get("id").stringValue();
        created(owner, intermediate("counted-below", id));
        Sql sql = Sql.superuser(server);
        String insert = """
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, subject, not_before, not_after, certificate,
                    created_at, created_by)
                select 'tnt_authorities', ('00000000-0000-0000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, a.ca_id, 1, decode(md5(i::text), 'hex'),
                    'issued', 'cn=x', now(), now(), '', now(), 'sa:x'
                from certificate_authority a, generate_series(?::int, ?::int) i where a.tenant_id = 'tnt_authorities' and a.name = 'counted'
                """;
        sql.update(insert, 1, 10_005);
        assertThat(issued(id)).isEqualTo(10_006);
        assertThat(sql.value("select counted from certificate_authority where name = 'counted'"))
                .isEqualTo(10_005L);
        assertThat(issued(id)).isEqualTo(10_006);
        created(owner, intermediate("counted-too", id));
        assertThat(issued(id)).isEqualTo(10_007);
    }

    private static int issued(String id) {
        return owner.get("/v1/pki/ca/" + id)
                .expect(200)
                .json()
                .get("certificates_issued")
                .intValue();
    }

    @Test
    void serials_areReservedBeforeTheyAreSigned_andNeverTwice() {
        Sql sql = Sql.superuser(server);
        Map<String, Object> one = sql.rows(
                        "select tenant_id, ca_id, serial from certificate where tenant_id = 'tnt_authorities' limit 1")
                .getFirst();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> sql.update(
                        "insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, subject, not_before, not_after,"
                                + " certificate, created_at, created_by)"
                                + " values (?, gen_random_uuid(), ?, 1, ?, 'issued', 'cn=x', now(), now(), '', now(), 'sa:x')",
                        one.get("tenant_id"),
                        one.get("ca_id"),
                        one.get("serial")))
                .hasMessageContaining("certificate_serial");
        assertThat(Instant.parse(
                        owner.get("/v1/pki/ca/" + root).json().get("valid_from").stringValue()))
                .isBefore(Instant.now());
    }
}
