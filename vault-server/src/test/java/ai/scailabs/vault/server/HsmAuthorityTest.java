package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TestSoftHsm;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Certificate authorities whose keys lie in an HSM, as SoftHSM2 plays it; what must not work comes first. */
@Timeout(180)
class HsmAuthorityTest {
    private static final String PURPOSE = "ca-signing-key";

    @TempDir
    static Path folder;

    private static TestSoftHsm.Token token;
    private static TestDatabase database;
    private static RunningServer server;
    private static Sql superuser;

    @BeforeAll
    static void start() {
        token = TestSoftHsm.empty().token("authorities");
        database = TestPostgres.migratedDatabase(Schema::migrate);
        LocalFileRootKey.openOrCreate(folder.resolve("root.key"), new SecureRandom());
        server = RunningServer.start(database, settings(true));
        superuser = Sql.superuser(server);
        // Where a test before this one has just had the library initialised anew, that takes a second.
        await(() -> hsmCheck(server.owner("hsm-start")).equals("ok"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Map<String, String> settings(boolean hsm) {
        Map<String, String> settings = new HashMap<>();
        settings.put("KMS_LOCAL_KEY_FILE", folder.resolve("root.key").toString());
        if (hsm) {
            settings.put("PKI_HSM_LIBRARY", TestSoftHsm.library().toString());
            settings.put("PKI_HSM_TOKEN_LABEL", token.label());
            settings.put("PKI_HSM_PIN_FILE", TestSoftHsm.pinFile(folder).toString());
        }
        return settings;
    }

    private static Map<String, Object> body(String name, Object... more) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name", name, "common_name", "CA " + name, "ca_type", "root", "key_type", "ec", "key_storage", "hsm"));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return body;
    }

    private static JsonNode created(ApiClient owner, String name, Object... more) {
        return owner.post("/v1/pki/ca", body(name, more)).expect(201).json();
    }

    private static String id(JsonNode authority) {
        return authority.get("id").stringValue();
    }

    private static ApiClient.Reply issued(ApiClient owner, String role) {
        return owner.post("/v1/pki/issue/" + role, Map.of("common_name", "a.hsm.test", "ttl", "1h"));
    }

    /** Signed by the key as it lies at that moment. */
    private static ApiClient.Reply certified(ApiClient owner, String parent, String name) {
        return owner.post(
                "/v1/pki/ca", body(name, "ca_type", "intermediate", "parent_ca_id", parent, "key_storage", "vault"));
    }

    private static void role(ApiClient owner, String name, String authority) {
        owner.post("/v1/pki/roles", Map.of("name", name, "ca_id", authority, "allowed_domains", List.of("*.hsm.test")))
                .expect(201);
    }

    private static Map<String, Object> key(String tenant) {
        return superuser
                .rows("select key_id, private_key from ca_signing_key where tenant_id = ? order by key_id", tenant)
                .getFirst();
    }

    private static void sealInstead(String tenant, Object keyId, Object sealed) {
        superuser.update(
                "update ca_signing_key set private_key = ? where tenant_id = ? and key_id = ?", sealed, tenant, keyId);
    }

    private static String hsmCheck(ApiClient client) {
        return client.get("/v1/health/ready").json().at("/checks/pki_hsm").stringValue();
    }

    private static boolean lies(Object keyId) {
        return token.objects().contains("scaivault-ca " + keyId);
    }

    /** The class has a time limit, so this ends. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }

    @Test
    void keysThatHsmsDoNotHold_andPlacesThatAreNone_areRefused() {
        ApiClient owner = server.owner("hsm-refused");
        for (Map<String, Object> each : List.of(
                body("a", "key_type", "ed25519"), body("a", "key_type", "ml-dsa-65"), body("a", "key_storage", "x"))) {
            ApiClient.Reply reply = owner.post("/v1/pki/ca", each).expect(422, "validation_error");
            assertThat(reply.json().at("/error/details/fields/key_storage").isString())
                    .isTrue();
        }
        assertThat(superuser.value("select count(*) from ca_hsm_key where tenant_id = 'tnt_hsm-refused'"))
                .isEqualTo(0L);
        ApiClient elsewhere = RunningServer.shared().owner("hsm-refused");
        ApiClient.Reply reply = elsewhere.post("/v1/pki/ca", body("a")).expect(422, "validation_error");
        assertThat(reply.json().at("/error/details/fields/key_storage").stringValue())
                .contains("must be vault");
        assertThat(elsewhere.get("/v1/health/ready").expect(200).body()).doesNotContain("pki_hsm");
    }

    @Test
    void rowMovedToAnotherTenant_doesNotSignByTheHsmsKey() {
        ApiClient victim = server.owner("hsm-victim", "hsm-victim");
        created(victim, "root");
        ApiClient thief = server.owner("hsm-thief", "hsm-thief");
        String root = id(created(thief, "root"));
        certified(thief, root, "first").expect(201);
        Map<String, Object> theirs = key("tnt_hsm-victim");
        Map<String, Object> own = key("tnt_hsm-thief");

        sealInstead("tnt_hsm-thief", own.get("key_id"), theirs.get("private_key"));
        certified(thief, root, "second").expect(500, "integrity_failure");

        // Even what is sealed for the thief, by somebody who has seen what the victim's names, names nothing.
        byte[] reference;
        try (SensitiveBytes seen =
                server.opened("tnt_hsm-victim", "ptn_hsm-victim", PURPOSE, (String) theirs.get("key_id"), (byte[])
                        theirs.get("private_key"))) {
            reference = seen.expose().clone();
        }
        sealInstead(
                "tnt_hsm-thief",
                own.get("key_id"),
                server.sealed("tnt_hsm-thief", "ptn_hsm-thief", PURPOSE, (String) own.get("key_id"), reference));
        certified(thief, root, "second").expect(500, "integrity_failure");

        sealInstead("tnt_hsm-thief", own.get("key_id"), own.get("private_key"));
        certified(thief, root, "second").expect(201);
    }

    @Test
    void rootAndIntermediateInTheHsm_areWhatEveryReaderAccepts_alsoAfterARestart() throws Exception {
        ApiClient owner = server.owner("hsm", "hsm");
        JsonNode root = created(owner, "root", "key_type", "rsa", "key_size", 2048);
        JsonNode below = created(owner, "below", "ca_type", "intermediate", "parent_ca_id", id(root), "key_size", 384);
        assertThat(owner.get("/v1/pki/ca/" + id(below))
                        .expect(200)
                        .json()
                        .get("key_storage")
                        .stringValue())
                .isEqualTo("hsm");
        role(owner, "web", id(below));
        BigInteger serial = accepted(owner, id(root), id(below));
        assertThat(superuser.value("select count(*) from ca_hsm_key where tenant_id = 'tnt_hsm' and state = 'kept'"))
                .isEqualTo(2L);
        assertNothingToTake("tnt_hsm", "ptn_hsm");

        owner.post("/v1/keys/tenant/rotate", null).expect(202);
        superuser.awaitKeyJobs("tnt_hsm");
        issued(owner, "web").expect(201);

        server.close();
        // One that has no HSM gives out what there is, and signs nothing.
        server = RunningServer.start(database, settings(false));
        ApiClient without = server.owner("hsm", "hsm");
        without.get("/v1/pki/ca/" + id(below)).expect(200);
        issued(without, "web").expect(503, "hsm_unavailable");
        server.close();
        server = RunningServer.start(database, settings(true));
        superuser = Sql.superuser(server);
        ApiClient again = server.owner("hsm", "hsm");
        assertThat(accepted(again, id(root), id(below))).isNotEqualTo(serial);
    }

    /** A certificate, its status before and after it is revoked, and the list that says so. */
    private static BigInteger accepted(ApiClient owner, String root, String below) throws Exception {
        JsonNode leaf = issued(owner, "web").expect(201).json();
        X509Certificate certificate =
                OcspQuestions.certificate(leaf.get("certificate").stringValue());
        write("leaf.pem", leaf.get("certificate").stringValue());
        write("below.pem", pem(owner, below));
        write("root.pem", pem(owner, root));
        Programs.openssl(
                folder, "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "below.pem", "leaf.pem");

        OcspQuestions ocsp = new OcspQuestions(server.port(), OcspQuestions.certificate(pem(owner, below)));
        byte[] question = OcspQuestions.about(null, ocsp.id(certificate.getSerialNumber()));
        BasicOCSPResp good = ocsp.answer(ocsp.post(below, question));
        assertThat(good.getResponses()[0].getCertStatus()).isNull();
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", leaf.get("serial_number").stringValue()))
                .expect(200);
        BasicOCSPResp revoked = ocsp.answer(ocsp.post(below, question));
        assertThat(revoked.getResponses()[0].getCertStatus()).isInstanceOf(RevokedStatus.class);

        write("crls.pem", list(owner, below) + list(owner, root));
        String said = Programs.run(
                folder,
                2,
                "openssl",
                "verify",
                "-x509_strict",
                "-crl_check_all",
                "-CRLfile",
                "crls.pem",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "below.pem",
                "leaf.pem");
        assertThat(said).contains("certificate revoked");
        return certificate.getSerialNumber();
    }

    private static void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private static String pem(ApiClient owner, String authority) {
        return owner.get("/v1/pki/ca/" + authority + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue();
    }

    private static String list(ApiClient owner, String authority) {
        // Whoever is making lists at that moment has them made for everybody.
        while (true) {
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            if (reply.status() != 409) {
                return reply.expect(200).json().get("crl_pem").stringValue();
            }
        }
    }

    /** What is sealed is no key, and what lies in the token does not leave it. */
    private static void assertNothingToTake(String tenant, String partner) {
        Map<String, Object> key = key(tenant);
        try (SensitiveBytes opened =
                server.opened(tenant, partner, PURPOSE, (String) key.get("key_id"), (byte[]) key.get("private_key"))) {
            assertThat(opened.length()).isEqualTo(36);
            assertThat(opened.expose()).startsWith('S', 'V', 'H', '1');
        }
        assertThat(token.objects()).contains("scaivault-ca " + key.get("key_id"));
        assertThat(token.objects().lines().filter(line -> line.contains("Access:")))
                .isNotEmpty()
                .allMatch(line -> line.contains("sensitive, always sensitive, never extractable, local"));
    }

    @Test
    void tokenTakenOut_isHsmUnavailable_whileOtherAuthoritiesSign_andIsFoundAgain() {
        ApiClient owner = server.owner("hsm-away");
        role(owner, "inside", id(created(owner, "inside")));
        role(owner, "outside", id(created(owner, "outside", "key_storage", "vault")));
        issued(owner, "inside").expect(201);
        token.takeOut();
        try {
            for (int i = 0; i < 8; i++) {
                ApiClient.Reply refused = issued(owner, "inside").expect(503, "hsm_unavailable");
                Leaks.assertNone("refusal", refused.body(), TestSoftHsm.PIN, token.label(), folder.toString());
                issued(owner, "outside").expect(201);
            }
            owner.post("/v1/pki/ca", body("another")).expect(503, "hsm_unavailable");
            await(() -> hsmCheck(owner).equals("error"));
            assertThat(owner.get("/v1/health/detailed")
                            .expect(200)
                            .json()
                            .get("status")
                            .stringValue())
                    .isEqualTo("degraded");
            assertThat(owner.get("/v1/metrics").expect(200).body())
                    .contains("scaivault_hsm_left_alone 1")
                    .contains("scaivault_hsm_errors_total{error=\"hsm_unavailable\",operation=\"sign\"}");
        } finally {
            token.putBack();
        }
        await(() -> hsmCheck(owner).equals("ok"));
        await(() -> issued(owner, "inside").status() == 201);
        assertThat(
                        superuser.value(
                                "select count(*) from audit_log where tenant_id = 'tnt_hsm-away' and error_code = 'hsm_unavailable'"))
                .satisfies(refusals -> assertThat((Long) refusals).isGreaterThanOrEqualTo(9));
    }

    @Test
    void keyOfAnAuthorityThatNeverCameToBe_isDestroyed_andNoOther() {
        ApiClient owner = server.owner("hsm-orphan");
        created(owner, "kept");
        Object kept = key("tnt_hsm-orphan").get("key_id");
        superuser.update("alter table certificate_authority add constraint breaks_off check (name <> 'breaks-off')");
        owner.post("/v1/pki/ca", body("breaks-off")).expect(500, "internal_error");
        superuser.update("alter table certificate_authority drop constraint breaks_off");
        Object orphan = superuser.value(
                "select key_id from ca_hsm_key where tenant_id = 'tnt_hsm-orphan' and state = 'making'");
        assertThat(lies(orphan)).isTrue();

        server.endHsmKeys();
        assertThat(lies(orphan)).as("it may still be on its way").isTrue();
        superuser.update(
                "update ca_hsm_key set created_at = created_at - interval '1 hour' where tenant_id = 'tnt_hsm-orphan'");
        server.endHsmKeys();
        assertThat(lies(orphan)).isFalse();
        assertThat(lies(kept)).isTrue();
        assertThat(
                        superuser.value(
                                "select string_agg(state, ' ' order by state) from ca_hsm_key where tenant_id = 'tnt_hsm-orphan'"))
                .isEqualTo("destroyed kept");
    }

    @Test
    void erasure_destroysTheKeysInTheHsm_saysSo_andWaitsForIt() {
        ApiClient admin = server.client(server.token("hsm-leaving-admin", "hsm-leaving")
                .user("keys@hsm-leaving.test")
                .role("partner_admin")
                .sign());
        ApiClient owner = server.owner("hsm-leaving", "hsm-leaving");
        created(owner, "root");
        Object keyId = key("tnt_hsm-leaving").get("key_id");
        String erasure = admin.post("/v1/keys/erasures", Map.of("tenant_id", "tnt_hsm-leaving"))
                .expect(202)
                .json()
                .get("erasure_id")
                .stringValue();
        superuser.update("update key_erasure set due_at = requested_at where erasure_id = ?", erasure);
        token.takeOut();
        try {
            admin.post("/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", "tnt_hsm-leaving"))
                    .expect(202);
            await(() -> "ending"
                    .equals(superuser.value("select state from ca_hsm_key where tenant_id = 'tnt_hsm-leaving'")));
            assertThat(status(admin, erasure).get("status").stringValue()).isEqualTo("confirmed");
        } finally {
            token.putBack();
        }
        await(() -> status(admin, erasure).get("status").stringValue().equals("completed"));
        JsonNode destroyed = status(admin, erasure).at("/report/tenants/0/hsm_keys");
        assertThat(destroyed.size()).isEqualTo(1);
        assertThat(destroyed.at("/0/key_id").stringValue()).isEqualTo(keyId);
        assertThat(destroyed.at("/0/destroyed_at").stringValue()).isNotBlank();
        assertThat(lies(keyId)).isFalse();
    }

    private static JsonNode status(ApiClient admin, String erasure) {
        return admin.get("/v1/keys/erasures/" + erasure).expect(200).json();
    }
}
