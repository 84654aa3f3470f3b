package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys of authorities that give way to others in time. */
class AutoRotationApiTest {
    private final RunningServer server = RunningServer.shared();
    private final Sql sql = Sql.superuser(server);

    private static Map<String, Object> below(String parent, Object... members) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                "below",
                "common_name",
                "Below",
                "ca_type",
                "intermediate",
                "parent_ca_id",
                parent,
                "key_type",
                "ec",
                "validity_days",
                300,
                "auto_rotate",
                true));
        for (int i = 0; i < members.length; i += 2) {
            body.put(members[i].toString(), members[i + 1]);
        }
        return body;
    }

    private static String made(ApiClient owner, Map<String, Object> body) {
        return owner.post("/v1/pki/ca", body).expect(201).json().get("id").stringValue();
    }

    private static JsonNode shown(ApiClient owner, String ca) {
        return owner.get("/v1/pki/ca/" + ca).expect(200).json();
    }

    /** As if so many days had gone by, and nobody had looked. */
    private void later(String tenant, String name, int days) {
        sql.update(
                "update ca_generation g set not_before = g.not_before - ? * interval '1 day', not_after = g.not_after - ? * interval '1 day' from certificate_authority a"
                        + " where g.tenant_id = ? and a.tenant_id = g.tenant_id and a.ca_id = g.ca_id and a.name = ?",
                days,
                days,
                "tnt_" + tenant,
                name);
        look(tenant);
    }

    private void look(String tenant) {
        sql.update("update ca_rotation set look_at = now() where tenant_id = ?", "tnt_" + tenant);
        server.rotateAuthorities();
        // One that is being looked at by the service itself is over when nothing is taken.
        sql.awaitRows(
                "select 1 where not exists (select from ca_rotation r join certificate_authority a on a.tenant_id = r.tenant_id and a.ca_id = r.ca_id"
                        + " where a.status = 'active' and r.tenant_id = 'tnt_" + tenant + "' and r.look_at <= now())");
    }

    @Test
    void rootAndWhatIsSignedElsewhere_rotateByHandAlone() {
        ApiClient owner = server.owner("rotate-refused", "rotating");
        for (Map<String, Object> wrong : List.of(
                Map.<String, Object>of(
                        "name",
                        "root",
                        "common_name",
                        "Root",
                        "ca_type",
                        "root",
                        "key_type",
                        "ec",
                        "auto_rotate",
                        true),
                Map.<String, Object>of(
                        "name",
                        "elsewhere",
                        "common_name",
                        "Elsewhere",
                        "ca_type",
                        "intermediate",
                        "signed_by",
                        "external",
                        "key_type",
                        "ec",
                        "auto_rotate",
                        true))) {
            ApiClient.Reply refused = owner.post("/v1/pki/ca", wrong).expect(422, "validation_error");
            assertThat(refused.json().at("/error/details/fields").has("auto_rotate"))
                    .as(refused.body())
                    .isTrue();
        }
        String root = PkiRoleApiTest.root(owner, "root");
        owner.patch("/v1/pki/ca/" + root, Map.of("auto_rotate", true)).expect(422, "validation_error");
        assertThat(owner.patch("/v1/pki/ca/" + root, Map.of("auto_rotate", false))
                        .expect(200)
                        .json()
                        .get("auto_rotate")
                        .booleanValue())
                .isFalse();
        later("rotate-refused", "root", 3000);
        JsonNode due = shown(owner, root);
        assertThat(due.get("key_generation").intValue()).isEqualTo(1);
        assertThat(Instant.parse(due.get("rotate_at").stringValue())).isBefore(Instant.now());
        assertThat(owner.get("/v1/metrics").expect(200).body()).contains("scaivault_authority_rotations_due");
    }

    @Test
    void keyOfAnIntermediate_givesWayAtTwoThirds_once_andIsToldOf() {
        ApiClient owner = server.owner("rotate-time", "rotating");
        String ca = made(owner, below(PkiRoleApiTest.root(owner, "root")));
        owner.post(
                        "/v1/pki/roles",
                        Map.of("name", "svc", "ca_id", ca, "allowed_domains", List.of("*.internal"), "max_ttl", "30d"))
                .expect(201);
        String before = owner.post("/v1/pki/issue/svc", Map.of("common_name", "a.internal", "ttl", "1d"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        later("rotate-time", "below", 190);
        JsonNode early = shown(owner, ca);
        assertThat(early.get("auto_rotate").booleanValue()).isTrue();
        assertThat(early.get("key_generation").intValue()).isEqualTo(1);
        assertThat(Duration.between(
                        Instant.now(), Instant.parse(early.get("rotate_at").stringValue())))
                .isBetween(Duration.ofDays(9), Duration.ofDays(10));
        try (EventReceiver receiver = new EventReceiver()) {
            owner.post(
                            "/v1/webhooks",
                            Map.of(
                                    "name",
                                    "rotations",
                                    "url",
                                    receiver.url(),
                                    "secret",
                                    "not-a-real-one",
                                    "events",
                                    List.of("certificate.renewed", "certificate.renewal_failed")))
                    .expect(201);
            later("rotate-time", "below", 11);
            JsonNode rotated = shown(owner, ca);
            assertThat(rotated.get("key_generation").intValue()).isEqualTo(2);
            assertThat(rotated.get("status").stringValue()).isEqualTo("active");
            assertThat(Instant.parse(rotated.get("valid_until").stringValue()))
                    .isBetween(
                            Instant.now().plus(Duration.ofDays(299)),
                            Instant.now().plus(Duration.ofDays(300)));
            JsonNode told = receiver.next().event();
            assertThat(told.get("event_type").stringValue()).isEqualTo("certificate.renewed");
            assertThat(told.get("path").stringValue()).isEqualTo("pki/ca/below");
            assertThat(told.get("identity_id").stringValue()).isEqualTo("system:renewal");
            assertThat(told.at("/data/ca_id").stringValue()).isEqualTo(ca);
            assertThat(told.at("/data/key_generation").intValue()).isEqualTo(2);
        }
        look("rotate-time");
        look("rotate-time");
        assertThat(shown(owner, ca).get("generations").size()).isEqualTo(2);
        assertThat(
                        sql.value(
                                "select count(*) from audit_log where tenant_id = 'tnt_rotate-time' and action = 'pki_ca_rotate' and success and identity_id = 'system:renewal'"))
                .isEqualTo(1L);
        // What the key before signed stays what it is, and the next is by the new one.
        assertThat(owner.get("/v1/pki/certificates/" + before)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("active");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "b.internal", "ttl", "1d"))
                .expect(201);
        assertThat(sql.rows(
                                "select ca_generation from certificate where tenant_id = 'tnt_rotate-time' and role = 'svc' order by certificate_id")
                        .toString())
                .isEqualTo("[{ca_generation=1}, {ca_generation=2}]");
    }

    /** Roles that give certificates for longer than a third of its life have it rotated earlier, and never before the half. */
    @Test
    void longestLifeOfItsRoles_bringsTheMomentForward() {
        ApiClient owner = server.owner("rotate-roles", "rotating");
        String ca = made(owner, below(PkiRoleApiTest.root(owner, "root")));
        Map<String, Object> role = new HashMap<>(
                Map.of("name", "svc", "ca_id", ca, "allowed_domains", List.of("*.internal"), "max_ttl", "120d"));
        owner.post("/v1/pki/roles", role).expect(201);
        look("rotate-roles");
        assertThat(Duration.between(
                        Instant.now(),
                        Instant.parse(shown(owner, ca).get("rotate_at").stringValue())))
                .isBetween(Duration.ofDays(169), Duration.ofDays(170));
        owner.patch("/v1/pki/roles/svc", Map.of("max_ttl", "398d")).expect(200);
        look("rotate-roles");
        assertThat(Duration.between(
                        Instant.now(),
                        Instant.parse(shown(owner, ca).get("rotate_at").stringValue())))
                .isBetween(Duration.ofDays(149), Duration.ofDays(150));
    }

    @Test
    void parentThatEndsTooSoon_orDoesNotSign_isToldOf_andNothingIsMade() {
        ApiClient owner = server.owner("rotate-parent", "rotating");
        String root = PkiRoleApiTest.root(owner, "root");
        String ca = made(owner, below(root));
        owner.post("/v1/pki/ca/" + root + "/disable", null).expect(200);
        later("rotate-parent", "below", 201);
        JsonNode failed = shown(owner, ca);
        assertThat(failed.at("/rotation_error/code").stringValue()).isEqualTo("conflict");
        assertThat(failed.at("/rotation_error/attempts").intValue()).isEqualTo(1);
        assertThat(Instant.parse(failed.at("/rotation_error/next_attempt_at").stringValue()))
                .isAfter(Instant.now().plusSeconds(120));
        owner.post("/v1/pki/ca/" + root + "/enable", null).expect(200);
        sql.update(
                "update ca_generation set not_after = now() + interval '149 days' where tenant_id = 'tnt_rotate-parent' and issuer_ca_id is null");
        look("rotate-parent");
        assertThat(shown(owner, ca).at("/rotation_error/code").stringValue()).isEqualTo("ttl_exceeded");
        assertThat(shown(owner, ca).at("/rotation_error/attempts").intValue()).isEqualTo(2);
        assertThat(shown(owner, ca).get("key_generation").intValue()).isEqualTo(1);
        assertThat(
                        sql.value(
                                "select count(*) from audit_log where tenant_id = 'tnt_rotate-parent' and action = 'pki_ca_rotate' and not success"))
                .isEqualTo(2L);
        // By hand, or when the parent has a new key, it is over.
        owner.post("/v1/pki/ca/" + ca + "/rotate", Map.of("validity_days", 100)).expect(200);
        assertThat(shown(owner, ca).get("rotation_error").isNull()).isTrue();
    }

    @Test
    void switchedOff_itWaitsForPeople() {
        ApiClient owner = server.owner("rotate-off", "rotating");
        String ca = made(owner, below(PkiRoleApiTest.root(owner, "root"), "auto_rotate", false));
        later("rotate-off", "below", 250);
        assertThat(shown(owner, ca).get("key_generation").intValue()).isEqualTo(1);
        owner.patch("/v1/pki/ca/" + ca, Map.of("auto_rotate", true)).expect(200);
        look("rotate-off");
        assertThat(shown(owner, ca).get("key_generation").intValue()).isEqualTo(2);
        JsonNode kept = owner.patch("/v1/pki/ca/" + ca, Map.of("crl_urls", List.of("http://crl.example.com/a.crl")))
                .expect(200)
                .json();
        assertThat(kept.get("auto_rotate").booleanValue()).isTrue();
    }
}
