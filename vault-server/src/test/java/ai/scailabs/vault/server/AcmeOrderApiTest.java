package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestPebble;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Orders at a directory that looks, refuses nonces now and then, and is strict. */
class AcmeOrderApiTest {
    private static final RunningServer server = RunningServer.shared();
    private static final TestPebble pebble = Pebbles.looking();

    @Test
    void namesProvedByHttp_getACertificate_andTheAnswersAreGone() throws Exception {
        ApiClient owner = server.owner("acme-http", "acme-http");
        double before = counted("valid");
        String order = ordered(owner, "http-01", "One.Example.Test", "bücher.example.test", "one.example.test");
        JsonNode done = Pebbles.valid(owner, order);
        assertThat(done.get("version").intValue()).isEqualTo(1);
        assertThat(texts(done.get("domains"))).containsExactly("one.example.test", "xn--bcher-kva.example.test");
        assertThat(done.get("error").isNull()).isTrue();
        assertThat(counted("valid")).isGreaterThan(before);

        JsonNode answer = owner.get("/v1/pki/acme/orders/" + order + "/certificate")
                .expect(200)
                .json();
        assertThat(answer.has("private_key")).isFalse();
        X509Certificate leaf = leaf(answer);
        assertThat(names(leaf)).containsExactlyInAnyOrder("one.example.test", "xn--bcher-kva.example.test");
        leaf.verify(certificate(answer.get("ca_chain").get(0).stringValue()).getPublicKey());
        ApiClient.Reply pem = owner.get(
                "/v1/pki/acme/orders/" + order + "/certificate", "Accept", "application/pem-certificate-chain");
        assertThat(pem.header("Content-Type")).isEqualTo("application/pem-certificate-chain");
        assertThat(pem.body().split("BEGIN CERTIFICATE", -1)).hasSizeGreaterThanOrEqualTo(3);

        Sql sql = Sql.superuser(server);
        assertThat(sql.value("select count(*) from acme_challenge where tenant_id = 'tnt_acme-http'"))
                .isEqualTo(0L);
        List<String> steps = sql
                .rows(
                        "select extra_data ->> 'step' as step, identity_id from audit_log where tenant_id = 'tnt_acme-http' and action = 'pki_acme_order_step'"
                                + " order by occurred_at, log_id")
                .stream()
                .map(row -> row.get("step") + " " + row.get("identity_id"))
                .toList();
        assertThat(steps)
                .containsExactly(
                        "placed system:acme",
                        "answers_placed system:acme",
                        "triggered system:acme",
                        "names_proved system:acme",
                        "finalized system:acme",
                        "issued system:acme");
        assertThat(
                        sql.value(
                                "select extra_data ->> 'event' from audit_log where tenant_id = 'tnt_acme-http' and action = 'pki_acme_news'"))
                .isEqualTo("certificate.issued");
    }

    /** A name and an address: of that TLS sends the name in reverse. */
    @Test
    void namesAndAddressesProvedByTls_getACertificate() throws Exception {
        ApiClient owner = server.owner("acme-tls", "acme-tls");
        String order = ordered(owner, "tls-alpn-01", "alpn.example.test", "127.0.0.1");
        Pebbles.valid(owner, order);
        assertThat(names(leaf(chain(owner, order)))).containsExactlyInAnyOrder("alpn.example.test", "127.0.0.1");
    }

    @Test
    void addressProvedByHttp_getsACertificate() throws Exception {
        ApiClient owner = server.owner("acme-ip", "acme-ip");
        String order = ordered(owner, "http-01", "127.0.0.1");
        Pebbles.valid(owner, order);
        assertThat(names(leaf(chain(owner, order)))).containsExactly("127.0.0.1");
    }

    /** Two values at one name (RFC 8555 §8.4), by real DNS; afterwards neither is there. */
    @Test
    void wildcardAndTheNameBelow_areProvedByDns_andTheRecordsAreGone() throws Exception {
        try (TestPebble asking =
                TestPebble.start(TestPebble.Options.answeredAt(1, 1).asking("127.0.0.1:" + PreparedDns.port()))) {
            ApiClient owner = server.owner("acme-dns", "acme-dns");
            PreparedDns.create(owner);
            String order = Pebbles.ordered(
                    owner,
                    Pebbles.order(
                            Pebbles.register(owner, asking), "dns-01", "*." + PreparedDns.ZONE, PreparedDns.ZONE));
            Pebbles.valid(owner, order);
            assertThat(names(leaf(chain(owner, order))))
                    .containsExactlyInAnyOrder(PreparedDns.ZONE, "*." + PreparedDns.ZONE);
            assertThat(texts()).isEmpty();
            assertThat(Sql.superuser(server)
                            .rows(
                                    "select extra_data ->> 'step' as step from audit_log where tenant_id = 'tnt_acme-dns' and action = 'pki_acme_order_step'"
                                            + " order by occurred_at, log_id")
                            .stream()
                            .map(row -> row.get("step")))
                    .containsExactly(
                            "placed",
                            "answers_placed",
                            "records_placed",
                            "records_seen",
                            "triggered",
                            "names_proved",
                            "finalized",
                            "issued",
                            "records_removed");
        }
    }

    /** A directory that sees other records than ours gives the order up; what was placed is removed all the same. A name in no zone of the tenant's is no directory's to refuse. */
    @Test
    void orderThatDnsDoesNotProve_endsWithItsRecordsRemoved() throws Exception {
        try (TestPebble elsewhere = TestPebble.start(TestPebble.Options.answeredAt(1, 1))) {
            ApiClient owner = server.owner("acme-dns-lost", "acme-dns-lost");
            PreparedDns.create(owner);
            String account = Pebbles.register(owner, elsewhere);
            JsonNode lost = Pebbles.over(
                    owner, Pebbles.ordered(owner, Pebbles.order(account, "dns-01", "lost." + PreparedDns.ZONE)));
            assertThat(lost.get("status").stringValue()).isEqualTo("invalid");
            assertThat(lost.at("/error/identifier").stringValue()).isEqualTo("lost." + PreparedDns.ZONE);
            assertThat(texts("lost.")).isEmpty();
            JsonNode homeless =
                    Pebbles.over(owner, Pebbles.ordered(owner, Pebbles.order(account, "dns-01", "www.other.test")));
            assertThat(homeless.at("/error/type").stringValue()).isEqualTo("urn:scaivault:acme:dns_zone_not_managed");
        }
    }

    private static List<String> texts(String... below) throws Exception {
        org.xbill.DNS.SimpleResolver resolver = new org.xbill.DNS.SimpleResolver("127.0.0.1");
        resolver.setPort(PreparedDns.port());
        org.xbill.DNS.Name name =
                org.xbill.DNS.Name.fromString("_acme-challenge." + String.join("", below) + PreparedDns.ZONE + ".");
        return resolver
                .send(org.xbill.DNS.Message.newQuery(
                        org.xbill.DNS.Record.newRecord(name, org.xbill.DNS.Type.TXT, org.xbill.DNS.DClass.IN)))
                .getSection(org.xbill.DNS.Section.ANSWER)
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** What is asked for that was never placed, and what is no token. */
    @Test
    void answers_areOfChallengesUnderWayAlone() {
        ApiClient anybody = server.client(null);
        for (String token : List.of("never-placed", "a".repeat(300), "%2e%2e", "..", "a%00b", "token'--")) {
            assertThat(anybody.get("/.well-known/acme-challenge/" + token).status())
                    .as(token)
                    .isIn(400, 404);
        }
    }

    @Test
    void nameThatTheDirectoryRejects_endsTheOrder_andIsNamed() {
        ApiClient owner = server.owner("acme-rejected", "acme-rejected");
        String order = ordered(owner, "http-01", "fine.example.test", "a." + TestPebble.BLOCKED);
        JsonNode done = Pebbles.over(owner, order);
        assertThat(done.get("status").stringValue()).isEqualTo("invalid");
        assertThat(done.at("/error/type").stringValue()).isEqualTo("urn:ietf:params:acme:error:rejectedIdentifier");
        assertThat(done.at("/error").toString()).contains(TestPebble.BLOCKED);
        assertThat(done.get("attempts").intValue()).isEqualTo(1);
        owner.get("/v1/pki/acme/orders/" + order + "/certificate").expect(409, "conflict");
        owner.post("/v1/pki/acme/orders/" + order + "/renew", null).expect(409, "conflict");
    }

    @Test
    void hostThatDoesNotAnswer_endsTheOrder_andTheNameIsToldThatFailed() {
        try (TestPebble deaf = TestPebble.start(TestPebble.Options.answeredAt(1, 1))) {
            ApiClient owner = server.owner("acme-deaf", "acme-deaf");
            String order = Pebbles.ordered(
                    owner, Pebbles.order(Pebbles.register(owner, deaf), "http-01", "deaf.example.test"));
            JsonNode done = Pebbles.over(owner, order);
            assertThat(done.get("status").stringValue()).isEqualTo("invalid");
            assertThat(done.at("/error/type").stringValue()).startsWith("urn:ietf:params:acme:error:");
            assertThat(done.at("/error/identifier").stringValue()).isEqualTo("deaf.example.test");
        }
    }

    /** Another directory's ways: what was proved once is not asked again, so that an order is ready at once. */
    @Test
    void orderThatIsReadyAtOnce_getsACertificate() {
        try (TestPebble reusing =
                TestPebble.start(TestPebble.Options.believing().reusing())) {
            ApiClient owner = server.owner("acme-reuse", "acme-reuse");
            String account = Pebbles.register(owner, reusing);
            for (int i = 0; i < 2; i++) {
                Pebbles.valid(owner, Pebbles.ordered(owner, Pebbles.order(account, "http-01", "again.example.test")));
            }
        }
    }

    @Test
    void wishesThatNoDirectoryTakes_areRefusedByTheirField() {
        ApiClient owner = server.owner("acme-wishes", "acme-wishes");
        String account = Pebbles.register(owner, Pebbles.believing());
        for (Map.Entry<Map<String, Object>, String> wrong : List.of(
                Map.entry(Pebbles.order(account, "http-01", "*.example.test"), "challenge_type"),
                Map.entry(Pebbles.order(account, "dns-01", "192.0.2.1"), "challenge_type"),
                Map.entry(Pebbles.order(account, "smoke-01", "a.example.test"), "challenge_type"),
                Map.entry(Pebbles.order(account, "http-01"), "domains"),
                Map.entry(with(Pebbles.order(account, "http-01", "a.test"), "key_type", "ed25519"), "key_type"),
                Map.entry(with(Pebbles.order(account, "http-01", "a.test"), "profile", "a b"), "profile"),
                Map.entry(
                        with(Pebbles.order(account, "http-01", "a.test"), "dns_provider_id", "dnsp_x"),
                        "dns_provider_id"))) {
            ApiClient.Reply reply =
                    owner.post("/v1/pki/acme/issue", wrong.getKey()).expect(422, "validation_error");
            assertThat(reply.json().at("/error/details/fields").has(wrong.getValue()))
                    .as(reply.body())
                    .isTrue();
        }
        owner.post("/v1/pki/acme/issue", Pebbles.order(account, "http-01", "https://a.test"))
                .expect(422, "name_not_allowed");
        owner.post("/v1/pki/acme/issue", Pebbles.order("acme_01K9Z6F3V4M8Q2T7B5N1C0D9XE", "http-01", "a.test"))
                .expect(404, "acme_account_not_found");
        owner.get("/v1/pki/acme/orders/ord_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(404, "acme_order_not_found");
    }

    @Test
    void profileAndChain_areThoseThatWereAskedFor_orTheOrderSaysWhyNot() throws Exception {
        ApiClient owner = server.owner("acme-profile", "acme-profile");
        String account = Pebbles.register(owner, Pebbles.believing());
        String root = certificate(Pebbles.believing().roots().get(1))
                .getSubjectX500Principal()
                .getName()
                .substring("CN=".length());
        Map<String, Object> order = Pebbles.order(account, "http-01", "short.example.test");
        order.put("profile", "shortlived");
        order.put("preferred_chain", root);
        order.put("key_type", "rsa");
        String id = Pebbles.ordered(owner, order);
        Pebbles.valid(owner, id);
        JsonNode chain = chain(owner, id);
        X509Certificate leaf = leaf(chain);
        assertThat(leaf.getPublicKey().getAlgorithm()).isEqualTo("RSA");
        assertThat(Duration.between(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                .isLessThan(Duration.ofDays(7));
        JsonNode issuers = chain.get("ca_chain");
        assertThat(certificate(issuers.get(issuers.size() - 1).stringValue())
                        .getIssuerX500Principal()
                        .getName())
                .isEqualTo("CN=" + root);
        JsonNode done = Pebbles.over(
                owner, Pebbles.ordered(owner, with(Pebbles.order(account, "http-01", "a.test"), "profile", "golden")));
        assertThat(done.get("status").stringValue()).isEqualTo("invalid");
        assertThat(done.at("/error/type").stringValue()).isEqualTo("urn:scaivault:acme:notOffered");
        assertThat(done.at("/error/detail").stringValue()).contains("golden").contains("shortlived");
    }

    @Test
    void callersOwnRequest_isCertified_andItsKeyIsNowhere() throws Exception {
        ApiClient owner = server.owner("acme-csr", "acme-csr");
        String account = Pebbles.register(owner, Pebbles.believing());
        KeyPair pair = keys();
        Map<String, Object> order = Pebbles.order(account, "http-01", "own.example.test");
        order.put("csr_pem", csr(pair, "own.example.test"));
        String id = Pebbles.ordered(owner, order);
        Pebbles.valid(owner, id);
        assertThat(leaf(chain(owner, id)).getPublicKey()).isEqualTo(pair.getPublic());
        owner.post("/v1/pki/acme/orders/" + id + "/export", Map.of("format", "pem"))
                .expect(409, "conflict");
        order.put("domains", List.of("another.example.test"));
        owner.post("/v1/pki/acme/issue", order).expect(422, "csr_rejected");
    }

    @Test
    void privateKey_isGivenToWhoHasARuleForIt_andToNobodyElse() throws Exception {
        ApiClient owner = server.owner("acme-key", "acme-key");
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "key.example.test"));
        Pebbles.valid(owner, order);
        ApiClient manager = server.client(server.token("acme-key", "acme-key")
                .user("manager@acme-key.test")
                .role("tenant_admin")
                .sign());
        String export = "/v1/pki/acme/orders/" + order + "/export";
        manager.get("/v1/pki/acme/orders/" + order + "/certificate").expect(200);
        manager.post(export, Map.of("format", "pem")).expect(403, "access_denied");

        JsonNode pem = owner.post(export, Map.of("format", "pem")).expect(200).json();
        assertThat(pem.get("private_key").stringValue()).startsWith("-----BEGIN PRIVATE KEY-----");
        owner.post(export, Map.of("format", "pkcs12")).expect(422, "validation_error");
        JsonNode file = owner.post(export, Map.of("format", "pkcs12", "password", "not-a-secret-1"))
                .expect(200)
                .json();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(
                new ByteArrayInputStream(
                        Base64.getDecoder().decode(file.get("keystore").stringValue())),
                "not-a-secret-1".toCharArray());
        String alias = store.aliases().nextElement();
        assertThat(store.getCertificateChain(alias)).hasSizeGreaterThanOrEqualTo(2);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign((java.security.PrivateKey) store.getKey(alias, "not-a-secret-1".toCharArray()));
        signature.update(new byte[] {1});
        byte[] signed = signature.sign();
        signature.initVerify(leaf(chain(owner, order)).getPublicKey());
        signature.update(new byte[] {1});
        assertThat(signature.verify(signed)).isTrue();
        String key = pem.get("private_key").stringValue();
        String middle = key.substring(60, 100);
        assertThat(Sql.superuser(server)
                        .rows("select extra_data::text from audit_log where tenant_id = 'tnt_acme-key'")
                        .toString())
                .doesNotContain(middle);
    }

    /** The directory says when; the new version lies under the same id, and the directory knows what it replaces. */
    @Test
    void windowOfTheDirectory_beginsARenewal_once() throws Exception {
        ApiClient owner = server.owner("acme-ari", "acme-ari");
        try (EventReceiver receiver = new EventReceiver()) {
            owner.post(
                            "/v1/webhooks",
                            Map.of(
                                    "name",
                                    "renewals",
                                    "url",
                                    receiver.url(),
                                    "secret",
                                    "not-a-real-one",
                                    "events",
                                    List.of("certificate.issued", "certificate.renewed")))
                    .expect(201);
            String certificate = renewedTwice(owner);
            for (int version = 1; version <= 3; version++) {
                JsonNode told = receiver.next().event();
                assertThat(told.get("event_type").stringValue())
                        .isEqualTo(version == 1 ? "certificate.issued" : "certificate.renewed");
                assertThat(told.get("path").stringValue()).startsWith("pki/acme/");
                assertThat(told.at("/data/certificate_id").stringValue()).isEqualTo(certificate);
                assertThat(told.at("/data/version").intValue()).isEqualTo(version);
            }
        }
    }

    private static String renewedTwice(ApiClient owner) throws Exception {
        TestPebble directory = Pebbles.believing();
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, directory), "http-01", "ari.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        String first = chain(owner, order).get("certificate").stringValue();
        Instant begin = Instant.now().minusSeconds(7200);
        directory.renewalInfo(
                first, "{\"suggestedWindow\":{\"start\":\"" + begin + "\",\"end\":\"" + begin.plusSeconds(60) + "\"}}");
        Sql sql = Sql.superuser(server);
        sql.update("update acme_certificate set look_at = now() where tenant_id = 'tnt_acme-ari'");
        JsonNode renewed = awaited(owner, certificate, 2);
        assertThat(renewed.get("versions")).hasSize(2);
        assertThat(renewed.at("/versions/0/serial_number").stringValue())
                .isNotEqualTo(renewed.at("/versions/1/serial_number").stringValue());
        assertThat(chain(owner, order).get("version").intValue()).isEqualTo(2);
        JsonNode renewal =
                Pebbles.valid(owner, renewed.at("/versions/0/order_id").stringValue());
        assertThat(renewal.get("renewal").booleanValue()).isTrue();
        assertThat(renewal.get("certificate_id").stringValue()).isEqualTo(certificate);
        assertThat(renewal.get("created_by").stringValue()).isEqualTo("system:acme");
        // Whoever renews it again tells the directory what it replaces, which is another one now.
        String again = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        owner.post("/v1/pki/acme/orders/" + order + "/renew", null).expect(409, "conflict");
        Pebbles.valid(owner, again);
        assertThat(sql.value("select count(*) from acme_order where tenant_id = 'tnt_acme-ari'"))
                .isEqualTo(3L);
        assertThat(sql
                        .rows(
                                "select extra_data ->> 'event' as event from audit_log where tenant_id = 'tnt_acme-ari' and action = 'pki_acme_news' order by log_id")
                        .stream()
                        .map(row -> row.get("event")))
                .containsExactly("certificate.issued", "certificate.renewed", "certificate.renewed");
        return certificate;
    }

    @Test
    void revokedAtTheDirectory_isReplaced_unlessNobodyWantsIt() throws Exception {
        ApiClient owner = server.owner("acme-revoke", "acme-revoke");
        TestPebble directory = Pebbles.believing();
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, directory), "http-01", "revoke.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        String revoke = "/v1/pki/acme/orders/" + order + "/revoke";
        owner.post(revoke, Map.of("reason", "certificate_hold")).expect(422, "validation_error");
        JsonNode revoked = owner.post(revoke, Map.of("reason", "key_compromise"))
                .expect(200)
                .json();
        assertThat(revoked.get("reason").stringValue()).isEqualTo("key_compromise");
        String serial =
                revoked.get("serial_number").stringValue().replace(":", "").toLowerCase();
        assertThat(directory.status(serial)).contains("Revoked");
        awaited(owner, certificate, 2);
        owner.patch("/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", false))
                .expect(200);
        owner.post(revoke, Map.of()).expect(200);
        JsonNode left = owner.get("/v1/pki/acme/certificates/" + certificate)
                .expect(200)
                .json();
        assertThat(left.get("renew_at").isNull()).isTrue();
        assertThat(left.at("/versions/0/revoked_at").isNull()).isFalse();
    }

    /** The next version would be of the key that somebody else has. */
    @Test
    void ownRequestOfACompromisedKey_isNotCertifiedAgain() throws Exception {
        ApiClient owner = server.owner("acme-exposed", "acme-exposed");
        Map<String, Object> body =
                Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "exposed.example.test");
        body.put("csr_pem", csr(keys(), "exposed.example.test"));
        String order = Pebbles.ordered(owner, body);
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        Sql sql = Sql.superuser(server);
        // A renewal that is about to be finished.
        sql.update(
                "insert into acme_order (tenant_id, order_id, certificate_id, account_id, renewal, status, stage, stage_since, next_attempt_at, give_up_at, created_at, created_by)"
                        + " select tenant_id, gen_random_uuid(), certificate_id, account_id, true, 'pending', 'new', now(), now() + interval '1 hour', now() + interval '2 hours', now(), 'system:acme'"
                        + " from acme_certificate where tenant_id = 'tnt_acme-exposed'");
        owner.post("/v1/pki/acme/orders/" + order + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        sql.update(
                "update acme_order set next_attempt_at = now() where tenant_id = 'tnt_acme-exposed' and status = 'pending'");
        awaitCount(
                sql,
                "select count(*) from acme_order where tenant_id = 'tnt_acme-exposed' and status = 'invalid' and stage = 'done'",
                1);
        JsonNode left = owner.get("/v1/pki/acme/certificates/" + certificate)
                .expect(200)
                .json();
        assertThat(left.get("version").intValue()).isEqualTo(1);
        assertThat(left.get("auto_renew").booleanValue()).isFalse();
        assertThat(left.get("renew_at").isNull()).isTrue();
        for (ApiClient.Reply refused : List.of(
                owner.post("/v1/pki/acme/orders/" + order + "/renew", null),
                owner.patch("/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", true)))) {
            assertThat(refused.expect(409, "conflict")
                            .json()
                            .at("/error/details/state")
                            .stringValue())
                    .isEqualTo("key_compromised");
        }
        owner.patch("/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", false))
                .expect(200);
    }

    /** Whoever died leaves a lease that ends; until then nobody else touches the order. */
    @Test
    void orderOfAnInstanceThatDied_isTakenUpWhenItsLeaseIsOver() {
        ApiClient owner = server.owner("acme-lease", "acme-lease");
        String account = Pebbles.register(owner, Pebbles.believing());
        Sql sql = Sql.superuser(server);
        String order = Pebbles.ordered(owner, Pebbles.order(account, "http-01", "lease.example.test"));
        Pebbles.valid(owner, order);
        String renewal = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        int held = sql.update(
                "update acme_order set worker = gen_random_uuid(), lease_until = now() + interval '3 seconds', sent = true"
                        + " where tenant_id = 'tnt_acme-lease' and stage = 'new'");
        JsonNode done = Pebbles.valid(owner, renewal);
        if (held == 1) {
            Instant finished = Instant.parse(done.get("finished_at").stringValue());
            assertThat(finished)
                    .isAfter(Instant.parse(done.get("created_at").stringValue()).plusSeconds(2));
        }
    }

    /** The small form of what the slow set does with 200: all are renewed, none twice, and an instance that goes away leaves nothing behind. */
    @Test
    void manyDueAtOnce_areSharedByTwoInstances_andEachIsRenewedOnce() {
        ApiClient owner = server.owner("acme-many", "acme-many");
        String account = Pebbles.register(owner, Pebbles.believing());
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            orders.add(Pebbles.ordered(owner, Pebbles.order(account, "http-01", "many-" + i + ".example.test")));
        }
        orders.forEach(order -> Pebbles.valid(owner, order));
        Sql sql = Sql.superuser(server);
        try (RunningServer _ = server.another()) {
            sql.update(
                    "update acme_certificate set renew_at = now(), look_at = null where tenant_id = 'tnt_acme-many'");
            awaitCount(
                    sql, "select count(*) from acme_certificate where tenant_id = 'tnt_acme-many' and version = 2", 1);
        }
        awaitCount(sql, "select count(*) from acme_certificate where tenant_id = 'tnt_acme-many' and version = 2", 10);
        assertThat(sql.value("select count(*) from acme_order where tenant_id = 'tnt_acme-many' and renewal"))
                .isEqualTo(10L);
        assertThat(
                        sql.value(
                                "select count(distinct order_url) from acme_order where tenant_id = 'tnt_acme-many' and status = 'valid'"))
                .isEqualTo(20L);
    }

    /** What cannot begin is looked at again later: it would be found first in every run. */
    @Test
    void renewalThatIsUnderWay_isNotDue_whoeverSaysSo() {
        ApiClient owner = server.owner("acme-under-way", "acme-under-way");
        String certificate = Pebbles.valid(
                        owner,
                        Pebbles.ordered(
                                owner,
                                Pebbles.order(
                                        Pebbles.register(owner, Pebbles.believing()), "http-01", "way.example.test")))
                .get("certificate_id")
                .stringValue();
        Sql sql = Sql.superuser(server);
        sql.update(
                "insert into acme_order (tenant_id, order_id, certificate_id, account_id, renewal, status, stage, stage_since, next_attempt_at, give_up_at, created_at, created_by)"
                        + " select tenant_id, gen_random_uuid(), certificate_id, account_id, true, 'pending', 'new', now(), now() + interval '1 hour', now() + interval '2 hours', now(), 'system:acme'"
                        + " from acme_certificate where tenant_id = 'tnt_acme-under-way'");
        JsonNode wanted = owner.patch("/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", true))
                .expect(200)
                .json();
        assertThat(wanted.get("auto_renew").booleanValue()).isTrue();
        assertThat(wanted.get("renew_at").isNull()).isTrue();
        sql.update(
                "update acme_certificate set renew_at = now() - interval '1 day' where tenant_id = 'tnt_acme-under-way'");
        awaitCount(
                sql,
                "select count(*) from acme_certificate where tenant_id = 'tnt_acme-under-way' and renew_at > now() + interval '4 minutes'",
                1);
        assertThat(sql.value("select count(*) from acme_order where tenant_id = 'tnt_acme-under-way'"))
                .isEqualTo(2L);
    }

    /** Who has an order of many names has it for as long as a slow directory takes for them. */
    @Test
    void orderOfManyNames_isLeasedForLonger() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            ApiClient owner = server.owner("acme-lasting", "acme-lasting");
            String account = Pebbles.register(owner, Pebbles.believing());
            Sql sql = Sql.superuser(server);
            sql.update(
                    "update acme_account set directory_url = ? where tenant_id = 'tnt_acme-lasting'",
                    "https://localhost:" + silent.getLocalPort() + "/dir");
            Pebbles.ordered(
                    owner,
                    Pebbles.order(
                            account,
                            "http-01",
                            IntStream.range(0, 60)
                                    .mapToObj(i -> "n" + i + ".example.test")
                                    .toArray(String[]::new)));
            sql.awaitRows(
                    "select from acme_order where tenant_id = 'tnt_acme-lasting' and lease_until > now() + interval '2 minutes'");
        }
    }

    /** A provider of DNS that does not answer for a week keeps no certificate from being renewed. */
    @Test
    void orderThatIsOver_andIsStillCleaned_keepsNoRenewalWaiting() {
        ApiClient owner = server.owner("acme-unclean", "acme-unclean");
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "unclean.example.test"));
        Pebbles.valid(owner, order);
        Sql.superuser(server)
                .update(
                        "update acme_order set stage = 'clean', next_attempt_at = now() + interval '1 hour' where tenant_id = 'tnt_acme-unclean'");
        String renewal = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        Pebbles.valid(owner, renewal);
    }

    /** What cannot be removed is left after a week: nobody works on the order any more, so it is over. */
    @Test
    void cleaningThatIsGivenUp_endsTheRenewal_andTheNextBegins() {
        ApiClient owner = server.owner("acme-left", "acme-left");
        PreparedDns.create(owner);
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "left.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        Sql sql = Sql.superuser(server);
        sql.update(renewal("tnt_acme-left", "clean", "now() + interval '1 hour'", "now() - interval '8 days'"));
        sql.update(
                "insert into acme_challenge (tenant_id, order_id, position, name, challenge_type, challenge_url, token, key_authorization, record_value, provider_id, zone, record_name, placed, created_at)"
                        + " select o.tenant_id, o.order_id, 0, 'left.example.test', 'dns-01', 'https://localhost/1', 't', 't', 'v', p.provider_id, '"
                        + PreparedDns.ZONE
                        + "', '_acme-challenge." + PreparedDns.ZONE + "', true, now()"
                        + " from acme_order o join dns_provider p on p.tenant_id = o.tenant_id where o.tenant_id = 'tnt_acme-left' and o.status = 'pending'");
        sql.update("update dns_provider_credential set private_key = '\\x00' where tenant_id = 'tnt_acme-left'");
        sql.update(
                "update acme_order set next_attempt_at = now() where tenant_id = 'tnt_acme-left' and status = 'pending'");
        sql.awaitRows(
                "select from acme_order where tenant_id = 'tnt_acme-left' and stage = 'done' and error is not null");
        JsonNode left =
                owner.get("/v1/pki/acme/orders?status=invalid").expect(200).json();
        assertThat(left.get("orders")).hasSize(1);
        assertThat(left.at("/orders/0/finished_at").isNull()).isFalse();
        assertThat(left.at("/orders/0/error/type").stringValue()).startsWith("urn:scaivault:acme:");
        assertThat(
                        sql.value(
                                "select count(*) from audit_log where tenant_id = 'tnt_acme-left' and action = 'pki_acme_news' and extra_data ->> 'event' = 'certificate.renewal_failed' and extra_data -> 'next_attempt_at' is null"))
                .isEqualTo(1L);
        String renewal = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        Pebbles.valid(owner, renewal);
        awaited(owner, certificate, 2);
    }

    /** Earlier versions left such orders. */
    @Test
    void orderOfWhichNothingIsDone_keepsNoRenewalWaiting_howeverItStands() {
        ApiClient owner = server.owner("acme-stranded", "acme-stranded");
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "stranded.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        Sql sql = Sql.superuser(server);
        sql.update(renewal("tnt_acme-stranded", "done", "now()", "now() - interval '8 days'"));
        sql.update("update acme_certificate set renew_at = null where tenant_id = 'tnt_acme-stranded'");
        assertThat(owner.patch("/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", true))
                        .expect(200)
                        .json()
                        .get("renew_at")
                        .isNull())
                .isFalse();
        owner.post("/v1/pki/acme/orders/" + order + "/renew", null).expect(202);
        awaited(owner, certificate, 2);
    }

    /** What was revoked while somebody waited to renew it counts. */
    @Test
    void renewalThatWaitsForARevocation_doesNotBegin() throws Exception {
        ApiClient owner = server.owner("acme-raced", "acme-raced");
        String order = ownRequest(owner, "raced.example.test").get("id").stringValue();
        Future<ApiClient.Reply> reply;
        try (Connection revoking = server.database().superuser().dataSource().getConnection()) {
            revoking.setAutoCommit(false);
            try (Statement statement = revoking.createStatement()) {
                statement.execute("select from acme_certificate where tenant_id = 'tnt_acme-raced' for no key update");
                statement.execute(exposing("tnt_acme-raced"));
                reply = server.database().meanwhile(() -> owner.post("/v1/pki/acme/orders/" + order + "/renew", null));
                revoking.commit();
            }
        }
        assertThat(reply.get()
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("key_compromised");
    }

    @Test
    void renewalOfACompromisedKey_endsAtOnce_howeverLongItsCertificateLasts() throws Exception {
        ApiClient owner = server.owner("acme-late", "acme-late");
        ownRequest(owner, "late.example.test");
        Sql sql = Sql.superuser(server);
        sql.update(exposing("tnt_acme-late"));
        sql.update(renewal("tnt_acme-late", "new", "now()", "now() + interval '60 days'"));
        sql.awaitRows("select from acme_order where tenant_id = 'tnt_acme-late' and renewal and error is not null");
        assertThat(
                        sql.rows(
                                "select status, error ->> 'type' as type from acme_order where tenant_id = 'tnt_acme-late' and renewal"))
                .containsExactly(Map.of("status", "invalid", "type", "urn:scaivault:acme:keyCompromised"));
        assertThat(sql.value("select auto_renew from acme_certificate where tenant_id = 'tnt_acme-late'"))
                .isEqualTo(false);
    }

    /** Revoked before that ended renewals. */
    @Test
    void certificateOfACompromisedKey_thatIsDue_isNotDueAgain() throws Exception {
        ApiClient owner = server.owner("acme-due", "acme-due");
        String certificate =
                ownRequest(owner, "due.example.test").get("certificate_id").stringValue();
        Sql sql = Sql.superuser(server);
        sql.update(exposing("tnt_acme-due"));
        sql.update(
                "update acme_certificate set renew_at = now() - interval '1 day', look_at = null where tenant_id = 'tnt_acme-due'");
        sql.awaitRows(
                "select from acme_certificate where tenant_id = 'tnt_acme-due' and (renew_at is null or renew_at > now())");
        JsonNode left = owner.get("/v1/pki/acme/certificates/" + certificate)
                .expect(200)
                .json();
        assertThat(left.get("auto_renew").booleanValue()).isFalse();
        assertThat(left.get("renew_at").isNull()).isTrue();
        assertThat(
                        sql.value(
                                "select identity_id from audit_log where tenant_id = 'tnt_acme-due' and extra_data ->> 'step' = 'renewal_ended'"))
                .isEqualTo("system:acme");
    }

    /** A dash is no letter of names, but was taken for one. */
    @Test
    void nameThatWasTakenByEarlierRules_isStillReadAndRenewed() {
        ApiClient owner = server.owner("acme-dash", "acme-dash");
        String account = Pebbles.register(owner, Pebbles.believing());
        String order = Pebbles.ordered(owner, Pebbles.order(account, "http-01", "dash.example.test"));
        Pebbles.valid(owner, order);
        Sql.superuser(server)
                .update(
                        "update acme_certificate set names = '{dns:xn--web01-0u3b.example.test}' where tenant_id = 'tnt_acme-dash'");
        assertThat(texts(owner.get("/v1/pki/acme/orders").expect(200).json().at("/orders/0/domains")))
                .containsExactly("xn--web01-0u3b.example.test");
        String renewal = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        Pebbles.valid(owner, renewal);
        owner.post("/v1/pki/acme/issue", Pebbles.order(account, "http-01", "xn--web01-0u3b.example.test"))
                .expect(422, "name_not_allowed");
    }

    private static String renewal(String tenant, String stage, String next, String giveUp) {
        return "insert into acme_order (tenant_id, order_id, certificate_id, account_id, renewal, status, stage, stage_since, next_attempt_at, give_up_at, created_at, created_by)"
                + " select tenant_id, gen_random_uuid(), certificate_id, account_id, true, 'pending', '" + stage
                + "', now(), " + next + ", " + giveUp
                + ", now(), 'system:acme' from acme_certificate where tenant_id = '" + tenant + "'";
    }

    private static String exposing(String tenant) {
        return "update acme_certificate_version set revoked_at = now(), revocation_reason = 1 where tenant_id = '"
                + tenant + "'";
    }

    /** The order, when it has its certificate. */
    private static JsonNode ownRequest(ApiClient owner, String name) throws Exception {
        Map<String, Object> body = Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", name);
        body.put("csr_pem", csr(keys(), name));
        return Pebbles.valid(owner, Pebbles.ordered(owner, body));
    }

    @Test
    void tenantWithMoreDueThanARunTakes_holdsUpNobodyElse() {
        ApiClient crowded = server.owner("acme-crowd", "acme-crowd");
        Pebbles.valid(
                crowded,
                Pebbles.ordered(
                        crowded,
                        Pebbles.order(
                                Pebbles.register(crowded, Pebbles.believing()), "http-01", "crowd.example.test")));
        ApiClient owner = server.owner("acme-beside", "acme-beside");
        String certificate = Pebbles.valid(
                        owner,
                        Pebbles.ordered(
                                owner,
                                Pebbles.order(
                                        Pebbles.register(owner, Pebbles.believing()),
                                        "http-01",
                                        "beside.example.test")))
                .get("certificate_id")
                .stringValue();
        Sql sql = Sql.superuser(server);
        try {
            // Without a version there is nothing to renew: they stay due.
            sql.update(
                    "insert into acme_certificate (tenant_id, certificate_id, account_id, names, challenge_type, key_type, key_size, auto_renew, renew_at, created_at, created_by, updated_at)"
                            + " select tenant_id, gen_random_uuid(), account_id, names, challenge_type, key_type, key_size, true, now() - interval '1 day', now(), created_by, now()"
                            + " from acme_certificate, generate_series(1, 300) where tenant_id = 'tnt_acme-crowd'");
            sql.update(
                    "update acme_certificate set renew_at = now(), look_at = null where tenant_id = 'tnt_acme-beside'");
            awaited(owner, certificate, 2);
        } finally {
            sql.update("delete from acme_certificate where tenant_id = 'tnt_acme-crowd' and version = 0");
        }
    }

    private static void awaitCount(Sql sql, String count, long least) {
        long begin = System.nanoTime();
        while ((Long) sql.value(count) < least) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(110)) {
                throw new AssertionError(
                        sql.rows("select status, stage, error::text, lease_until from acme_order where stage <> 'done'")
                                .toString());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** A tenant's new key reaches what is sealed, and orders go on under it. */
    @Test
    void keysOfAccountsAndCertificates_goOverToTheTenantsNextKey() throws Exception {
        ApiClient owner = server.owner("acme-rekey", "acme-rekey");
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "rekey.example.test"));
        Pebbles.valid(owner, order);
        owner.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_acme-rekey");
        owner.post("/v1/pki/acme/orders/" + order + "/export", Map.of()).expect(200);
        String renewal = owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                .expect(202)
                .json()
                .get("id")
                .stringValue();
        Pebbles.valid(owner, renewal);
    }

    private static String ordered(ApiClient owner, String challenge, String... domains) {
        return Pebbles.ordered(owner, Pebbles.order(Pebbles.register(owner, pebble), challenge, domains));
    }

    private static Map<String, Object> with(Map<String, Object> order, String field, Object value) {
        order.put(field, value);
        return order;
    }

    private static JsonNode awaited(ApiClient owner, String certificate, int version) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(40)) {
            JsonNode found = owner.get("/v1/pki/acme/certificates/" + certificate)
                    .expect(200)
                    .json();
            if (found.get("version").intValue() >= version) {
                return found;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        throw new AssertionError("no version " + version + ": "
                + owner.get("/v1/pki/acme/orders").body());
    }

    private static JsonNode chain(ApiClient owner, String order) {
        return owner.get("/v1/pki/acme/orders/" + order + "/certificate")
                .expect(200)
                .json();
    }

    private static X509Certificate leaf(JsonNode answer) throws Exception {
        return certificate(answer.get("certificate").stringValue());
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names.stream().map(name -> String.valueOf(name.get(1))).toList();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.stringValue()));
        return texts;
    }

    private static double counted(String status) {
        return server.owner("acme-metrics", "acme-metrics")
                .get("/v1/metrics")
                .expect(200)
                .body()
                .lines()
                .filter(line -> line.startsWith("scaivault_acme_orders_total{")
                        && line.contains("status=\"" + status + "\"")
                        && line.contains("provider=\"custom\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static String csr(KeyPair pair, String name) throws Exception {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        byte[] der = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + name), pair.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}
