package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestPebble;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Accounts at a directory. */
class AcmeAccountApiTest {
    private static final String ACCOUNTS = "/v1/pki/acme/accounts";

    private final RunningServer server = RunningServer.shared();
    private final TestPebble pebble = Pebbles.believing();

    @Test
    void account_isRegistered_shownWithoutItsKey_changedAndDeactivated() {
        ApiClient owner = server.owner("acme-accounts", "acme-accounts");
        Map<String, Object> body = Pebbles.account(pebble);
        JsonNode created = owner.post(ACCOUNTS, body).expect(201).json();
        String id = created.get("id").stringValue();
        assertThat(id).startsWith("acme_");
        assertThat(created.get("status").stringValue()).isEqualTo("valid");
        assertThat(created.get("terms_of_service_url").stringValue()).startsWith("data:text/plain");
        assertThat(created.toString()).doesNotContain("PRIVATE").doesNotContain("BEGIN");
        owner.post(ACCOUNTS, body).expect(409, "conflict");
        assertThat(owner.get(ACCOUNTS).expect(200).json().get("accounts")).hasSize(1);

        assertThat(owner.patch(ACCOUNTS + "/" + id, Map.of("email", "others@example.org"))
                        .expect(200)
                        .json()
                        .get("email")
                        .stringValue())
                .isEqualTo("others@example.org");
        owner.patch(ACCOUNTS + "/" + id, Map.of("email", "a@example.org,b@example.org"))
                .expect(422, "validation_error");

        owner.delete(ACCOUNTS + "/" + id).expect(204);
        assertThat(owner.get(ACCOUNTS + "/" + id)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("deactivated");
        owner.delete(ACCOUNTS + "/" + id).expect(409, "conflict");
        owner.post("/v1/pki/acme/issue", Pebbles.order(id, "http-01", "a.example.test"))
                .expect(409, "conflict");
        // Its name is free again.
        owner.post(ACCOUNTS, body).expect(201);
    }

    @Test
    void accountThatIsNeeded_isNotDeactivated_unlessThatIsMeant() {
        ApiClient owner = server.owner("acme-needed", "acme-needed");
        String id = Pebbles.register(owner, pebble);
        String order = Pebbles.ordered(owner, Pebbles.order(id, "http-01", "needed.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        owner.delete(ACCOUNTS + "/" + id).expect(409, "conflict");
        owner.delete(ACCOUNTS + "/" + id + "?force=true").expect(204);
        assertThat(owner.get("/v1/pki/acme/certificates/" + certificate)
                        .expect(200)
                        .json()
                        .get("auto_renew")
                        .booleanValue())
                .isFalse();
    }

    /** Only the directory knows which key counts, when whoever changed it died before it was stored. */
    @Test
    void nextKey_takesThePlaceOfTheOther_alsoAfterAnAccident() {
        ApiClient owner = server.owner("acme-rollover", "acme-rollover");
        String id = Pebbles.register(owner, pebble);
        Sql sql = Sql.superuser(server);
        Map<String, Object> before = sql.rows(
                        "select a.key_id, k.private_key from acme_account a join acme_key k on k.tenant_id = a.tenant_id and k.key_id = a.key_id"
                                + " where a.tenant_id = 'tnt_acme-rollover'")
                .getFirst();
        JsonNode changed = owner.post(ACCOUNTS + "/" + id + "/rotate-key", Map.of("key_type", "rsa", "key_size", 2048))
                .expect(200)
                .json();
        assertThat(changed.get("key_type").stringValue()).isEqualTo("rsa");
        Pebbles.valid(owner, Pebbles.ordered(owner, Pebbles.order(id, "http-01", "rsa.example.test")));

        // As it was between the directory's answer and the end of the transaction.
        sql.update(
                "insert into acme_key (tenant_id, key_id, private_key, created_at) values ('tnt_acme-rollover', ?, ?, now())",
                before.get("key_id"),
                before.get("private_key"));
        sql.update(
                "update acme_account set next_key_id = key_id, key_id = ? where tenant_id = 'tnt_acme-rollover'",
                before.get("key_id"));
        owner.patch(ACCOUNTS + "/" + id, Map.of("email", "after@example.org")).expect(200);
        assertThat(sql.value(
                        "select key_id <> ? and next_key_id is null from acme_account where tenant_id = 'tnt_acme-rollover'",
                        before.get("key_id")))
                .isEqualTo(true);

        // As it was before the directory was told: it does not know the next key as this account's.
        String other = Pebbles.register(owner, pebble);
        sql.update(
                "update acme_account set next_key_id = (select b.key_id from acme_account b where b.tenant_id = 'tnt_acme-rollover' and b.key_id <> acme_account.key_id)"
                        + " where tenant_id = 'tnt_acme-rollover' and key_type = 'rsa'");
        owner.patch(ACCOUNTS + "/" + id, Map.of("email", "again@example.org")).expect(200);
        // Somebody may still be about to tell it.
        owner.post(ACCOUNTS + "/" + id + "/rotate-key", Map.of()).expect(409, "conflict");
        sql.update(
                "update acme_key set created_at = created_at - interval '11 minutes' where tenant_id = 'tnt_acme-rollover'");
        owner.post(ACCOUNTS + "/" + id + "/rotate-key", Map.of()).expect(200);
        assertThat(other).isNotEqualTo(id);
    }

    @Test
    void keysThatChangeAtOnce_giveWayToEachOther_andTheAccountStaysUsable() throws InterruptedException {
        ApiClient owner = server.owner("acme-rollovers", "acme-rollovers");
        String id = Pebbles.register(owner, pebble);
        List<Thread> callers = new ArrayList<>();
        List<String> answers = Collections.synchronizedList(new ArrayList<>());
        for (int caller = 0; caller < 8; caller++) {
            callers.add(Thread.startVirtualThread(() -> {
                for (int call = 0; call < 6; call++) {
                    ApiClient.Reply reply = owner.post(ACCOUNTS + "/" + id + "/rotate-key", Map.of());
                    answers.add(reply.status() + " " + reply.body());
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(answers)
                .hasSize(48)
                .noneMatch(answer -> answer.startsWith("5"))
                .anyMatch(answer -> answer.startsWith("200 "));
        owner.post(ACCOUNTS + "/" + id + "/rotate-key", Map.of()).expect(200);
    }

    @Test
    void directoryThatWantsABinding_takesTheRightOneAlone_andItsKeyIsNotKept() {
        try (TestPebble bound = TestPebble.start(TestPebble.Options.believing().bound())) {
            ApiClient owner = server.owner("acme-eab", "acme-eab");
            Map<String, Object> body = Pebbles.account(bound);
            ApiClient.Reply unbound = owner.post(ACCOUNTS, body).expect(422, "validation_error");
            assertThat(unbound.json().at("/error/details/problem/type").stringValue())
                    .isEqualTo("urn:ietf:params:acme:error:externalAccountRequired");
            body.put("eab_kid", TestPebble.EAB_KID);
            owner.post(ACCOUNTS, body).expect(422, "validation_error");
            body.put("eab_hmac_key", "A".repeat(64));
            owner.post(ACCOUNTS, body).expect(422, "validation_error");
            body.put("eab_hmac_key", TestPebble.EAB_HMAC_KEY);
            ApiClient.Reply created = owner.post(ACCOUNTS, body).expect(201);
            assertThat(created.json().get("eab_kid").stringValue()).isEqualTo(TestPebble.EAB_KID);
            assertThat(created.body()).doesNotContain(TestPebble.EAB_HMAC_KEY);
            assertThat(Sql.superuser(server)
                            .rows("select * from audit_log where tenant_id = 'tnt_acme-eab'")
                            .toString())
                    .doesNotContain(TestPebble.EAB_HMAC_KEY);
        }
    }

    @Test
    void bodiesThatCannotBeMeant_areRefusedByTheirField() {
        ApiClient owner = server.owner("acme-bodies", "acme-bodies");
        for (Map.Entry<String, Object> wrong : List.<Map.Entry<String, Object>>of(
                Map.entry("name", "Not A Name"),
                Map.entry("provider", "letsdecrypt"),
                Map.entry("environment", "elsewhere"),
                Map.entry("email", "certs"),
                Map.entry("directory_url", "http://127.0.0.1:1/dir"),
                Map.entry("directory_url", "https://user@127.0.0.1/dir"),
                Map.entry("ca_bundle_pem", "not a certificate"),
                Map.entry("agree_to_terms", false),
                Map.entry("key_type", "ed25519"))) {
            Map<String, Object> body = Pebbles.account(pebble);
            body.put(wrong.getKey(), wrong.getValue());
            ApiClient.Reply reply = owner.post(ACCOUNTS, body).expect(422, "validation_error");
            assertThat(reply.json().at("/error/details/fields").has(wrong.getKey()))
                    .as(reply.body())
                    .isTrue();
        }
        Map<String, Object> zerossl = new HashMap<>(
                Map.of("name", "z", "provider", "zerossl", "environment", "staging", "email", "certs@example.org"));
        owner.post(ACCOUNTS, zerossl).expect(422, "validation_error");
        zerossl.put("environment", "production");
        zerossl.put("directory_url", pebble.directory().toString());
        owner.post(ACCOUNTS, zerossl).expect(422, "validation_error");
        owner.get(ACCOUNTS + "/acme_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(404, "acme_account_not_found");
    }

    /** A directory that is not there, that nobody vouches for, and that is where no directory of a tenant may be. */
    @Test
    void directoryThatDoesNotAnswer_isUnavailable_andNothingIsKept() {
        ApiClient owner = server.owner("acme-away", "acme-away");
        Map<String, Object> down = Pebbles.account(pebble);
        down.put("directory_url", "https://127.0.0.1:1/dir");
        owner.post(ACCOUNTS, down).expect(502, "backend_unavailable");
        Map<String, Object> unvouched = Pebbles.account(pebble);
        unvouched.remove("ca_bundle_pem");
        owner.post(ACCOUNTS, unvouched).expect(502, "backend_unavailable");
        for (String inside : List.of(
                "https://169.254.169.254/latest",
                "https://10.0.0.1/dir",
                "https://[::ffff:169.254.169.254]/dir",
                "https://0x0a000001/dir",
                "https://100.64.0.1/dir")) {
            Map<String, Object> body = Pebbles.account(pebble);
            body.put("directory_url", inside);
            ApiClient.Reply reply = owner.post(ACCOUNTS, body);
            assertThat(reply.status()).as(inside + reply.body()).isIn(502, 422);
        }
        assertThat(owner.get(ACCOUNTS).expect(200).json().get("accounts")).isEmpty();
        assertThat(Sql.superuser(server).value("select count(*) from acme_key where tenant_id = 'tnt_acme-away'"))
                .isEqualTo(0L);
    }

    /** By policies of pki/acme/&lt;name&gt;: write to order, read to see, admin to change. */
    @Test
    void whoHasNoRule_learnsAndDoesNothing_andRulesReachAsFarAsTheySay() {
        ApiClient owner = server.owner("acme-rules", "acme-rules");
        Map<String, Object> body = Pebbles.account(pebble);
        body.put("name", "ruled");
        String id = owner.post(ACCOUNTS, body).expect(201).json().get("id").stringValue();
        ApiClient nobody = server.client(server.token("acme-rules", "acme-rules")
                .serviceAccount("nobody")
                .sign());
        nobody.get(ACCOUNTS + "/" + id).expect(403, "access_denied");
        nobody.get(ACCOUNTS + "/acme_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(403, "access_denied");
        assertThat(nobody.get(ACCOUNTS).expect(200).json().get("accounts")).isEmpty();
        nobody.post("/v1/pki/acme/issue", Pebbles.order(id, "http-01", "a.example.test"))
                .expect(403, "access_denied");
        nobody.get("/v1/pki/acme/orders/ord_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(403, "access_denied");

        ApiClient reader = server.member(owner, "acme-rules", "acme-rules", "reader", "pki/acme/ruled", "read");
        reader.get(ACCOUNTS + "/" + id).expect(200);
        reader.post("/v1/pki/acme/issue", Pebbles.order(id, "http-01", "a.example.test"))
                .expect(403, "access_denied");
        ApiClient writer = server.member(owner, "acme-rules", "acme-rules", "writer", "pki/acme/ruled", "write");
        writer.post("/v1/pki/acme/issue", Pebbles.order(id, "http-01", "a.example.test"))
                .expect(202);
        writer.patch(ACCOUNTS + "/" + id, Map.of("email", "w@example.org")).expect(403, "access_denied");
    }
}
