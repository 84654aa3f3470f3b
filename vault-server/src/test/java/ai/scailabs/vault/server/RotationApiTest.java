package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Secrets that are renewed in time. */
class RotationApiTest {
    private static final String POLICIES = "/v1/rotation/policies";
    private static final String TENANT = "tnt_rotated";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    private static ApiClient owner;
    private static Sql sql;
    private static String recipe;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("rotated", "rotated");
        sql = Sql.superuser(server);
        recipe = owner.post(
                        "/v1/secret-policies",
                        Map.of(
                                "name",
                                "passwords",
                                "fields",
                                List.of(Map.of(
                                        "name", "password", "generator", "random", "config", Map.of("length", 24)))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static Map<String, Object> terms(boolean auto) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", "policy " + COUNT.incrementAndGet());
        body.put("interval", "90d");
        body.put("warn_before", "7d,1d");
        body.put("auto_generate", auto);
        if (auto) {
            body.put("secret_policy_id", recipe);
        }
        return body;
    }

    private static String policy(boolean auto) {
        return owner.post(POLICIES, terms(auto)).expect(201).json().get("id").stringValue();
    }

    /** A new secret under the policy. */
    private static String attached(String policy) {
        String path = "rotated/s" + COUNT.incrementAndGet();
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("user", "app", "password", "first")))
                .expect(201);
        owner.post(POLICIES + "/" + policy + "/secrets", Map.of("secret_path", path))
                .expect(201);
        return path;
    }

    private static void move(String path, String due) {
        sql.update(
                "update rotation_assignment set due_at = now() + ?::interval, next_at = now() where tenant_id = ? and path = ?",
                due,
                TENANT,
                path);
    }

    private static long entries(String path, String action) {
        return ((Number) sql.value(
                        "select count(*) from audit_log where tenant_id = ? and secret_path = ? and action = ?",
                        TENANT,
                        path,
                        action))
                .longValue();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static int version(String path) {
        return owner.get("/v1/secrets/" + path)
                .expect(200)
                .json()
                .get("version")
                .intValue();
    }

    private static void awaitVersion(String path, int version) {
        await(() -> version(path) == version);
    }

    /** Until nothing is to be done about it any more. */
    private static void awaitRest(String path) {
        await(() -> sql.rows(
                                "select from rotation_assignment where tenant_id = ? and path = ? and taken_by is null and version = told_version"
                                        + " and (next_at is null or next_at > now())",
                                TENANT,
                                path)
                        .size()
                == 1);
    }

    private static List<String> statuses(String policy) {
        List<String> found = new ArrayList<>();
        owner.get(POLICIES + "/" + policy + "/history")
                .expect(200)
                .json()
                .get("data")
                .forEach(item -> found.add(item.get("status").stringValue() + " by "
                        + item.get("trigger").stringValue()));
        return found;
    }

    @Test
    void policy_isCreatedShownChangedPausedAndDeleted() {
        Map<String, Object> body = terms(true);
        JsonNode policy = owner.post(POLICIES, body).expect(201).json();
        String id = policy.get("id").stringValue();
        assertThat(id).startsWith("rot_");
        assertThat(policy.get("interval").stringValue()).isEqualTo("90d");
        assertThat(policy.get("interval_seconds").longValue()).isEqualTo(7_776_000);
        assertThat(policy.get("grace_period").stringValue()).isEqualTo("48h");
        assertThat(policy.get("warn_before").stringValue()).isEqualTo("7d,1d");
        assertThat(policy.get("secrets_count").longValue()).isZero();
        owner.post(POLICIES, body).expect(409, "conflict");
        String path = attached(id);
        assertThat(owner.get(POLICIES + "/" + id)
                        .expect(200)
                        .json()
                        .get("secrets_count")
                        .longValue())
                .isEqualTo(1);
        assertThat(owner.get("/v1/secrets/" + path)
                        .expect(200)
                        .json()
                        .get("rotation_policy_id")
                        .stringValue())
                .isEqualTo(id);

        owner.patch(POLICIES + "/" + id, Map.of("interval", "30d"), "If-Match", "\"1\"")
                .expect(200);
        assertThat(owner.get("/v1/rotation/due?within_hours=720&policy_id=" + id)
                        .expect(200)
                        .json()
                        .get("data"))
                .hasSize(1);
        owner.delete("/v1/secret-policies/" + recipe).expect(409, "conflict");
        owner.post(POLICIES + "/" + id + "/disable", null).expect(200);
        assertThat(owner.get(POLICIES + "?active_only=true").expect(200).body()).doesNotContain(id);
        assertThat(owner.get(POLICIES).expect(200).body()).contains(id);

        owner.delete(POLICIES + "/" + id).expect(204);
        owner.get(POLICIES + "/" + id).expect(404, "rotation_policy_not_found");
        assertThat(owner.get("/v1/secrets/" + path)
                        .expect(200)
                        .json()
                        .get("rotation_policy_id")
                        .isNull())
                .isTrue();
    }

    @Test
    void whatIsDue_isRenewedByItsRecipe_once_andTheRestOfItStays() {
        String id = policy(true);
        String path = attached(id);
        move(path, "-1 second");
        awaitVersion(path, 2);
        awaitRest(path);
        JsonNode data = owner.get("/v1/secrets/" + path).expect(200).json().get("data");
        assertThat(data.get("user").stringValue()).isEqualTo("app");
        assertThat(data.get("password").stringValue()).hasSize(24);
        assertThat(statuses(id)).containsExactly("success by schedule");
        assertThat(version(path)).isEqualTo(2);
        assertThat(entries(path, "rotate")).isEqualTo(1);
        assertThat(entries(path, "secret_rotated")).isEqualTo(1);
        assertThat(entries(path, "rotation_completed")).isEqualTo(1);
    }

    /** Readable until the grace ends, and not a moment longer, whether or not somebody has cleared it away. */
    @Test
    void versionThatWasReplaced_isReadableInItsGrace_andThenGone() {
        String path = attached(policy(true));
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        owner.get("/v1/secrets/" + path + "?version=1").expect(200);
        sql.update(
                "update secret_version set readable_until = now() - interval '1 second' where tenant_id = ? and path = ? and version = 1",
                TENANT,
                path);
        owner.get("/v1/secrets/" + path + "?version=1").expect(404, "version_not_found");
        owner.get("/v1/secrets/" + path + "?version=2").expect(200);
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        await(() -> sql.rows(
                                "select from secret_version where tenant_id = ? and path = ? and version = 1 and wrapped_data_key is null and destroyed_by = 'system:rotation-scheduler'",
                                TENANT,
                                path)
                        .size()
                == 1);
        awaitRest(path);
        owner.get("/v1/secrets/" + path + "?version=1").expect(404, "version_not_found");
        assertThat(version(path)).isEqualTo(2);
    }

    @Test
    void warnings_areToldOnceEach_andOfThoseMissedTheLastAlone() {
        String path = attached(policy(true));
        awaitRest(path);
        assertThat(entries(path, "rotation_due")).isZero();
        move(path, "6 days");
        awaitRest(path);
        move(path, "5 days");
        awaitRest(path);
        assertThat(entries(path, "rotation_due")).isEqualTo(1);
        move(path, "1 hour");
        awaitRest(path);
        assertThat(entries(path, "rotation_due")).isEqualTo(2);

        String late = attached(policy(true));
        move(late, "1 hour");
        awaitRest(late);
        assertThat(sql.rows(
                        "select extra_data ->> 'threshold' as threshold from audit_log where tenant_id = ? and secret_path = ? and action = 'rotation_due'",
                        TENANT,
                        late))
                .containsExactly(Map.of("threshold", "1d"));
    }

    @Test
    void valueThatSomebodyIsToWrite_isAskedForOnce_thenOverdueOnce_andComesByAWrite() {
        String id = policy(false);
        String path = attached(id);
        move(path, "-1 second");
        awaitRest(path);
        assertThat(version(path)).isEqualTo(1);
        assertThat(entries(path, "rotation_due")).isEqualTo(1);
        assertThat(statuses(id)).containsExactly("pending by schedule");
        JsonNode due = owner.get("/v1/rotation/due?policy_id=" + id).expect(200).json();
        assertThat(due.at("/data/0/secret_path").stringValue()).isEqualTo(path);
        assertThat(due.at("/data/0/overdue").booleanValue()).isTrue();
        assertThat(owner.get("/v1/rotation/pending?include_overdue=false&policy_id=" + id)
                        .expect(200)
                        .json()
                        .get("data"))
                .isEmpty();

        move(path, "-49 hours");
        awaitRest(path);
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        awaitRest(path);
        assertThat(entries(path, "rotation_overdue")).isEqualTo(1);

        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", "theirs")))
                .expect(200);
        await(() -> entries(path, "rotation_completed") == 1);
        awaitRest(path);
        assertThat(statuses(id)).containsExactly("success by write", "pending by schedule");
        assertThat(owner.get("/v1/rotation/due?policy_id=" + id)
                        .expect(200)
                        .json()
                        .get("data"))
                .isEmpty();
        owner.get("/v1/secrets/" + path + "?version=1").expect(200);
    }

    @Test
    void rotationThatFails_isTold_triedAgain_andTakesNothingAway() {
        Map<String, Object> body = terms(true);
        body.remove("secret_policy_id");
        String id = owner.post(POLICIES, body).expect(201).json().get("id").stringValue();
        // Two texts: nobody said which is renewed.
        String path = attached(id);
        move(path, "-1 second");
        await(() -> statuses(id).contains("failed by schedule"));
        JsonNode item = owner.get(POLICIES + "/" + id + "/history?status=failed")
                .expect(200)
                .json()
                .at("/data/0");
        assertThat(item.at("/error/code").stringValue()).isEqualTo("conflict");
        assertThat(owner.get("/v1/rotation/due?policy_id=" + id)
                        .expect(200)
                        .json()
                        .at("/data/0/failed_attempts")
                        .intValue())
                .isPositive();
        assertThat(owner.post("/v1/secrets/" + path + ":rotate", null)
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("no_recipe");
        assertThat(version(path)).isEqualTo(1);
        owner.patch(POLICIES + "/" + id, Map.of("secret_policy_id", recipe)).expect(200);
        awaitVersion(path, 2);
        awaitRest(path);
    }

    /** In the right of whoever put it under the policy, as that is then. */
    @Test
    void rightThatWasTakenAway_renewsNothing() {
        String id = policy(true);
        ApiClient admin = server.member(owner, "rotated", "rotated", "rotator", "rotated/theirs/**", "rotate");
        String path = "rotated/theirs/a";
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", "first")))
                .expect(201);
        admin.post(POLICIES + "/" + id + "/secrets", Map.of("secret_path", "rotated/other"))
                .expect(403, "access_denied");
        admin.post(POLICIES + "/" + id + "/secrets", Map.of("secret_path", path))
                .expect(201);
        admin.get("/v1/secrets/" + path).expect(403, "access_denied");
        admin.post("/v1/secrets/" + path + ":rotate", null).expect(200);
        assertThat(sql.update("delete from policy_binding where tenant_id = ? and identity_id = 'sa:rotator'", TENANT))
                .isEqualTo(1);
        move(path, "-1 second");
        await(() -> statuses(id).contains("failed by schedule"));
        assertThat(version(path)).isEqualTo(2);
    }

    @Test
    void pausedPolicy_renewsNothing_andCatchesUp_whenItGoesOn() {
        String id = policy(true);
        String path = attached(id);
        owner.post(POLICIES + "/" + id + "/disable", null).expect(200);
        move(path, "-10 days");
        awaitRest(path);
        assertThat(version(path)).isEqualTo(1);
        owner.post(POLICIES + "/" + id + "/enable", null).expect(200);
        awaitVersion(path, 2);
        awaitRest(path);
        assertThat(version(path)).isEqualTo(2);
    }

    @Test
    void deletedSecret_isLeftAlone_andGoesOnWhenItIsRestored() {
        String path = attached(policy(true));
        owner.delete("/v1/secrets/" + path).expect(200);
        move(path, "-1 second");
        awaitRest(path);
        owner.post("/v1/secrets/" + path + ":rotate", null).expect(404, "secret_not_found");
        owner.post("/v1/secrets/" + path + ":restore", null).expect(200);
        awaitVersion(path, 2);
        owner.delete("/v1/secrets/" + path + "?permanent=true").expect(200);
        assertThat(sql.rows("select from rotation_assignment where tenant_id = ? and path = ?", TENANT, path))
                .isEmpty();
    }

    @Test
    void rotateNow_answersWhatBecameOfEach_andBeginsNothingWhereOneIsNotTheirs() {
        String id = policy(true);
        List<String> paths = List.of(attached(id), attached(id));
        String stranger = attached(policy(false));
        JsonNode items =
                owner.post(POLICIES + "/" + id + "/rotate", null).expect(200).json();
        assertThat(items.isArray()).isTrue();
        assertThat(items).hasSize(2);
        assertThat(items.get(0).get("status").stringValue()).isEqualTo("success");
        assertThat(items.get(0).get("new_version").intValue()).isEqualTo(2);
        owner.post(POLICIES + "/" + id + "/rotate", Map.of("secret_paths", List.of(paths.getFirst(), stranger)))
                .expect(404, "secret_not_found");
        assertThat(version(paths.getFirst())).isEqualTo(2);
        owner.post(POLICIES + "/" + id + "/rotate", Map.of("secret_paths", List.of(paths.getFirst())))
                .expect(200);
        assertThat(version(paths.getFirst())).isEqualTo(3);
        assertThat(version(paths.getLast())).isEqualTo(2);
        assertThat(owner.post("/v1/secrets/" + stranger + ":rotate", null)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("pending");
        paths.forEach(RotationApiTest::awaitRest);
        assertThat(statuses(id)).hasSize(3).allMatch("success by request"::equals);
    }

    @Test
    void secretUnderNoPolicy_isRenewedByRequest() {
        owner.put("/v1/secrets/rotated/alone", Map.of("data", Map.of("token", "first", "n", 1)))
                .expect(201);
        JsonNode item =
                owner.post("/v1/secrets/rotated/alone:rotate", null).expect(200).json();
        assertThat(item.get("rotation_policy_id").isNull()).isTrue();
        JsonNode data =
                owner.get("/v1/secrets/rotated/alone").expect(200).json().get("data");
        assertThat(data.get("token").stringValue()).hasSize(32);
        assertThat(data.get("n").intValue()).isEqualTo(1);
        owner.post("/v1/secrets/rotated/nothing:rotate", null).expect(404, "secret_not_found");
    }

    @Test
    void secretIsUnderOnePolicy_andIsTakenAwayByItsPathInOneSegmentOrMany() {
        String id = policy(true);
        String other = policy(true);
        String path = attached(id);
        assertThat(owner.post(POLICIES + "/" + other + "/secrets", Map.of("secret_path", path))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/rotation_policy_id")
                        .stringValue())
                .isEqualTo(id);
        owner.delete(POLICIES + "/" + other + "/secrets/" + path.replace("/", "%2F"))
                .expect(404, "secret_not_found");
        owner.delete(POLICIES + "/" + id + "/secrets/" + path.replace("/", "%2F"))
                .expect(204);
        owner.post(POLICIES + "/" + other + "/secrets", Map.of("secret_path", path))
                .expect(201);
        owner.delete(POLICIES + "/" + other + "/secrets/" + path).expect(204);
        owner.delete(POLICIES + "/" + other + "/secrets/a%252Fb").expect(400, "invalid_path");
        owner.post(POLICIES + "/" + other + "/secrets", Map.of("secret_path", "rotated/missing"))
                .expect(404, "secret_not_found");
    }

    /** As if it had been taken by an instance that has died, before somebody changed something. */
    @Test
    void secretThatSomebodyHas_isLeftToThem_andThenDoneByAnother() {
        String path = attached(policy(true));
        sql.update(
                "update rotation_assignment set taken_by = gen_random_uuid(), taken_until = now() + interval '4 seconds', next_at = now() + interval '4 seconds'"
                        + " where tenant_id = ? and path = ?",
                TENANT,
                path);
        move(path, "-1 second");
        assertThat(owner.post("/v1/secrets/" + path + ":rotate", null)
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("rotating");
        assertThat(version(path)).isEqualTo(1);
        awaitVersion(path, 2);
        awaitRest(path);
        assertThat(version(path)).isEqualTo(2);
    }

    /** Times are the database's: an instance that is a day ahead, or an hour behind, renews nothing early and nothing twice. */
    @Test
    void clockThatJumps_makesNothingDue() {
        String policy = policy(true);
        String later = attached(policy);
        move(later, "12 hours");
        awaitRest(later);
        try (RunningServer ahead = server.another(Duration.ofDays(1));
                RunningServer behind = server.another(Duration.ofHours(-1))) {
            assertThat(ahead.port()).isNotEqualTo(behind.port());
            List<String> due = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                due.add(attached(policy));
            }
            due.forEach(path -> move(path, "-1 second"));
            await(() -> statuses(policy).size() >= due.size());
            assertThat(statuses(policy)).containsOnly("success by schedule");
            due.forEach(path -> awaitVersion(path, 2));
            due.forEach(RotationApiTest::awaitRest);
            due.forEach(path -> assertThat(version(path)).isEqualTo(2));
            assertThat(version(later)).isEqualTo(1);
        }
    }

    @Test
    void writeNamesThePolicy_andIsRefusedAsAWhole_whereThatIs() {
        String id = policy(true);
        String other = policy(false);
        String path = "/v1/secrets/rotated/placed";
        Map<String, Object> body =
                Map.of("data", Map.of("password", "first"), "options", Map.of("rotation_policy_id", id));
        assertThat(owner.put(path, body)
                        .expect(201)
                        .json()
                        .get("rotation_policy_id")
                        .stringValue())
                .isEqualTo(id);
        assertThat(owner.put(path, body).expect(200).json().get("version").intValue())
                .isEqualTo(2);
        assertThat(entries("rotated/placed", "rotation_attach")).isEqualTo(1);
        owner.put(path, Map.of("data", Map.of("password", "third"), "options", Map.of("rotation_policy_id", other)))
                .expect(200);
        assertThat(owner.get(path).expect(200).json().get("rotation_policy_id").stringValue())
                .isEqualTo(other);
        owner.put(path, "{\"data\":{\"password\":\"fourth\"},\"options\":{\"rotation_policy_id\":null}}")
                .expect(200);
        assertThat(owner.get(path).expect(200).json().get("rotation_policy_id").isNull())
                .isTrue();

        ApiClient writer = server.member(owner, "rotated", "rotated", "only-writer", "rotated/placed", "write");
        writer.put(path, body).expect(403, "access_denied");
        owner.put(
                        path,
                        Map.of(
                                "data",
                                Map.of("a", 1),
                                "options",
                                Map.of("rotation_policy_id", "rot_" + "0".repeat(26))))
                .expect(404, "rotation_policy_not_found");
        assertThat(version("rotated/placed")).isEqualTo(4);
    }

    /** Whatever they listen for otherwise. */
    @Test
    void webhookOfAPolicy_isToldOfItsEvents_andOthersAreNot() {
        try (EventReceiver receiver = new EventReceiver()) {
            String hook = owner.post(
                            "/v1/webhooks",
                            Map.of(
                                    "name",
                                    "rotation-hook",
                                    "url",
                                    receiver.url(),
                                    "secret",
                                    "not-a-secret-outside-tests-0123456789",
                                    "events",
                                    List.of("policy.deleted")))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            Map<String, Object> body = terms(true);
            body.put("webhook_ids", List.of(hook));
            String path = attached(
                    owner.post(POLICIES, body).expect(201).json().get("id").stringValue());
            owner.post("/v1/secrets/" + attached(policy(true)) + ":rotate", null)
                    .expect(200);
            move(path, "-1 second");
            awaitVersion(path, 2);
            List<String> told = new ArrayList<>();
            while (!told.contains("rotation.completed")) {
                EventReceiver.Sent sent = receiver.next();
                assertThat(sent.event().get("path").stringValue()).isEqualTo(path);
                assertThat(sent.event().at("/data/new_version").intValue()).isEqualTo(2);
                told.add(sent.type());
            }
            assertThat(told).contains("secret.rotated").doesNotContain("secret.created");
            owner.delete("/v1/webhooks/" + hook).expect(204);
        }
    }

    /** Ten at a time ask for it, on two instances: each answer is a version of its own, or that it is being done. */
    @Test
    void oneSecret_isRotatedOnceAtATime() throws InterruptedException {
        String path = attached(policy(true));
        try (RunningServer second = server.another()) {
            List<Thread> callers = new ArrayList<>();
            List<Integer> versions = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 10; i++) {
                ApiClient caller = i % 2 == 0 ? owner : second.client(owner.token());
                callers.add(Thread.startVirtualThread(() -> {
                    ApiClient.Reply reply = caller.post("/v1/secrets/" + path + ":rotate", null);
                    if (reply.status() == 200) {
                        versions.add(reply.json().get("new_version").intValue());
                    } else {
                        reply.expect(409, "conflict");
                    }
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(versions).isNotEmpty().doesNotHaveDuplicates();
            assertThat(version(path)).isEqualTo(1 + versions.size());
        }
        awaitRest(path);
        assertThat(entries(path, "rotation_completed")).isEqualTo(version(path) - 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                             | name",
                "{\"name\":\"x\"}                                               | interval",
                "{\"name\":\"x\",\"interval\":\"30s\"}                          | interval",
                "{\"name\":\"x\",\"interval\":\"9d\",\"warn_before\":\"9d\"}    | warn_before",
                "{\"name\":\"x\",\"interval\":\"9d\",\"warn_before\":\"1d,1d\"} | warn_before",
                "{\"name\":\"x\",\"interval\":\"9d\",\"webhook_ids\":[\"wh_x\"]} | webhook_ids",
            })
    void bodiesThatCannotBeMeant_areRefusedByTheirField(String body, String field) {
        assertThat(owner.post(POLICIES, body)
                        .expect(422, "validation_error")
                        .json()
                        .at("/error/details/fields")
                        .has(field))
                .isTrue();
    }

    @Test
    void otherTenants_andWhoHasNoScope_getNothing() {
        String id = policy(true);
        String path = attached(id);
        ApiClient stranger = server.owner("rotated-abroad", "rotated");
        stranger.get(POLICIES + "/" + id).expect(404, "rotation_policy_not_found");
        stranger.post(POLICIES + "/" + id + "/secrets", Map.of("secret_path", path))
                .expect(404, "rotation_policy_not_found");
        stranger.post("/v1/secrets/" + path + ":rotate", null).expect(404, "secret_not_found");
        assertThat(stranger.get("/v1/rotation/due?within_hours=87600")
                        .expect(200)
                        .json()
                        .get("data"))
                .isEmpty();
        ApiClient reader = server.client(server.token("rotated", "rotated")
                .serviceAccount("rotation-reader")
                .scope("secrets:read secrets:rotate")
                .sign());
        reader.get(POLICIES).expect(403, "insufficient_scope");
        assertThat(reader.get("/v1/rotation/due?within_hours=87600")
                        .expect(200)
                        .json()
                        .get("data"))
                .isEmpty();
        reader.post("/v1/secrets/" + path + ":rotate", null).expect(403, "access_denied");
    }
}
