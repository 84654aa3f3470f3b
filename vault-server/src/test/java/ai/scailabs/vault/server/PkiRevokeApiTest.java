package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Revoking, releasing and finding certificates. */
class PkiRevokeApiTest {
    private static final String TENANT = "tnt_pki-revoke";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-revoke", "pki-revoke");
        authority = PkiRoleApiTest.root(owner, "revoke-root");
        role(owner, "revocable", authority);
    }

    static void role(ApiClient by, String name, String authority) {
        by.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                name,
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("*.internal"),
                                "ttl",
                                "30d"))
                .expect(201);
    }

    static JsonNode issue(ApiClient by, String role, String name) {
        return by.post("/v1/pki/issue/" + role, Map.of("common_name", name))
                .expect(201)
                .json();
    }

    private static Map<String, Object> of(JsonNode issued, Object... more) {
        Map<String, Object> body = new HashMap<>(
                Map.of("serial_number", issued.get("serial_number").stringValue()));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return body;
    }

    private static String state(JsonNode issued) {
        return owner.get("/v1/pki/certificates/" + issued.get("id").stringValue())
                .expect(200)
                .json()
                .get("status")
                .stringValue();
    }

    @Test
    void whoMayNotRevoke_changesNothing_andLearnsNothing() {
        JsonNode issued = issue(owner, "revocable", "kept.internal");
        String id = issued.get("id").stringValue();
        ApiClient reader = server.member(owner, "pki-revoke", "pki-revoke", "reader", "pki/roles/revocable", "read");
        ApiClient nobody = server.client(server.token("pki-revoke", "pki-revoke")
                .serviceAccount("nobody")
                .sign());
        ApiClient stranger = server.owner("pki-revoke-else", "pki-revoke-else");
        for (ApiClient each : List.of(reader, nobody)) {
            each.post("/v1/pki/revoke", of(issued)).expect(403, "access_denied");
            each.post("/v1/pki/release", of(issued)).expect(403, "access_denied");
            each.post("/v1/pki/revoke", Map.of("serial_number", "01:02")).expect(403, "access_denied");
            each.post("/v1/pki/ca/" + authority + "/revoke", Map.of("reason", "superseded"))
                    .expect(403, "access_denied");
            each.post("/v1/pki/ca/" + authority + "/crl", null).expect(403, "access_denied");
        }
        stranger.post("/v1/pki/revoke", of(issued)).expect(404, "certificate_not_found");
        stranger.get("/v1/pki/certificates/" + id).expect(404, "certificate_not_found");
        stranger.post("/v1/pki/revoke", of(issued, "ca_id", authority)).expect(404, "certificate_not_found");
        stranger.post("/v1/pki/ca/" + authority + "/revoke", Map.of()).expect(404, "ca_not_found");
        stranger.post(
                        "/v1/pki/revoke",
                        Map.of("certificate_pem", issued.get("certificate").stringValue()))
                .expect(404, "certificate_not_found");
        server.client(server.token("pki-revoke", "pki-revoke")
                        .serviceAccount("issuer")
                        .scope("pki:issue")
                        .sign())
                .post("/v1/pki/revoke", of(issued))
                .expect(403, "insufficient_scope");
        nobody.get("/v1/pki/certificates/" + id).expect(403, "access_denied");
        nobody.get("/v1/pki/certificates/" + id + "/pem").expect(403, "access_denied");
        assertThat(nobody.get("/v1/pki/certificates").expect(200).json().get("certificates"))
                .isEmpty();
        assertThat(reader.get("/v1/pki/certificates/" + id)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("active");
        assertThat(state(issued)).isEqualTo("active");
    }

    @Test
    void malformedOrders_areRefused_andNothingIsRevoked() {
        JsonNode issued = issue(owner, "revocable", "malformed.internal");
        for (Object[] more : List.of(
                new Object[] {"reason", "remove_from_crl"},
                new Object[] {"reason", "6"},
                new Object[] {"reason", ""},
                new Object[] {"invalidity_date", "2999-01-01T00:00:00Z"},
                new Object[] {"invalidity_date", "yesterday"},
                new Object[] {"ca_id", "revoke-root"},
                new Object[] {"certificate_pem", "x"})) {
            owner.post("/v1/pki/revoke", of(issued, more)).expect(422, "validation_error");
        }
        for (String serial : List.of("", "xyz", "0", "-1", "00", "1".repeat(41), "01::02", "é")) {
            owner.post("/v1/pki/revoke", Map.of("serial_number", serial)).expect(422, "validation_error");
        }
        owner.post("/v1/pki/revoke", Map.of()).expect(422, "validation_error");
        owner.post("/v1/pki/revoke", Map.of("serial_number", "0A:0B")).expect(404, "certificate_not_found");
        owner.post("/v1/pki/revoke", of(issued, "resaon", "superseded")).expect(400, "invalid_request");
        assertThat(state(issued)).isEqualTo("active");
    }

    /** As tools print it. */
    @Test
    void serialNumber_countsInAnySpelling() {
        List<java.util.function.UnaryOperator<String>> spellings = List.of(
                text -> text,
                text -> text.toLowerCase(Locale.ROOT),
                text -> text.replace(":", ""),
                text -> "0x" + text.replace(":", ""),
                text -> text.replace(':', ' '),
                text -> "00:" + text,
                text -> " " + text.replace(':', '-') + " ");
        for (var spelling : spellings) {
            JsonNode issued = issue(owner, "revocable", "spelled.internal");
            String written = spelling.apply(issued.get("serial_number").stringValue());
            JsonNode answer = owner.post("/v1/pki/revoke", Map.of("serial_number", written, "reason", "key_compromise"))
                    .expect(200)
                    .json();
            assertThat(answer.get("serial_number")).isEqualTo(issued.get("serial_number"));
            assertThat(answer.get("revocation_reason").stringValue()).isEqualTo("key_compromise");
            assertThat(state(issued)).isEqualTo("revoked");
        }
    }

    @Test
    void everyReason_isTaken_andASecondOneDoesNotReplaceIt() {
        for (String reason : List.of(
                "unspecified",
                "key_compromise",
                "ca_compromise",
                "affiliation_changed",
                "superseded",
                "cessation_of_operation",
                "privilege_withdrawn",
                "aa_compromise")) {
            JsonNode issued = issue(owner, "revocable", "reason.internal");
            JsonNode first = owner.post("/v1/pki/revoke", of(issued, "reason", reason))
                    .expect(200)
                    .json();
            assertThat(first.get("changed").booleanValue()).isTrue();
            JsonNode again = owner.post("/v1/pki/revoke", of(issued, "reason", reason))
                    .expect(200)
                    .json();
            assertThat(again.get("changed").booleanValue()).isFalse();
            assertThat(again.get("revoked_at")).isEqualTo(first.get("revoked_at"));
            String other = reason.equals("superseded") ? "unspecified" : "superseded";
            ApiClient.Reply refused = owner.post("/v1/pki/revoke", of(issued, "reason", other));
            refused.expect(409, "conflict");
            assertThat(refused.json().at("/error/details/reason").stringValue()).isEqualTo(reason);
            owner.post("/v1/pki/release", of(issued)).expect(409, "conflict");
        }
    }

    @Test
    void hold_isReleased_orBecomesRevocation_fromItsFirstMoment() {
        JsonNode issued = issue(owner, "revocable", "hold.internal");
        ApiClient.Reply early = owner.post("/v1/pki/release", of(issued));
        early.expect(409, "conflict");
        assertThat(early.json().at("/error/details/state").stringValue()).isEqualTo("issued");
        owner.post("/v1/pki/revoke", of(issued, "reason", "certificate_hold")).expect(200);
        assertThat(state(issued)).isEqualTo("on_hold");
        assertThat(owner.post("/v1/pki/release", of(issued))
                        .expect(200)
                        .json()
                        .get("revoked")
                        .booleanValue())
                .isFalse();
        assertThat(state(issued)).isEqualTo("active");

        JsonNode held = owner.post("/v1/pki/revoke", of(issued, "reason", "certificate_hold"))
                .expect(200)
                .json();
        JsonNode revoked = owner.post(
                        "/v1/pki/revoke",
                        of(issued, "reason", "key_compromise", "invalidity_date", "2026-01-02T03:04:05Z"))
                .expect(200)
                .json();
        assertThat(revoked.get("revoked_at")).isEqualTo(held.get("revoked_at"));
        assertThat(revoked.get("invalidity_date").stringValue()).isEqualTo("2026-01-02T03:04:05Z");
        owner.post("/v1/pki/release", of(issued)).expect(409, "conflict");
        owner.post("/v1/pki/revoke", of(issued, "reason", "certificate_hold")).expect(409, "conflict");
        assertThat(state(issued)).isEqualTo("revoked");
    }

    @Test
    void expiredAndReserved_areNotRevoked() {
        JsonNode issued = issue(owner, "revocable", "expired.internal");
        Sql sql = Sql.superuser(server);
        sql.update(
                "update certificate set not_after = now() - interval '1 second' where tenant_id = ? and common_name = 'expired.internal'",
                TENANT);
        ApiClient.Reply refused = owner.post("/v1/pki/revoke", of(issued));
        refused.expect(409, "conflict");
        assertThat(refused.json().at("/error/details/state").stringValue()).isEqualTo("expired");
        assertThat(state(issued)).isEqualTo("expired");
    }

    @Test
    void manyAtOnce_revokeOnce() throws Exception {
        JsonNode issued = issue(owner, "revocable", "race.internal");
        List<Callable<ApiClient.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> owner.post("/v1/pki/revoke", of(issued, "reason", "superseded")));
        }
        int changed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<ApiClient.Reply> reply : threads.invokeAll(calls)) {
                changed += reply.get().expect(200).json().get("changed").booleanValue() ? 1 : 0;
            }
        }
        assertThat(changed).isEqualTo(1);
        assertThat(Sql.superuser(server)
                        .value(
                                "select count(*) from audit_log where tenant_id = ? and action = 'pki_revoke' and success and extra_data->>'serial_number' = ? and (extra_data->>'changed')::boolean",
                                TENANT,
                                issued.get("serial_number").stringValue()))
                .isEqualTo(1L);
    }

    @Test
    void certificateThatIsNotStored_isRevokedByItself_ifOurKeySignedIt() {
        JsonNode issued = issue(owner, "revocable", "unstored.internal");
        String pem = issued.get("certificate").stringValue();
        Sql sql = Sql.superuser(server);
        sql.update("delete from certificate where tenant_id = ? and common_name = 'unstored.internal'", TENANT);
        owner.post("/v1/pki/revoke", of(issued)).expect(404, "certificate_not_found");

        String forged = forged(pem);
        owner.post("/v1/pki/revoke", Map.of("certificate_pem", forged)).expect(404, "certificate_not_found");
        owner.post("/v1/pki/revoke", Map.of("certificate_pem", pem + pem)).expect(422, "validation_error");
        owner.post("/v1/pki/revoke", Map.of("certificate_pem", "x".repeat(200_000)))
                .expect(422, "validation_error");
        JsonNode revoked = owner.post("/v1/pki/revoke", Map.of("certificate_pem", pem, "reason", "certificate_hold"))
                .expect(200)
                .json();
        assertThat(revoked.get("certificate_id").isNull()).isTrue();
        assertThat(revoked.get("revoked").booleanValue()).isTrue();
        owner.post("/v1/pki/release", Map.of("certificate_pem", pem)).expect(200);
    }

    /** Its signature is altered, in the last of its octets. */
    private static String forged(String pem) {
        byte[] der = java.util.Base64.getMimeDecoder()
                .decode(pem.replaceAll("-----[A-Z ]+-----", "").strip());
        der[der.length - 1] ^= 1;
        return "-----BEGIN CERTIFICATE-----\n"
                + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void authority_isRevokedWithEverythingBelow_andNothingOfItIsIssuedAgain() {
        String root = PkiRoleApiTest.root(owner, "doomed-root");
        String below = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name", "doomed-below",
                                "common_name", "Doomed Below",
                                "ca_type", "intermediate",
                                "key_type", "ec",
                                "parent_ca_id", root))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        role(owner, "doomed", below);
        JsonNode leaf = issue(owner, "doomed", "doomed.internal");
        JsonNode own = owner.get("/v1/pki/certificates?ca_id=" + root + "&limit=10")
                .expect(200)
                .json()
                .get("certificates")
                .get(1);
        assertThat(own.get("subject_ca_id").stringValue()).isEqualTo(below);
        ApiClient.Reply roundabout = owner.post("/v1/pki/revoke", of(own));
        roundabout.expect(409, "conflict");
        assertThat(roundabout.json().at("/error/details/ca_id").stringValue()).isEqualTo(below);
        owner.post("/v1/pki/ca/" + root + "/revoke", Map.of("reason", "certificate_hold"))
                .expect(422, "validation_error");

        JsonNode revoked = owner.post("/v1/pki/ca/" + root + "/revoke", Map.of("reason", "ca_compromise"))
                .expect(200)
                .json();
        assertThat(revoked.get("cas_revoked").intValue()).isEqualTo(2);
        assertThat(revoked.get("status").stringValue()).isEqualTo("revoked");
        assertThat(owner.post("/v1/pki/ca/" + root + "/revoke", Map.of("reason", "ca_compromise"))
                        .expect(200)
                        .json()
                        .get("cas_revoked")
                        .intValue())
                .isZero();
        owner.post("/v1/pki/ca/" + root + "/revoke", Map.of("reason", "superseded"))
                .expect(409, "conflict");
        owner.post("/v1/pki/ca/" + below + "/enable", null).expect(409, "conflict");
        owner.post("/v1/pki/issue/doomed", Map.of("common_name", "late.internal"))
                .expect(409, "conflict");
        JsonNode shown = owner.get("/v1/pki/certificates/" + leaf.get("id").stringValue())
                .expect(200)
                .json();
        assertThat(shown.get("status").stringValue()).isEqualTo("revoked");
        assertThat(shown.get("revocation_reason").stringValue()).isEqualTo("ca_compromise");
        assertThat(owner.get("/v1/pki/certificates?status=revoked&ca_id=" + below)
                        .expect(200)
                        .json()
                        .get("certificates"))
                .hasSize(1);
    }

    @Test
    void list_findsByEveryFilter_andGoesOnWhereItWas() {
        String place = PkiRoleApiTest.root(owner, "listed-root");
        role(owner, "listed", place);
        List<JsonNode> issued = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            issued.add(issue(owner, "listed", "l" + i + ".internal"));
        }
        owner.post("/v1/pki/revoke", of(issued.get(1), "reason", "superseded")).expect(200);
        owner.post("/v1/pki/revoke", of(issued.get(2), "reason", "certificate_hold"))
                .expect(200);

        assertThat(names("role=listed")).containsExactly("l0.internal", "l3.internal", "l4.internal");
        assertThat(names("role=listed&include_revoked=true")).hasSize(5);
        assertThat(names("role=listed&status=revoked")).containsExactly("l1.internal");
        assertThat(names("role=listed&status=on_hold")).containsExactly("l2.internal");
        assertThat(names("role=listed&status=expired")).isEmpty();
        assertThat(names("role=listed&status=active&ca_id=" + place)).hasSize(3);
        assertThat(names("ca_id=" + place)).hasSize(4).contains("l0.internal");
        assertThat(names("san=L3.internal")).containsExactly("l3.internal");
        assertThat(names("san=dns:l3.internal")).containsExactly("l3.internal");
        assertThat(names("san=ip:l3.internal")).isEmpty();
        assertThat(names("serial_number="
                        + issued.get(4).get("serial_number").stringValue().replace(":", "")))
                .containsExactly("l4.internal");
        assertThat(names("role=listed&expiring_within=31d")).hasSize(3);
        assertThat(names("role=listed&expiring_within=29d")).isEmpty();
        for (String filter :
                List.of("role=listed", "ca_id=" + place, "role=listed&expiring_within=31d", "include_revoked=true")) {
            List<String> all = names(filter + "&limit=1000");
            List<String> paged = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = owner.get("/v1/pki/certificates?" + filter + "&limit=2" + cursor)
                        .expect(200)
                        .json();
                page.get("certificates")
                        .forEach(each -> paged.add(each.get("common_name").asString()));
                cursor = page.get("cursor").isNull()
                        ? null
                        : "&cursor=" + page.get("cursor").stringValue();
            } while (cursor != null);
            assertThat(paged).as(filter).isEqualTo(all);
        }
        for (String bad : List.of("status=good", "ca_id=x", "serial_number=zz", "include_revoked=yes", "limit=0")) {
            owner.get("/v1/pki/certificates?" + bad).expect(422, "validation_error");
        }
        owner.get("/v1/pki/certificates?expiring_within=soon").expect(400, "invalid_duration");
        owner.get("/v1/pki/certificates?cursor=x").expect(400, "invalid_cursor");
        String id = issued.get(0).get("id").stringValue();
        ApiClient.Reply pem = owner.get("/v1/pki/certificates/" + id + "/pem").expect(200);
        assertThat(pem.body()).isEqualTo(issued.get(0).get("certificate").stringValue());
        owner.get("/v1/pki/certificates/cert_x").expect(404, "certificate_not_found");
    }

    private static List<String> names(String query) {
        List<String> names = new ArrayList<>();
        owner.get("/v1/pki/certificates?" + query)
                .expect(200)
                .json()
                .get("certificates")
                .forEach(each -> names.add(each.get("common_name").asString()));
        return names;
    }
}
