package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What subscriptions tell their owners, and nobody else. */
class SubscriptionApiTest {
    private static RunningServer server;
    private static ApiClient owner;
    private static ApiClient shop;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("subscriptions", "subscriptions");
        shop = server.member(owner, "subscriptions", "subscriptions", "shop", "app/shop/**", "read");
    }

    private static String subscribed(ApiClient by, String name, Map<String, Object> delivery, String... paths) {
        return by.post("/v1/subscriptions", body(name, delivery, paths))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static Map<String, Object> body(String name, Map<String, Object> delivery, String... paths) {
        return new HashMap<>(Map.of(
                "name",
                name,
                "paths",
                List.of(paths),
                "events",
                List.of("secret.created", "secret.updated"),
                "delivery",
                delivery));
    }

    private static void write(String path) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "b")));
    }

    private static JsonNode poll(ApiClient by, String id, String query) {
        return by.get("/v1/subscriptions/" + id + "/poll?" + query).expect(200).json();
    }

    private static List<String> paths(JsonNode polled) {
        return polled.get("events")
                .valueStream()
                .map(event -> event.get("path").stringValue())
                .toList();
    }

    @Test
    void pollThatWaits_isAnsweredWhenSomethingHappens_andOnlyOfWhatTheOwnerMayRead() throws Exception {
        String id = subscribed(shop, "waits", Map.of("type", "polling"), "app/**");
        CompletableFuture<JsonNode> waiting = CompletableFuture.supplyAsync(() -> poll(shop, id, "timeout=25"));
        write("app/other/db");
        write("app/shop/db");
        JsonNode polled = waiting.get(30, TimeUnit.SECONDS);
        assertThat(paths(polled)).containsExactly("app/shop/db");
        assertThat(polled.get("has_more").booleanValue()).isFalse();
        assertThat(polled.has("dropped")).isFalse();

        // What is not acknowledged comes again, but not behind itself.
        assertThat(paths(poll(shop, id, "timeout=0"))).containsExactly("app/shop/db");
        String event = polled.at("/events/0/event_id").stringValue();
        assertThat(paths(poll(shop, id, "timeout=0&since_event_id=" + event))).isEmpty();
        assertThat(shop.post("/v1/subscriptions/" + id + "/ack", Map.of("event_ids", List.of(event)))
                        .expect(200)
                        .json()
                        .get("acknowledged")
                        .intValue())
                .isEqualTo(1);
        assertThat(paths(poll(shop, id, "timeout=0"))).isEmpty();
    }

    @Test
    void pollOfNothing_isAnsweredAfterItsTime() {
        String id = subscribed(shop, "quiet", Map.of("type", "polling"), "app/shop/never");
        long begun = System.nanoTime();
        JsonNode polled = poll(shop, id, "timeout=2");
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(polled.toString()).isEqualTo("{\"events\":[],\"has_more\":false}");
        assertThat(took).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(8));
    }

    @Test
    void moreThanTheBuffer_dropsTheOldest_andSaysHowMany() {
        String id = subscribed(shop, "small", Map.of("type", "polling", "buffer_size", 2), "app/shop/many/*");
        for (int i = 0; i < 5; i++) {
            write("app/shop/many/n" + i);
        }
        awaitQueued(id, 5);
        JsonNode polled = poll(shop, id, "timeout=0&max_events=1");
        assertThat(polled.get("dropped").intValue()).isEqualTo(3);
        assertThat(polled.get("has_more").booleanValue()).isTrue();
        assertThat(paths(polled)).containsExactly("app/shop/many/n3");
        JsonNode next = poll(shop, id, "timeout=0");
        assertThat(next.has("dropped")).isFalse();
        assertThat(paths(next)).containsExactly("app/shop/many/n3", "app/shop/many/n4");
    }

    private static void awaitQueued(String id, long count) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Sql.superuser(server)
                .value("select count(*) from event_queue where target_id = ?", id)
                .equals(count)) {
            assertThat(System.nanoTime()).as("events are queued").isLessThan(patience);
        }
    }

    @Test
    void ownerWhoseRuleIsTakenAway_orWhoIsRevoked_isToldNoMore() {
        String policy = owner.allow("sa:leaving", "app/leaving/**", "read");
        ApiClient leaving = server.client(server.token("subscriptions", "subscriptions")
                .serviceAccount("leaving")
                .sign());
        try (EventReceiver receiver = new EventReceiver()) {
            String polling = subscribed(leaving, "leaving", Map.of("type", "polling"), "app/**");
            subscribed(
                    leaving,
                    "leaving-sent",
                    Map.of("type", "webhook", "url", receiver.url(), "secret", "not-a-real-one"),
                    "app/**");
            write("app/leaving/one");
            assertThat(receiver.until("app/leaving/one")).hasSize(1);
            awaitQueued(polling, 1);
            owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
            assertThat(paths(poll(leaving, polling, "timeout=0"))).isEmpty();
            write("app/leaving/two");
            owner.allow("sa:leaving", "app/leaving/**", "read");
            write("app/leaving/three");
            // Which of both rules counted for the second is a matter of when it was delivered.
            assertThat(receiver.until("app/leaving/three")).hasSizeLessThanOrEqualTo(2);

            owner.post("/v1/auth/revoke", Map.of("identity_id", "sa:leaving")).expect(204);
            leaving.get("/v1/subscriptions/" + polling + "/poll").expect(401, "token_revoked");
            write("app/leaving/four");
            Sql superuser = Sql.superuser(server);
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!superuser
                    .value(
                            "select coalesce(cursor >= (select max(position) from event e where e.tenant_id = g.tenant_id and e.path = 'app/leaving/four'), false) from event_target g"
                                    + " where g.name = 'leaving-sent' and g.tenant_id = 'tnt_subscriptions'")
                    .equals(true)) {
                assertThat(System.nanoTime()).as("the event was passed over").isLessThan(patience);
            }
            assertThat(
                            superuser.value(
                                    "select count(*) from event_delivery d join event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id where e.path = 'app/leaving/four'"))
                    .isEqualTo(0L);
        }
    }

    @Test
    void subscription_isItsOwnersAlone() {
        String id = subscribed(shop, "private", Map.of("type", "polling"), "app/shop/**");
        ApiClient other = server.client(server.token("subscriptions", "subscriptions")
                .serviceAccount("other")
                .scope("subscriptions:read subscriptions:write")
                .sign());
        for (String path : List.of("", "/poll?timeout=0")) {
            other.get("/v1/subscriptions/" + id + path).expect(404, "subscription_not_found");
        }
        other.delete("/v1/subscriptions/" + id).expect(404, "subscription_not_found");
        assertThat(other.get("/v1/subscriptions").expect(200).json().get("subscriptions"))
                .isEmpty();
        // Who administers the tenant sees it, and may end it, but is told nothing by it.
        owner.get("/v1/subscriptions/" + id).expect(200);
        owner.get("/v1/subscriptions/" + id + "/poll?timeout=0").expect(403, "forbidden");
        owner.post("/v1/subscriptions/" + id + "/ack", Map.of("event_ids", List.of("evt_01K9Z6J2C6W0Y4A8D2F5H7K9MB")))
                .expect(403, "forbidden");
        owner.patch("/v1/subscriptions/" + id, Map.of("paths", List.of("**"))).expect(403, "forbidden");
        owner.delete("/v1/subscriptions/" + id).expect(204);
    }

    @Test
    void subscriptionThatIsFetchedInAnotherWay_beginsAnew() {
        String id = subscribed(shop, "turned", Map.of("type", "polling"), "app/shop/turned/*");
        write("app/shop/turned/one");
        awaitQueued(id, 1);
        try (EventReceiver receiver = new EventReceiver()) {
            shop.patch("/v1/subscriptions/" + id, Map.of("delivery", Map.of("type", "webhook", "url", receiver.url())))
                    .expect(422, "validation_error");
            shop.patch(
                            "/v1/subscriptions/" + id,
                            Map.of(
                                    "delivery",
                                    Map.of("type", "webhook", "url", receiver.url(), "secret", "not-a-real-one")))
                    .expect(200);
            shop.get("/v1/subscriptions/" + id + "/poll?timeout=0").expect(422, "validation_error");
            write("app/shop/turned/two");
            assertThat(receiver.until("app/shop/turned/two")).hasSize(1);
            awaitQueued(id, 0);
        }
    }

    @Test
    void addressInside_isRefusedByName_whenItIsMadeAndWhenItIsChanged() {
        String id = subscribed(shop, "fetches first", Map.of("type", "polling"), "app/shop/**");
        for (String host : List.of("169.254.169.254", "10.0.0.1", "[::ffff:10.0.0.1]", "[fe80::1]")) {
            Map<String, Object> inside =
                    Map.of("type", "webhook", "url", "https://" + host + "/hook", "secret", "not-a-real-one");
            ApiClient.Reply made = shop.post("/v1/subscriptions", body("inside", inside, "app/shop/**"));
            ApiClient.Reply changed = shop.patch("/v1/subscriptions/" + id, Map.of("delivery", inside));
            for (ApiClient.Reply reply : List.of(made, changed)) {
                reply.expect(422, "validation_error");
                assertThat(reply.json().at("/error/details/fields").has("delivery.url"))
                        .as(reply.body())
                        .isTrue();
                assertThat(reply.body()).doesNotContain(host);
            }
        }
    }

    @Test
    void whatIsNoSubscription_isRefusedByName() {
        Map<String, Object> polling = Map.of("type", "polling");
        for (Map<String, Object> members : List.<Map<String, Object>>of(
                Map.of("events", List.of("policy.created")),
                Map.of("events", List.of("nothing")),
                Map.of("paths", List.of()),
                Map.of("delivery", Map.of("type", "pigeon")),
                Map.of("delivery", Map.of("type", "polling", "buffer_size", 0)),
                Map.of("delivery", Map.of("type", "polling", "url", "https://hooks.example.test/")),
                Map.of("delivery", Map.of("type", "webhook", "url", "https://hooks.example.test/")),
                Map.of("delivery", Map.of("type", "webhook", "url", "https://10.1/", "secret", "x")))) {
            Map<String, Object> body = body("wrong", polling, "app/**");
            body.putAll(members);
            ApiClient.Reply reply = shop.post("/v1/subscriptions", body);
            assertThat(reply.code()).as(members + ": " + reply.body()).isEqualTo("validation_error");
        }
        Map<String, Object> glob = body("wrong", polling, "app/**/**");
        shop.post("/v1/subscriptions", glob).expect(400, "invalid_glob");
        String id = subscribed(shop, "right", polling, "app/shop/**");
        for (String query : List.of("timeout=61", "max_events=0", "since_event_id=evt_x")) {
            shop.get("/v1/subscriptions/" + id + "/poll?" + query).expect(422, "validation_error");
        }
        shop.post("/v1/subscriptions/" + id + "/ack", Map.of("event_ids", List.of("x")))
                .expect(422, "validation_error");
    }
}
