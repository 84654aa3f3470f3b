package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What webhooks are told, as their receivers see it. */
class WebhookApiTest {
    private static final String SECRET = "CANARY-of-a-webhook-0123456789abcdef";

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("webhooks", "webhooks");
    }

    private static JsonNode created(ApiClient by, String name, EventReceiver receiver, String... events) {
        return by.post("/v1/webhooks", body(name, receiver.url(), events))
                .expect(201)
                .json();
    }

    private static Map<String, Object> body(String name, String url, String... events) {
        return new HashMap<>(Map.of("name", name, "url", url, "secret", SECRET, "events", List.of(events)));
    }

    private static void write(ApiClient by, String path) {
        by.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "CANARY-of-a-value")));
    }

    @Test
    void everyChangeOfASecret_isToldOnce_inOrder_andNoValue() {
        try (EventReceiver receiver = new EventReceiver()) {
            created(
                    owner,
                    "changes",
                    receiver,
                    "secret.created",
                    "secret.updated",
                    "secret.deleted",
                    "secret.restored",
                    "secret.metadata.updated");
            owner.put(
                            "/v1/secrets/hook/db",
                            Map.of(
                                    "data",
                                    Map.of("a", "CANARY-of-a-value"),
                                    "metadata",
                                    Map.of("tags", List.of("blue", "line\nbreak")),
                                    "options",
                                    Map.of("expires_in", "30d")),
                            "X-Request-ID",
                            "req_webhook-created")
                    .expect(201);
            write(owner, "hook/db");
            owner.patch("/v1/secrets/hook/db:metadata", Map.of("owner", "team:x"))
                    .expect(200);
            owner.delete("/v1/secrets/hook/db").expect(200);
            owner.post("/v1/secrets/hook/db:restore", null).expect(200);
            owner.delete("/v1/secrets/hook/db?permanent=true").expect(200);
            // A change that was refused raises nothing.
            owner.put("/v1/secrets/hook/db", Map.of("data", Map.of("a", "b")), "If-Match", "\"7\"")
                    .expect(409, "version_conflict");
            write(owner, "hook/last");

            List<EventReceiver.Sent> sent = receiver.until("hook/last");
            assertThat(sent.stream().map(EventReceiver.Sent::type))
                    .containsExactly(
                            "secret.created",
                            "secret.updated",
                            "secret.metadata.updated",
                            "secret.deleted",
                            "secret.restored",
                            "secret.deleted",
                            "secret.created");
            JsonNode made = sent.getFirst().event();
            assertThat(made.get("tenant_id").stringValue()).isEqualTo("tnt_webhooks");
            assertThat(made.get("partner_id").stringValue()).isEqualTo("ptn_webhooks");
            assertThat(made.get("identity_id").stringValue()).isEqualTo("user:owner@webhooks.test");
            assertThat(made.get("path").stringValue()).isEqualTo("hook/db");
            assertThat(made.get("request_id").stringValue()).isEqualTo("req_webhook-created");
            assertThat(made.get("timestamp").stringValue()).matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z");
            assertThat(made.at("/data/version").intValue()).isEqualTo(1);
            assertThat(made.at("/data/secret_type").stringValue()).isEqualTo("kv");
            assertThat(made.at("/data/created_by").stringValue()).isEqualTo("user:owner@webhooks.test");
            assertThat(made.at("/data/tags/1").stringValue()).isEqualTo("line\nbreak");
            assertThat(made.at("/data/expires_at").stringValue()).endsWith("Z");
            JsonNode updated = sent.get(1).event();
            assertThat(updated.at("/data/old_version").intValue()).isEqualTo(1);
            assertThat(updated.at("/data/new_version").intValue()).isEqualTo(2);
            assertThat(updated.at("/data/is_rotation").booleanValue()).isFalse();
            JsonNode soft = sent.get(3).event();
            assertThat(soft.at("/data/version_count").intValue()).isEqualTo(2);
            assertThat(soft.at("/data/permanent").booleanValue()).isFalse();
            assertThat(soft.at("/data/recoverable_until").stringValue()).endsWith("Z");
            JsonNode gone = sent.get(5).event();
            assertThat(gone.at("/data/permanent").booleanValue()).isTrue();
            assertThat(gone.get("data").has("recoverable_until")).isFalse();
            for (EventReceiver.Sent each : sent) {
                assertThat(new String(each.body(), StandardCharsets.UTF_8)).doesNotContain("CANARY");
                assertThat(each.headers())
                        .containsEntry("User-Agent", "ScaiVault-Webhook/1.0")
                        .containsEntry("X-ScaiVault-Event-Type", each.type())
                        .containsEntry(
                                "X-ScaiVault-Event-Id",
                                each.event().get("event_id").stringValue());
            }
        }
    }

    @Test
    void policiesCertificatesReadsAndRefusals_areToldToWhoNamesThem() {
        try (EventReceiver receiver = new EventReceiver()) {
            ApiClient admin = server.owner("webhooks-pki", "webhooks-pki");
            write(admin, "app/read");
            created(
                    admin,
                    "all",
                    receiver,
                    "policy.created",
                    "policy.binding.created",
                    "policy.violation",
                    "secret.accessed",
                    "certificate.issued",
                    "certificate.revoked");
            String policy = admin.allow("sa:reader", "app/other", "read");
            admin.get("/v1/secrets/app/read").expect(200);
            ApiClient reader = server.client(server.token("webhooks-pki", "webhooks-pki")
                    .serviceAccount("reader")
                    .sign());
            String decision = reader.get("/v1/secrets/app/read")
                    .expect(403, "access_denied")
                    .json()
                    .at("/error/details/decision_id")
                    .stringValue();
            String ca = admin.post(
                            "/v1/pki/ca",
                            Map.of("name", "hooks", "common_name", "Hooks", "ca_type", "root", "key_type", "ec"))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            admin.post("/v1/pki/roles", Map.of("name", "hooks", "ca_id", ca, "allowed_domains", List.of("*.hook.test")))
                    .expect(201);
            JsonNode issued = admin.post("/v1/pki/issue/hooks", Map.of("common_name", "a.hook.test", "ttl", "1h"))
                    .expect(201)
                    .json();
            admin.post(
                            "/v1/pki/revoke",
                            Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", "superseded"))
                    .expect(200);

            List<EventReceiver.Sent> sent = new ArrayList<>();
            while (sent.isEmpty() || !sent.getLast().type().equals("certificate.revoked")) {
                sent.add(receiver.next());
            }
            assertThat(sent.stream().map(EventReceiver.Sent::type))
                    .containsExactly(
                            "policy.created",
                            "policy.binding.created",
                            "secret.accessed",
                            "policy.violation",
                            "certificate.issued",
                            "certificate.revoked");
            assertThat(sent.get(0).event().has("path")).isFalse();
            assertThat(sent.get(0).event().at("/data/policy_id").stringValue()).isEqualTo(policy);
            assertThat(sent.get(1).event().at("/data/grantee").stringValue()).isEqualTo("sa:reader");
            assertThat(sent.get(3).event().at("/data/decision_id").stringValue())
                    .isEqualTo(decision);
            assertThat(sent.get(4).event().get("path").stringValue()).isEqualTo("pki/roles/hooks");
            assertThat(sent.get(4).event().at("/data/certificate_id").stringValue())
                    .isEqualTo(issued.get("id").stringValue());
            assertThat(sent.get(5).event().at("/data/reason").stringValue()).isEqualTo("superseded");
        }
    }

    /** Of the same partner and of another; and what an administrator of the partner does elsewhere is told there alone. */
    @Test
    void whatHappensInAnotherTenant_isNeverTold() {
        try (EventReceiver mine = new EventReceiver();
                EventReceiver theirs = new EventReceiver()) {
            ApiClient here = server.owner("webhooks-here", "webhooks-two");
            ApiClient there = server.owner("webhooks-there", "webhooks-two");
            created(here, "mine", mine, "secret.created", "secret.accessed", "policy.created", "policy.violation");
            created(there, "theirs", theirs, "secret.created", "secret.accessed");
            there.allow("user:owner@webhooks-here.test", "**", "admin");
            write(there, "app/theirs");
            here.put("/v1/t/tnt_webhooks-there/secrets/app/abroad", Map.of("data", Map.of("a", "b")))
                    .expect(201);
            here.get("/v1/t/tnt_webhooks-there/secrets/app/abroad").expect(200);
            here.put("/v1/partner/secrets/app/shared", Map.of("data", Map.of("a", "b")))
                    .expect(201);
            write(here, "app/mine");
            write(there, "app/last");

            assertThat(mine.until("app/mine")).hasSize(1);
            assertThat(theirs.until("app/last").stream()
                            .map(sent ->
                                    sent.type() + " " + sent.event().get("path").stringValue()))
                    .containsExactly(
                            "secret.created app/theirs",
                            "secret.created app/abroad",
                            "secret.accessed app/abroad",
                            "secret.created app/last");
        }
    }

    @Test
    void filters_letThroughWhatAllOfThemFit() {
        try (EventReceiver receiver = new EventReceiver()) {
            Map<String, Object> body = body("filtered", receiver.url(), "secret.created", "secret.deleted");
            body.put("filters", Map.of("path_prefix", "f/a", "secret_type", "json", "tags", List.of("x")));
            owner.post("/v1/webhooks", body).expect(201);
            for (String path : List.of("f/b/one", "f/a/two")) {
                owner.put(
                                "/v1/secrets/" + path,
                                Map.of("data", Map.of("a", "b"), "metadata", Map.of("tags", List.of("x"))))
                        .expect(201);
                owner.put("/v1/secrets/" + path + "-json", Map.of("data", Map.of("a", Map.of("b", "c"))))
                        .expect(201);
                owner.put(
                                "/v1/secrets/" + path + "-tagged",
                                Map.of(
                                        "data",
                                        Map.of("a", Map.of("b", "c")),
                                        "metadata",
                                        Map.of("tags", List.of("y", "x"))))
                        .expect(201);
            }
            owner.delete("/v1/secrets/f/a/two-tagged?permanent=true").expect(200);
            assertThat(receiver.next().event().get("path").stringValue()).isEqualTo("f/a/two-tagged");
            // Of a secret that is gone it is still known what it was.
            assertThat(receiver.next().type()).isEqualTo("secret.deleted");
        }
    }

    /** As they stand in the guide. */
    @Test
    void verificationInPythonAndInTheShell_acceptsWhatIsSent_andNothingElse(@TempDir Path folder) throws Exception {
        try (EventReceiver receiver = new EventReceiver()) {
            String id = created(owner, "verified", receiver, "secret.created")
                    .get("id")
                    .stringValue();
            owner.post("/v1/webhooks/" + id + "/test", null).expect(200);
            EventReceiver.Sent sent = receiver.next();
            assertThat(verifies(folder, sent, SECRET)).isTrue();
            assertThat(verifies(folder, sent, SECRET + "x")).isFalse();
            byte[] other = sent.body().clone();
            other[other.length - 2] ^= 1;
            assertThat(verifies(folder, new EventReceiver.Sent(sent.headers(), other, 200), SECRET))
                    .isFalse();
        }
    }

    private static boolean verifies(Path folder, EventReceiver.Sent sent, String secret) throws Exception {
        Path body = Files.write(folder.resolve("body"), sent.body());
        String timestamp = sent.headers().get("X-ScaiVault-Timestamp");
        String signature = sent.headers().get("X-ScaiVault-Signature");
        boolean python = succeeds("python3", "-c", """
                import hashlib, hmac, sys
                secret, timestamp, signature, body = sys.argv[1:]
                raw = open(body, "rb").read()
                expected = "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
                sys.exit(0 if hmac.compare_digest(expected, signature) else 1)
                """, secret, timestamp, signature, body.toString());
        boolean shell = succeeds("bash", "-c", """
                expected="sha256=$( (printf '%s.' "$2"; cat "$4") | openssl dgst -sha256 -hmac "$1" | sed 's/^.* //')"
                [ "$expected" = "$3" ]
                """, "verify", secret, timestamp, signature, body.toString());
        assertThat(shell).isEqualTo(python);
        return python;
    }

    private static boolean succeeds(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() == 0;
    }

    @Test
    void secret_isNeverShown_signsAtOnceWhenItIsReplaced_andIsRememberedAsLongAsAsked() {
        try (EventReceiver receiver = new EventReceiver()) {
            ApiClient.Reply made = owner.post("/v1/webhooks", body("rotated", receiver.url(), "secret.created"));
            String id = made.expect(201).json().get("id").stringValue();
            assertThat(made.body()).doesNotContain("CANARY");
            assertThat(owner.get("/v1/webhooks/" + id).expect(200).body()).doesNotContain("CANARY");
            owner.post("/v1/webhooks/" + id + "/test", null).expect(200);
            assertThat(receiver.next().headers()).doesNotContainKey("X-ScaiVault-Signature-Previous");

            owner.patch("/v1/webhooks/" + id, Map.of("previous_secret_ttl", "24h"))
                    .expect(422, "validation_error");
            owner.patch("/v1/webhooks/" + id, Map.of("secret", "another", "previous_secret_ttl", "8d"))
                    .expect(422, "validation_error");
            owner.patch("/v1/webhooks/" + id, Map.of("secret", "another", "previous_secret_ttl", "24h"))
                    .expect(200);
            assertThat(owner.get("/v1/webhooks/" + id).expect(200).json().has("previous_secret_expires_at"))
                    .isTrue();
            owner.post("/v1/webhooks/" + id + "/test", null).expect(200);
            EventReceiver.Sent sent = receiver.next();
            assertThat(sent.headers().get("X-ScaiVault-Signature-Previous"))
                    .isNotEqualTo(sent.headers().get("X-ScaiVault-Signature"))
                    .startsWith("sha256=");
            Sql superuser = Sql.superuser(server);
            assertThat(superuser.value("select count(*) from event_signing_key where target_id = ?", id))
                    .isEqualTo(2L);
            assertThat(
                            superuser.value(
                                    "select count(*) from event_signing_key where encode(private_key, 'escape') like '%CANARY%'"))
                    .isEqualTo(0L);

            owner.patch("/v1/webhooks/" + id, Map.of("secret", "a third")).expect(200);
            owner.post("/v1/webhooks/" + id + "/test", null).expect(200);
            assertThat(receiver.next().headers()).doesNotContainKey("X-ScaiVault-Signature-Previous");
        }
    }

    @Test
    void failedDelivery_isToldAndTriedAgain_beforeWhatFollows_andMayBeSentAgainByHand() {
        try (EventReceiver receiver = new EventReceiver()) {
            ApiClient admin = server.owner("webhooks-failing", "webhooks-failing");
            String id = created(admin, "failing", receiver, "secret.created")
                    .get("id")
                    .stringValue();
            receiver.answer(500);
            write(admin, "app/one");
            write(admin, "app/two");
            String first = receiver.next().event().get("event_id").stringValue();
            JsonNode pending = await(admin, id, "pending");
            assertThat(pending.get("event_id").stringValue()).isEqualTo(first);
            assertThat(pending.get("response_code").intValue()).isEqualTo(500);
            assertThat(pending.get("error").stringValue()).isEqualTo("refused");
            assertThat(pending.get("next_attempt_at").stringValue()).endsWith("Z");
            assertThat(admin.get("/v1/webhooks/" + id)
                            .expect(200)
                            .json()
                            .get("status")
                            .stringValue())
                    .isEqualTo("failing");

            receiver.answer(204);
            JsonNode again = admin.post(
                            "/v1/webhooks/" + id + "/deliveries/"
                                    + pending.get("id").stringValue() + "/redeliver",
                            null)
                    .expect(200)
                    .json();
            assertThat(again.get("status").stringValue()).isEqualTo("success");
            assertThat(again.get("response_code").intValue()).isEqualTo(204);
            assertThat(receiver.next().event().get("event_id").stringValue()).isEqualTo(first);
            admin.post("/v1/webhooks/" + id + "/deliveries/del_01K9Z6J2C6W0Y4A8D2F5H7K9MB/redeliver", null)
                    .expect(404, "not_found");

            // Its next attempt, and only then the one that followed.
            List<EventReceiver.Sent> sent = receiver.until("app/two");
            assertThat(sent.getFirst().event().get("event_id").stringValue()).isEqualTo(first);
            JsonNode done = await(admin, id, "success");
            assertThat(done).isNotNull();
            assertThat(admin.get("/v1/webhooks/" + id + "/deliveries?status=lost")
                            .expect(422, "validation_error"))
                    .isNotNull();
        }
    }

    private static JsonNode await(ApiClient admin, String id, String status) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < patience) {
            JsonNode found = admin.get("/v1/webhooks/" + id + "/deliveries?status=" + status)
                    .expect(200)
                    .json()
                    .get("deliveries");
            if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        throw new AssertionError("no delivery is " + status);
    }

    @Test
    void disabledWebhook_isToldNothing_andBeginsWithWhatHappensAfterwards() {
        try (EventReceiver receiver = new EventReceiver()) {
            ApiClient admin = server.owner("webhooks-off", "webhooks-off");
            String id =
                    created(admin, "off", receiver, "secret.created").get("id").stringValue();
            write(admin, "app/one");
            receiver.until("app/one");
            assertThat(admin.patch("/v1/webhooks/" + id, Map.of("enabled", false), "If-Match", "\"1\"")
                            .expect(200)
                            .json()
                            .get("status")
                            .stringValue())
                    .isEqualTo("disabled");
            admin.patch("/v1/webhooks/" + id, Map.of("enabled", true), "If-Match", "\"1\"")
                    .expect(409, "version_conflict");
            write(admin, "app/two");
            admin.patch("/v1/webhooks/" + id, Map.of("enabled", true)).expect(200);
            write(admin, "app/three");
            assertThat(receiver.until("app/three")).hasSize(1);
            admin.delete("/v1/webhooks/" + id).expect(204);
            admin.get("/v1/webhooks/" + id).expect(404, "webhook_not_found");
        }
    }

    @Test
    void addressInside_isRefusedByName_whenItIsMadeAndWhenItIsChanged() {
        ApiClient admin = server.owner("webhooks-inside", "webhooks-inside");
        String id = admin.post("/v1/webhooks", body("inside", "https://hooks.example.test/x", "secret.created"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        for (String host : List.of(
                "169.254.169.254", "10.0.0.1", "192.168.1.1:8443", "0.0.0.0", "[::ffff:10.0.0.1]", "[fe80::1]")) {
            String url = "https://" + host + "/hook";
            ApiClient.Reply made = admin.post("/v1/webhooks", body("other", url, "secret.created"));
            ApiClient.Reply changed = admin.patch("/v1/webhooks/" + id, Map.of("url", url));
            for (ApiClient.Reply reply : List.of(made, changed)) {
                reply.expect(422, "validation_error");
                assertThat(reply.json().at("/error/details/fields").has("url"))
                        .as(reply.body())
                        .isTrue();
                assertThat(reply.body()).doesNotContain(host);
            }
        }
        // Of development: this machine.
        admin.patch("/v1/webhooks/" + id, Map.of("url", "https://[::1]:1/hook")).expect(200);
    }

    @Test
    void webhookWhoseAddressIsPermittedNoLonger_canBeDisabled_andLedToNoOther() {
        ApiClient admin = server.owner("webhooks-narrowed", "webhooks-narrowed");
        String id = admin.post("/v1/webhooks", body("narrowed", "https://hooks.example.test/x", "secret.created"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        Sql.superuser(server).update("update event_target set url = 'https://10.0.0.1/x' where target_id = ?", id);
        JsonNode test =
                admin.post("/v1/webhooks/" + id + "/test", null).expect(200).json();
        assertThat(test.get("error").stringValue()).isEqualTo("address_refused");
        admin.patch("/v1/webhooks/" + id, Map.of("enabled", false)).expect(200);
        admin.patch("/v1/webhooks/" + id, Map.of("url", "https://10.0.0.2/x")).expect(422, "validation_error");
    }

    @Test
    void whatIsNoWebhook_isRefusedByName() {
        Map<String, Map<String, Object>> wrong = new HashMap<>();
        for (String url : List.of(
                "ftp://hooks.example.test/",
                "http://hooks.example.test/",
                "http://10.0.0.1/",
                "https://",
                "https://user:pass@hooks.example.test/",
                "https://hooks.example.test/#fragment",
                "https://hooks example.test/",
                "https://2130706433/",
                "https://0177.0.0.1/",
                "https://0x7f.1/",
                "https://127.1/",
                "javascript:alert(1)",
                "/hook")) {
            wrong.put("url " + url, Map.of("url", url));
        }
        wrong.put("no event", Map.of("events", List.of()));
        wrong.put("unknown event", Map.of("events", List.of("secret.rotted")));
        wrong.put("wildcard", Map.of("events", List.of("*")));
        wrong.put("empty secret", Map.of("secret", ""));
        wrong.put("long secret", Map.of("secret", "x".repeat(1_025)));
        wrong.put("empty name", Map.of("name", " "));
        wrong.put("odd prefix", Map.of("filters", Map.of("path_prefix", "A B")));
        wrong.forEach((what, members) -> {
            Map<String, Object> body = body("wrong", "https://hooks.example.test/x", "secret.created");
            body.putAll(members);
            ApiClient.Reply reply = owner.post("/v1/webhooks", body);
            assertThat(reply.code()).as(what + ": " + reply.body()).isEqualTo("validation_error");
            assertThat(reply.body()).doesNotContain("CANARY").doesNotContain("user:pass");
        });
        Map<String, Object> without = body("without", "https://hooks.example.test/x", "secret.created");
        without.remove("secret");
        owner.post("/v1/webhooks", without).expect(422, "validation_error");
        owner.post("/v1/webhooks", body("twice", "https://hooks.example.test/x", "secret.created"))
                .expect(201);
        owner.post("/v1/webhooks", body("twice", "https://hooks.example.test/y", "secret.created"))
                .expect(409, "conflict");
        server.client(server.token("webhooks", "webhooks")
                        .serviceAccount("plain")
                        .scope("secrets:read")
                        .sign())
                .get("/v1/webhooks")
                .expect(403, "insufficient_scope");
    }
}
