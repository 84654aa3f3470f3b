package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is about to expire is told once for each threshold. */
class ExpiryEventsTest {
    private final RunningServer server = RunningServer.shared();

    private static void webhook(ApiClient owner, EventReceiver receiver) {
        owner.post(
                        "/v1/webhooks",
                        Map.of(
                                "name",
                                "expiry",
                                "url",
                                receiver.url(),
                                "secret",
                                "not-a-real-one",
                                "events",
                                List.of(
                                        "secret.expiring",
                                        "secret.expired",
                                        "certificate.expiring",
                                        "secret.restored")))
                .expect(201);
    }

    /** Something that is told at once, so that whatever was before it has come. */
    private static void mark(ApiClient owner, String path) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "b")));
        owner.delete("/v1/secrets/" + path).expect(200);
        owner.post("/v1/secrets/" + path + ":restore", null).expect(200);
    }

    @Test
    void secret_isToldOfBeforeItExpires_andWhenItHas_onceEach() {
        ApiClient owner = server.owner("expiry", "expiry");
        try (EventReceiver receiver = new EventReceiver()) {
            webhook(owner, receiver);
            owner.put(
                            "/v1/secrets/app/soon",
                            Map.of(
                                    "data",
                                    Map.of("a", "b"),
                                    "metadata",
                                    Map.of("tags", List.of("x")),
                                    "options",
                                    Map.of("expires_in", "36h", "notify_before", List.of("48h", "24h", "90m"))))
                    .expect(201);
            owner.put("/v1/secrets/app/later", Map.of("data", Map.of("a", "b"), "options", Map.of("expires_in", "40d")))
                    .expect(201);
            server.tellOfExpiry();
            server.tellOfExpiry();
            mark(owner, "app/mark-one");
            List<EventReceiver.Sent> sent = receiver.until("app/mark-one");
            assertThat(sent).hasSize(2);
            JsonNode expiring = sent.getFirst().event();
            assertThat(expiring.get("event_type").stringValue()).isEqualTo("secret.expiring");
            assertThat(expiring.get("path").stringValue()).isEqualTo("app/soon");
            assertThat(expiring.get("identity_id").stringValue()).isEqualTo("system:expiry");
            assertThat(expiring.at("/data/threshold").stringValue()).isEqualTo("2d");
            assertThat(expiring.at("/data/days_remaining").intValue()).isEqualTo(1);
            assertThat(expiring.at("/data/expires_at").stringValue()).endsWith("Z");

            Sql superuser = Sql.superuser(server);
            for (String left : List.of("20 hours", "1 hour", "-1 minute")) {
                // As if time had gone by: its row of notices goes with it.
                superuser.update(
                        "with moved as (update secret set expires_at = now() + ?::interval where tenant_id = 'tnt_expiry' and path = 'app/soon' returning expires_at)"
                                + " update expiry_notice set expires_at = moved.expires_at from moved where tenant_id = 'tnt_expiry' and subject = 'app/soon'",
                        left);
                server.tellOfExpiry();
                server.tellOfExpiry();
            }
            mark(owner, "app/mark-two");
            assertThat(receiver.until("app/mark-two").stream()
                            .map(each -> each.type() + " "
                                    + each.event().at("/data/threshold").asString("")))
                    .containsExactly(
                            "secret.expiring 1d", "secret.expiring 90m", "secret.expired ", "secret.restored ");
            // Another life begins anew.
            owner.put(
                            "/v1/secrets/app/soon",
                            Map.of(
                                    "data",
                                    Map.of("a", "c"),
                                    "options",
                                    Map.of("expires_in", "1h", "notify_before", List.of("90m"))))
                    .expect(200);
            server.tellOfExpiry();
            assertThat(receiver.next().type()).isEqualTo("secret.expiring");
        }
    }

    @Test
    void certificateThatWasRenewed_isNotToldOf() {
        ApiClient owner = server.owner("expiry-renewed", "expiry-renewed");
        try (EventReceiver receiver = new EventReceiver()) {
            webhook(owner, receiver);
            owner.post(
                            "/v1/pki/roles",
                            Map.of(
                                    "name",
                                    "renews",
                                    "ca_id",
                                    PkiRoleApiTest.root(owner, "renews"),
                                    "allowed_domains",
                                    List.of("*.expiry.test"),
                                    "store_private_keys",
                                    true,
                                    "auto_renew",
                                    true))
                    .expect(201);
            for (String name : List.of("renewed", "left")) {
                owner.post("/v1/pki/issue/renews", Map.of("common_name", name + ".expiry.test", "ttl", "60d"))
                        .expect(201);
            }
            Sql superuser = Sql.superuser(server);
            superuser.update(
                    "update certificate set not_before = not_before - interval '54 days', not_after = not_after - interval '54 days' where tenant_id = 'tnt_expiry-renewed' and role = 'renews'");
            superuser.update(
                    "update certificate_renewal r set due_at = case when c.common_name like 'renewed%' then now() end from certificate c where c.tenant_id = r.tenant_id and c.certificate_id = r.certificate_id and r.tenant_id = 'tnt_expiry-renewed'");
            superuser.awaitRows(
                    "select 1 from certificate_renewal where tenant_id = 'tnt_expiry-renewed' and place = 2");
            server.tellOfExpiry();
            mark(owner, "app/mark");
            List<EventReceiver.Sent> sent = receiver.until("app/mark");
            assertThat(sent).hasSize(2);
            assertThat(sent.getFirst().event().at("/data/subject").stringValue())
                    .contains("left.expiry.test");
        }
    }

    @Test
    void certificate_isToldOfInTheSecondHalfOfItsLife_onceForEachThreshold() {
        ApiClient owner = server.owner("expiry-pki", "expiry-pki");
        try (EventReceiver receiver = new EventReceiver()) {
            webhook(owner, receiver);
            String ca = owner.post(
                            "/v1/pki/ca",
                            Map.of("name", "expiry", "common_name", "Expiry", "ca_type", "root", "key_type", "ec"))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            owner.post(
                            "/v1/pki/roles",
                            Map.of(
                                    "name",
                                    "expiry",
                                    "ca_id",
                                    ca,
                                    "allowed_domains",
                                    List.of("*.expiry.test"),
                                    "max_ttl",
                                    "90d"))
                    .expect(201);
            for (String ttl : List.of("1h", "40d", "20d")) {
                owner.post("/v1/pki/issue/expiry", Map.of("common_name", "t" + ttl + ".expiry.test", "ttl", ttl))
                        .expect(201);
            }
            server.tellOfExpiry();
            Sql.superuser(server)
                    .update(
                            "update certificate set not_before = not_before - interval '14 days', not_after = not_after - interval '14 days' where tenant_id = 'tnt_expiry-pki' and role = 'expiry' and not_after > now() + interval '19 days' and not_after < now() + interval '21 days'");
            server.tellOfExpiry();
            server.tellOfExpiry();
            mark(owner, "app/mark");
            List<EventReceiver.Sent> sent = receiver.until("app/mark");
            assertThat(sent.stream().map(EventReceiver.Sent::type))
                    .containsExactly("certificate.expiring", "secret.restored");
            JsonNode expiring = sent.getFirst().event();
            assertThat(expiring.get("path").stringValue()).isEqualTo("pki/roles/expiry");
            assertThat(expiring.at("/data/threshold").stringValue()).isEqualTo("7d");
            assertThat(expiring.at("/data/subject").stringValue()).contains("t20d.expiry.test");
            assertThat(expiring.at("/data/certificate_id").stringValue()).startsWith("cert_");
        }
    }

    @Test
    void managedCertificate_isToldOfByItsNewestVersion_onceForEachThreshold() {
        ApiClient owner = server.owner("expiry-acme", "expiry-acme");
        try (EventReceiver receiver = new EventReceiver()) {
            String account = Pebbles.register(owner, Pebbles.believing());
            String order = Pebbles.ordered(owner, PreparedAcme.body(account));
            String certificate =
                    Pebbles.valid(owner, order).get("certificate_id").stringValue();
            webhook(owner, receiver);
            Sql superuser = Sql.superuser(server);
            for (String left : List.of("60 days", "6 days", "20 hours")) {
                superuser.update(
                        "with moved as (update acme_certificate_version set not_before = now() - interval '80 days', not_after = now() + ?::interval where tenant_id = 'tnt_expiry-acme' returning not_after)"
                                + " update expiry_notice set expires_at = moved.not_after from moved where tenant_id = 'tnt_expiry-acme'",
                        left);
                server.tellOfExpiry();
                server.tellOfExpiry();
            }
            superuser.update(
                    "update acme_certificate_version set revoked_at = now(), revocation_reason = 4, not_after = now() + interval '1 hour' where tenant_id = 'tnt_expiry-acme'");
            superuser.update("delete from expiry_notice where tenant_id = 'tnt_expiry-acme'");
            server.tellOfExpiry();
            mark(owner, "app/mark");
            List<EventReceiver.Sent> sent = receiver.until("app/mark");
            assertThat(sent.stream()
                            .map(each -> each.type() + " "
                                    + each.event().at("/data/threshold").asString("")))
                    .containsExactly("certificate.expiring 7d", "certificate.expiring 1d", "secret.restored ");
            JsonNode expiring = sent.getFirst().event();
            assertThat(expiring.get("path").stringValue()).startsWith("pki/acme/");
            assertThat(expiring.at("/data/certificate_id").stringValue()).isEqualTo(certificate);
            assertThat(expiring.at("/data/names/0").stringValue()).contains("prepared.example.test");
            assertThat(expiring.at("/data/version").intValue()).isEqualTo(1);
        }
    }
}
