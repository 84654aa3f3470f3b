package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Certificates of the tenants' own authorities that the service renews. */
class PkiRenewalApiTest {
    private static final String ROLE = "svc";

    private final RunningServer server = RunningServer.shared();
    private final Sql sql = Sql.superuser(server);

    private static Map<String, Object> role(String authority, Object... members) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                ROLE,
                "ca_id",
                authority,
                "allowed_domains",
                List.of("*.internal"),
                "max_ttl",
                "30d",
                "store_private_keys",
                true,
                "auto_renew",
                true));
        for (int i = 0; i < members.length; i += 2) {
            body.put(members[i].toString(), members[i + 1]);
        }
        return body;
    }

    private ApiClient tenant(String name) {
        ApiClient owner = server.owner(name, "renewing");
        owner.post("/v1/pki/roles", role(PkiRoleApiTest.root(owner, "root"))).expect(201);
        return owner;
    }

    private static String issued(ApiClient owner, String commonName, Object... members) {
        Map<String, Object> body = new HashMap<>(Map.of("common_name", commonName, "ttl", "30d"));
        for (int i = 0; i < members.length; i += 2) {
            body.put(members[i].toString(), members[i + 1]);
        }
        return owner.post("/v1/pki/issue/" + ROLE, body)
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static String uri(String id) {
        return "/v1/pki/certificates/" + id;
    }

    private static JsonNode shown(ApiClient owner, String id) {
        return owner.get(uri(id)).expect(200).json();
    }

    /** As if two thirds of their lives had gone by. */
    private int due(String tenant) {
        return sql.update(
                "update certificate_renewal set due_at = now() where tenant_id = ? and due_at is not null",
                "tnt_" + tenant);
    }

    private static void await(String what, BooleanSupplier so) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static String renewed(ApiClient owner, String id) {
        await("a renewal of " + id, () -> !shown(owner, id).get("renewed_by").isNull());
        return shown(owner, id).get("renewed_by").stringValue();
    }

    private static JsonNode failed(ApiClient owner, String id) {
        await("a failure of " + id, () -> !shown(owner, id).get("renewal_error").isNull());
        return shown(owner, id).get("renewal_error");
    }

    private Object certificates(String tenant) {
        return sql.value("select count(*) from certificate where tenant_id = ? and role is not null", "tnt_" + tenant);
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void roleThatCannotRenew_isRefused_andNobodyElseMayWishIt() {
        ApiClient owner = server.owner("renew-refused", "renewing");
        String authority = PkiRoleApiTest.root(owner, "root");
        for (Map<String, Object> wrong : List.of(
                role(authority, "store_private_keys", false),
                role(authority, "require_approval", true),
                role(authority, "store_private_keys", false, "no_store", true))) {
            ApiClient.Reply refused = owner.post("/v1/pki/roles", wrong).expect(400, "invalid_role");
            assertThat(refused.json().at("/error/details/fields").has("auto_renew"))
                    .as(refused.body())
                    .isTrue();
        }
        owner.post("/v1/pki/roles", role(authority, "auto_renew", false)).expect(201);
        ApiClient.Reply wished = owner.post(
                        "/v1/pki/issue/" + ROLE, Map.of("common_name", "a.internal", "ttl", "1h", "auto_renew", true))
                .expect(422, "validation_error");
        assertThat(wished.json().at("/error/details/fields").has("auto_renew")).isTrue();
        String id = issued(owner, "a.internal");
        assertThat(shown(owner, id).get("auto_renew").booleanValue()).isFalse();
        ApiClient.Reply changed =
                owner.patch(uri(id), Map.of("auto_renew", true)).expect(409, "conflict");
        assertThat(changed.json().at("/error/details/state").stringValue()).isEqualTo("role");
        owner.patch(uri(id), Map.of()).expect(422, "validation_error");
        // What is there may renew as soon as its role does.
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("auto_renew", true)).expect(200);
        JsonNode renewing =
                owner.patch(uri(id), Map.of("auto_renew", true)).expect(200).json();
        assertThat(Instant.parse(renewing.get("renew_at").stringValue()))
                .isBetween(
                        Instant.now().plus(Duration.ofDays(18)), Instant.now().plus(Duration.ofDays(20)));
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("store_private_keys", false))
                .expect(400, "invalid_role");
    }

    @Test
    void whoMayNotIssue_doesNotDecideOnRenewals() {
        ApiClient owner = tenant("renew-policies");
        String id = issued(owner, "a.internal");
        Map<String, Object> off = Map.of("auto_renew", false);
        server.member(owner, "renew-policies", "renewing", "reader", "pki/roles/" + ROLE, "read")
                .patch(uri(id), off)
                .expect(403, "access_denied");
        server.member(owner, "renew-policies", "renewing", "other", "pki/roles/other", "write")
                .patch(uri(id), off)
                .expect(403, "access_denied");
        server.owner("renew-strangers", "renewing").patch(uri(id), off).expect(404, "certificate_not_found");
        assertThat(shown(owner, id).get("auto_renew").booleanValue()).isTrue();
        server.member(owner, "renew-policies", "renewing", "issuer", "pki/roles/" + ROLE, "write")
                .patch(uri(id), off)
                .expect(200);
        JsonNode after = shown(owner, id);
        assertThat(after.get("auto_renew").booleanValue()).isFalse();
        assertThat(after.get("renew_at").isNull()).isTrue();
        assertThat(
                        sql.value(
                                "select extra_data ->> 'auto_renew' from audit_log where tenant_id = 'tnt_renew-policies' and action = 'pki_certificate_update' and success"))
                .isEqualTo("false");
    }

    /** The whole way, by a certificate that lives for some seconds. */
    @Test
    void certificateOfSeconds_isRenewed_toldOf_andFoundUnderTheSameAddress() throws Exception {
        ApiClient owner = tenant("renew-short");
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
                                    List.of("certificate.issued", "certificate.renewed", "certificate.renewal_failed")))
                    .expect(201);
            String first = issued(
                    owner,
                    "a.internal",
                    "ttl",
                    "12s",
                    "alt_names",
                    List.of("b.internal"),
                    "private_key_format",
                    "pkcs8");
            JsonNode begun = shown(owner, first);
            assertThat(begun.get("auto_renew").booleanValue()).isTrue();
            assertThat(Instant.parse(begun.get("renew_at").stringValue()))
                    .isBetween(Instant.now().plusSeconds(4), Instant.now().plusSeconds(9));
            assertThat(receiver.next().type()).isEqualTo("certificate.issued");
            String second = renewed(owner, first);
            owner.patch(uri(first) + "?newest=true", Map.of("auto_renew", false))
                    .expect(200);

            EventReceiver.Sent told = receiver.next();
            assertThat(told.type()).isEqualTo("certificate.renewed");
            assertThat(told.event().get("path").stringValue()).isEqualTo("pki/roles/" + ROLE);
            assertThat(told.event().get("identity_id").stringValue()).isEqualTo("system:renewal");
            assertThat(told.event().at("/data/certificate_id").stringValue()).isEqualTo(second);
            assertThat(told.event().at("/data/renews").stringValue()).isEqualTo(first);

            JsonNode old = shown(owner, first);
            JsonNode newest = owner.get(uri(first) + "?newest=true").expect(200).json();
            assertThat(newest.get("id").stringValue()).isEqualTo(second);
            assertThat(newest.get("renews").stringValue()).isEqualTo(first);
            assertThat(newest.get("sans")).isEqualTo(old.get("sans"));
            assertThat(newest.get("subject")).isEqualTo(old.get("subject"));
            assertThat(newest.get("created_by").stringValue()).isEqualTo("system:renewal");
            assertThat(old.get("renew_at").isNull()).isTrue();
            assertThat(old.get("status").stringValue()).isEqualTo("active");
            assertThat(life(newest)).isEqualTo(life(old));

            String pem = owner.get(uri(first) + "/pem?newest=true").expect(200).body();
            assertThat(pem).isEqualTo(newest.get("certificate").stringValue());
            assertThat(owner.get(uri(first) + "/pem").expect(200).body())
                    .isEqualTo(old.get("certificate").stringValue());
            JsonNode key = owner.get(uri(first) + "/private-key?newest=true")
                    .expect(200)
                    .json();
            assertThat(key.get("certificate_id").stringValue()).isEqualTo(second);
            requireFit(key.get("private_key").stringValue(), certificate(pem));
            assertThat(owner.get(uri(first) + "/private-key").expect(200).json().get("private_key"))
                    .isNotEqualTo(key.get("private_key"));
            ApiClient.Reply gone =
                    owner.patch(uri(first), Map.of("auto_renew", false)).expect(409, "conflict");
            assertThat(gone.json().at("/error/details/renewed_by").stringValue())
                    .isEqualTo(second);
            assertThat(receiver.poll(0)).isEmpty();
        }
        assertThat(sql.rows(
                                "select action, identity_id, success from audit_log where tenant_id = 'tnt_renew-short' and action in ('pki_issue', 'pki_renew') order by log_id limit 2")
                        .toString())
                .isEqualTo(
                        "[{action=pki_issue, identity_id=user:owner@renew-short.test, success=true}, {action=pki_renew, identity_id=system:renewal, success=true}]");
        assertThat(owner.get("/v1/metrics").expect(200).body()).contains("scaivault_certificate_renewals_total{");
    }

    private static Duration life(JsonNode certificate) {
        return Duration.between(
                Instant.parse(certificate.get("not_before").stringValue()),
                Instant.parse(certificate.get("not_after").stringValue()));
    }

    private static void requireFit(String privateKey, X509Certificate certificate) throws Exception {
        byte[] der = Base64.getMimeDecoder().decode(privateKey.replaceAll("-----[A-Z ]+-----", ""));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)));
        signature.update(new byte[] {1});
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(new byte[] {1});
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void whatIsNotMadeHere_orNotWanted_isNotRenewed() throws Exception {
        ApiClient owner = tenant("renew-unwanted");
        String unwanted = issued(owner, "off.internal", "auto_renew", false);
        String signed = owner.post(
                        "/v1/pki/sign/" + ROLE,
                        Map.of("csr_pem", PreparedTenant.REQUEST, "common_name", "csr.internal"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        assertThat(shown(owner, signed).get("auto_renew").booleanValue()).isFalse();
        ApiClient.Reply refused =
                owner.patch(uri(signed), Map.of("auto_renew", true)).expect(409, "conflict");
        assertThat(refused.json().at("/error/details/state").stringValue()).isEqualTo("key_not_kept");
        assertThat(due("renew-unwanted")).isZero();
        String wanted = issued(owner, "on.internal");
        assertThat(due("renew-unwanted")).isEqualTo(1);
        renewed(owner, wanted);
        assertThat(certificates("renew-unwanted")).isEqualTo(4L);
        for (String each : List.of(unwanted, signed)) {
            assertThat(shown(owner, each).get("renewed_by").isNull()).isTrue();
        }
    }

    @Test
    void renewal_isOfOneTenantAlone() {
        ApiClient owner = tenant("renew-here");
        ApiClient other = tenant("renew-there");
        String here = issued(owner, "a.internal");
        String there = issued(other, "a.internal");
        due("renew-here");
        String next = renewed(owner, here);
        assertThat(certificates("renew-there")).isEqualTo(1L);
        assertThat(shown(other, there).get("renewed_by").isNull()).isTrue();
        other.get(uri(here) + "?newest=true").expect(404, "certificate_not_found");
        other.get(uri(next)).expect(404, "certificate_not_found");
        other.get(uri(here) + "/private-key?newest=true").expect(404, "certificate_not_found");
    }

    @Test
    void manyDueAtOnce_areSharedByTwoInstances_andEachIsRenewedOnce() {
        ApiClient owner = tenant("renew-many");
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(issued(owner, "n" + i + ".internal"));
        }
        try (RunningServer _ = server.another()) {
            due("renew-many");
            all.forEach(each -> renewed(owner, each));
        }
        assertThat(certificates("renew-many")).isEqualTo(60L);
        assertThat(sql.value(
                        "select count(*) from audit_log where tenant_id = 'tnt_renew-many' and action = 'pki_renew'"))
                .isEqualTo(30L);
    }

    @Test
    void renewalThatTheRoleRefuses_isToldAndTriedLater_andHoldsUpNoOther() {
        ApiClient owner = tenant("renew-fails");
        String lost = issued(owner, "lost.internal", "alt_names", List.of("lost-too.internal"));
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("allowed_domains", List.of("*.kept.internal")))
                .expect(200);
        String kept = issued(owner, "a.kept.internal");
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
                                    List.of("certificate.renewal_failed")))
                    .expect(201);
            due("renew-fails");
            JsonNode error = failed(owner, lost);
            assertThat(error.get("code").stringValue()).isEqualTo("name_not_allowed");
            assertThat(error.get("message").stringValue()).contains("lost.");
            assertThat(error.get("attempts").intValue()).isEqualTo(1);
            assertThat(Instant.parse(error.get("next_attempt_at").stringValue()))
                    .isBetween(Instant.now().plusSeconds(180), Instant.now().plusSeconds(390));
            renewed(owner, kept);
            JsonNode told = receiver.next().event();
            assertThat(told.get("event_type").stringValue()).isEqualTo("certificate.renewal_failed");
            assertThat(told.get("path").stringValue()).isEqualTo("pki/roles/" + ROLE);
            assertThat(told.at("/data/certificate_id").stringValue()).isEqualTo(lost);
            assertThat(told.at("/data/problem/code").stringValue()).isEqualTo("name_not_allowed");
            assertThat(told.at("/data/attempts").intValue()).isEqualTo(1);
        }
        assertThat(
                        sql.value(
                                "select error_code from audit_log where tenant_id = 'tnt_renew-fails' and action = 'pki_renew' and not success"))
                .isEqualTo("name_not_allowed");
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("allowed_domains", List.of("*.internal"), "allow_subdomains", true))
                .expect(200);
        due("renew-fails");
        renewed(owner, lost);
        assertThat(shown(owner, lost).get("renewal_error").isNull()).isTrue();
    }

    @Test
    void authorityThatIsDisabled_failsTheRenewal_untilItSignsAgain() {
        ApiClient owner = tenant("renew-disabled");
        String id = issued(owner, "a.internal");
        String ca = shown(owner, id).get("ca_id").stringValue();
        owner.post("/v1/pki/ca/" + ca + "/disable", null).expect(200);
        due("renew-disabled");
        assertThat(failed(owner, id).get("code").stringValue()).isEqualTo("conflict");
        owner.post("/v1/pki/ca/" + ca + "/enable", null).expect(200);
        due("renew-disabled");
        renewed(owner, id);
    }

    /** What is signed and not kept is given to nobody: neither certificate nor key is there, and it is done again. */
    @Test
    void renewalThatEndsBeforeItsCommit_leavesNothingHalf() {
        ApiClient owner = tenant("renew-broken");
        String id = issued(owner, "a.internal");
        sql.update("""
                create function test_break_renewal() returns trigger language plpgsql as $$
                begin
                    raise exception 'no room';
                end $$
                """);
        sql.update("""
                create trigger test_break before insert on certificate_renewal for each row
                when (new.tenant_id = 'tnt_renew-broken') execute function test_break_renewal()
                """);
        try {
            due("renew-broken");
            failed(owner, id);
        } finally {
            sql.update("drop trigger test_break on certificate_renewal");
            sql.update("drop function test_break_renewal()");
        }
        assertThat(certificates("renew-broken")).isEqualTo(1L);
        assertThat(sql.value("select count(*) from certificate_key where tenant_id = 'tnt_renew-broken'"))
                .isEqualTo(1L);
        due("renew-broken");
        renewed(owner, id);
        assertThat(certificates("renew-broken")).isEqualTo(2L);
    }

    /** As after a kill: another instance goes on when the time is over for which the one before had taken it. */
    @Test
    void renewalThatWasTakenOnAndLeft_isDoneWhenThatTimeIsOver() {
        ApiClient owner = tenant("renew-left");
        String id = issued(owner, "a.internal");
        sql.update(
                "update certificate_renewal set due_at = now() + interval '2 seconds' where tenant_id = 'tnt_renew-left'");
        renewed(owner, id);
        assertThat(certificates("renew-left")).isEqualTo(2L);
    }

    @Test
    void revokedOrHeld_isNotRenewed_andTheHeldOneIsWhenItIsReleased() {
        ApiClient owner = tenant("renew-revoked");
        String revoked = issued(owner, "revoked.internal");
        String held = issued(owner, "held.internal");
        revoke(owner, revoked, "key_compromise");
        revoke(owner, held, "certificate_hold");
        due("renew-revoked");
        await("nothing is due", () -> shown(owner, revoked).get("renew_at").isNull());
        await(
                "it rests",
                () -> Instant.parse(shown(owner, held).get("renew_at").stringValue())
                        .isAfter(Instant.now().plus(Duration.ofMinutes(30))));
        assertThat(certificates("renew-revoked")).isEqualTo(2L);
        assertThat(shown(owner, held).get("renewal_error").isNull()).isTrue();
        assertThat(owner.patch(uri(revoked), Map.of("auto_renew", false)).status())
                .isEqualTo(200);
        owner.patch(uri(revoked), Map.of("auto_renew", true)).expect(409, "conflict");
        owner.post(
                        "/v1/pki/release",
                        Map.of(
                                "serial_number",
                                shown(owner, held).get("serial_number").stringValue()))
                .expect(200);
        due("renew-revoked");
        renewed(owner, held);
    }

    private static void revoke(ApiClient owner, String id, String reason) {
        owner.post(
                        "/v1/pki/revoke",
                        Map.of(
                                "serial_number",
                                shown(owner, id).get("serial_number").stringValue(),
                                "reason",
                                reason))
                .expect(200);
    }

    @Test
    void roleThatRenewsNoMore_letsItsCertificatesRest() {
        ApiClient owner = tenant("renew-rests");
        String id = issued(owner, "a.internal");
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("auto_renew", false)).expect(200);
        due("renew-rests");
        await(
                "it rests",
                () -> Instant.parse(shown(owner, id).get("renew_at").stringValue())
                        .isAfter(Instant.now().plus(Duration.ofMinutes(30))));
        assertThat(shown(owner, id).get("renewal_error").isNull()).isTrue();
        assertThat(certificates("renew-rests")).isEqualTo(1L);
    }

    /** The id of the first is an address that stays, also when that one is kept no longer. */
    @Test
    void firstThatIsGone_leadsToTheNewest() {
        ApiClient owner = tenant("renew-gone");
        String first = issued(owner, "a.internal");
        due("renew-gone");
        String second = renewed(owner, first);
        due("renew-gone");
        String third = renewed(owner, second);
        assertThat(shown(owner, second).get("renews").stringValue()).isEqualTo(first);
        sql.update(
                "delete from certificate c using certificate_renewal r where c.tenant_id = 'tnt_renew-gone' and r.tenant_id = c.tenant_id"
                        + " and r.certificate_id = c.certificate_id and r.place = 1");
        owner.get(uri(first)).expect(404, "certificate_not_found");
        assertThat(shown(owner, second).get("renews").isNull()).isTrue();
        for (String each : List.of(first, second, third)) {
            assertThat(owner.get(uri(each) + "?newest=true")
                            .expect(200)
                            .json()
                            .get("id")
                            .stringValue())
                    .isEqualTo(third);
        }
    }

    /** By the role as it is now: its keys, its authority, its names. */
    @Test
    void renewal_isByTheRoleAndTheAuthorityAsTheyAreNow() throws Exception {
        ApiClient owner = tenant("renew-changed");
        String id = issued(owner, "a.internal");
        String elsewhere = PkiRoleApiTest.root(owner, "elsewhere");
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("ca_id", elsewhere, "key_type", "ec", "key_bits", 384))
                .expect(200);
        due("renew-changed");
        JsonNode next = shown(owner, renewed(owner, id));
        assertThat(next.get("ca_id").stringValue()).isEqualTo(elsewhere);
        assertThat(certificate(next.get("certificate").stringValue())
                        .getPublicKey()
                        .toString())
                .contains("384");
        // A life that the role does not give any more is not made shorter without anybody asking.
        owner.patch("/v1/pki/roles/" + ROLE, Map.of("max_ttl", "7d", "ttl", "7d"))
                .expect(200);
        due("renew-changed");
        assertThat(failed(owner, next.get("id").stringValue()).get("code").stringValue())
                .isEqualTo("ttl_exceeded");
    }
}
