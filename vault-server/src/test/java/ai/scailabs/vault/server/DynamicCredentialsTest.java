package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestMariaDb;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Credentials that are made for who asks, at real servers, and their end. */
class DynamicCredentialsTest {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String LEASES = "/v1/dynamic/leases";
    private static final String TENANT = "tnt_dynamics";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ApiClient owner;
    private static TestPostgres postgres;
    private static TestDatabase target;
    private static String engine;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("dynamics");
        postgres = TestPostgres.privateInstance(folder.resolve("target"), false);
        target = postgres.database();
        asRoot("create table orders (id integer); insert into orders values (7); create table hidden (id integer)");
        asRoot("grant connect on database " + target.name() + " to public");
        write("dynamic/root", target.superuser().user(), target.superuser().password());
        allow("dynamic/root*", List.of("read"), "system", "system:dynamic-engines");
        engine = engine("postgresql", url(), "dynamic/root");
        role(
                engine,
                "reader",
                List.of(
                        "create role {{name}} login password {{password}} valid until {{expiration}}",
                        "grant select on orders to {{name}}",
                        "grant create, usage on schema public to {{name}}"));
    }

    @AfterAll
    static void close() {
        postgres.close();
    }

    private static String url() {
        return "postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/" + target.name();
    }

    private static void write(String path, String username, String password) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("username", username, "password", password)))
                .expect(201);
    }

    private static void allow(String path, List<String> permissions, String type, String identity) {
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "dynamic-" + COUNT.incrementAndGet(),
                                "rules",
                                List.of(Map.of("path_pattern", path, "permissions", permissions))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post("/v1/policies/" + policy + "/bindings", Map.of("identity_type", type, "identity_id", identity))
                .expect(201);
    }

    private static String engine(String plugin, String url, String root) {
        String name = "e" + COUNT.incrementAndGet();
        owner.post(ENGINES, engineBody(name, plugin, url, root)).expect(201);
        return name;
    }

    private static Map<String, Object> engineBody(String name, String plugin, String url, String root) {
        return Map.of(
                "name",
                name,
                "type",
                "database",
                "config",
                Map.of("plugin", plugin, "connection_url", url, "root_credentials_path", root, "tls", "disabled"),
                "default_ttl",
                "1h",
                "max_ttl",
                "8h");
    }

    private static void role(String engine, String name, List<String> creation) {
        owner.post(ENGINES + "/" + engine + "/roles", Map.of("name", name, "creation_statements", creation))
                .expect(201);
    }

    private static ApiClient.Reply mint(String engine, String role, Map<String, Object> body) {
        return owner.post(ENGINES + "/" + engine + "/creds/" + role, body);
    }

    private static JsonNode minted(String engine, String role, String ttl) {
        return mint(engine, role, Map.of("ttl", ttl)).expect(201).json();
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).stringValue();
    }

    private static Connection login(JsonNode lease) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + target.name(),
                text(lease.get("data"), "username"),
                text(lease.get("data"), "password"));
    }

    private static void asRoot(String statement) {
        try (Connection root = target.superuser().dataSource().getConnection();
                Statement running = root.createStatement()) {
            running.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(Connection connection, String statement) throws SQLException {
        try (Statement running = connection.createStatement()) {
            running.execute(statement);
        }
    }

    private static void await(BooleanSupplier condition) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("in time").isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static JsonNode lease(String id) {
        return owner.get(LEASES + "/" + id).expect(200).json();
    }

    private static String state(JsonNode lease) {
        return text(lease(text(lease, "lease_id")), "state");
    }

    @Test
    void sentAgainUnderItsKey_givesTheSameCredentials_untilThePolicyGoes() {
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "again",
                                "rules",
                                List.of(Map.of(
                                        "path_pattern",
                                        "dynamic/" + engine + "/reader",
                                        "permissions",
                                        List.of("write")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", "sa:again"))
                .expect(201);
        ApiClient caller = server.client(
                server.token("dynamics", "acme").serviceAccount("again").sign());
        String path = ENGINES + "/" + engine + "/creds/reader";
        JsonNode first =
                caller.post(path, null, "Idempotency-Key", "again").expect(201).json();
        assertThat(caller.post(path, null, "Idempotency-Key", "again")
                        .expect(201)
                        .json())
                .isEqualTo(first);
        owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
        caller.post(path, null, "Idempotency-Key", "again").expect(403, "access_denied");
    }

    @Test
    void credential_works_isLimited_andDiesWithItsConnectionsWhenItIsRevoked() throws SQLException {
        JsonNode lease = minted(engine, "reader", "1h");

        assertThat(text(lease.get("data"), "username")).startsWith("v_reader_");
        assertThat(lease.get("ttl_seconds").intValue()).isBetween(3_590, 3_600);
        assertThat(lease.get("renewable").booleanValue()).isTrue();
        try (Connection open = login(lease)) {
            run(open, "select * from orders");
            run(open, "create table left_behind_" + COUNT.incrementAndGet() + " (id integer)");
            assertThatThrownBy(() -> run(open, "select * from hidden")).isInstanceOf(SQLException.class);

            JsonNode revoked = owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null)
                    .expect(200)
                    .json();

            assertThat(text(revoked, "state")).isEqualTo("revoked");
            assertThat(text(revoked, "reason")).isEqualTo("requested");
            assertThatThrownBy(() -> run(open, "select 1")).isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> login(lease)).isInstanceOf(SQLException.class);
        owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null).expect(200);
    }

    @Test
    void credential_diesWithinFiveSecondsOfItsTime() throws SQLException {
        JsonNode lease = minted(engine, "reader", "5s");
        Instant due = Instant.parse(text(lease, "expires_at"));
        login(lease).close();

        await(() -> state(lease).equals("expired"));

        Instant ended = Instant.parse(text(lease(text(lease, "lease_id")), "ended_at"));
        assertThat(Duration.between(due, ended)).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        assertThatThrownBy(() -> login(lease)).isInstanceOf(SQLException.class);
    }

    /** Times are the database's: an instance that is a day ahead, or an hour behind, ends nothing early, and nothing twice. */
    @Test
    void clockThatJumps_endsNothingEarly_andNothingTwice() throws SQLException {
        JsonNode lasting = minted(engine, "reader", "1h");
        try (RunningServer ahead = server.another(Duration.ofDays(1));
                RunningServer behind = server.another(Duration.ofHours(-1))) {
            assertThat(ahead.port()).isNotEqualTo(behind.port());
            List<JsonNode> brief = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                brief.add(minted(engine, "reader", "6s"));
            }
            brief.forEach(lease -> assertThat(state(lease)).isEqualTo("active"));
            await(() -> brief.stream().allMatch(lease -> state(lease).equals("expired")));
            for (JsonNode lease : brief) {
                JsonNode ended = lease(text(lease, "lease_id"));
                assertThat(Instant.parse(text(ended, "ended_at")))
                        .isAfterOrEqualTo(Instant.parse(text(ended, "expires_at")));
                assertThat(Sql.superuser(server)
                                .rows(
                                        "select from audit_log where tenant_id = ? and action = 'dynamic_revoke' and extra_data ->> 'lease_id' = ?",
                                        TENANT,
                                        text(lease, "lease_id")))
                        .hasSize(1);
            }
            assertThat(state(lasting)).isEqualTo("active");
            login(lasting).close();
        }
    }

    @Test
    void renewal_movesTheEndThereAndHere_andNeverBeyondTheMost() throws SQLException {
        JsonNode lease = minted(engine, "reader", "5s");
        String renew = LEASES + "/" + text(lease, "lease_id") + "/renew";

        JsonNode renewed =
                owner.post(renew, Map.of("increment", "1h")).expect(200).json();
        assertThat(renewed.get("ttl_seconds").intValue()).isBetween(3_590, 3_600);
        assertThat(renewed.has("data")).isFalse();
        ApiClient.Reply shorter = owner.post(renew, Map.of("increment", "1m")).expect(200);
        assertThat(text(shorter.json(), "expires_at")).isEqualTo(text(renewed, "expires_at"));
        owner.post(renew, Map.of("increment", "9h")).expect(422, "ttl_exceeded");
        mint(engine, "reader", Map.of("ttl", "9h")).expect(422, "ttl_exceeded");

        Instant later = Instant.now().plusSeconds(7);
        await(() -> Instant.now().isAfter(later));
        login(lease).close();
        owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null).expect(200);
        owner.post(renew, null).expect(409, "conflict");
    }

    @Test
    void whatTheTargetRefuses_leavesNoAccount_andSaysWhichStatement() {
        role(
                engine,
                "broken",
                List.of("create role {{name}} login password {{password}}", "grant nothing to {{name}}"));

        JsonNode error = mint(engine, "broken", Map.of())
                .expect(502, "backend_unavailable")
                .json()
                .get("error");

        assertThat(error.get("details").toString())
                .contains("\"statement\":\"creation_statements[1]\"")
                .contains("\"reason\":\"statement_refused\"");
        await(() -> owner.get(LEASES + "?engine=" + engine + "&role=broken&state=rolled_back")
                        .expect(200)
                        .json()
                        .get("leases")
                        .size()
                == 1);
        assertThat(mint(engine, "reader", Map.of()).status()).isEqualTo(201);
    }

    @Test
    void names_areHarmless_orRefused() {
        for (String name :
                List.of("a'b", "a%b", "\uD83D\uDE00", "a".repeat(100), "../x", "a/b", " ", "-a", "Reader", "a.b")) {
            owner.post(ENGINES + "/" + engine + "/roles", Map.of("name", name)).expect(400, "invalid_role");
            owner.post(ENGINES, Map.of("name", name, "type", "ssh", "config", Map.of()))
                    .expect(422, "validation_error");
        }
        owner.get(ENGINES + "/" + engine + "/roles/Reader").expect(404, "role_not_found");
        owner.get(ENGINES + "/Orders").expect(404, "engine_not_found");
        owner.get(ENGINES + "/" + engine + "/roles/none").expect(404, "role_not_found");
        owner.get(ENGINES + "/none").expect(404, "engine_not_found");
        mint("none", "reader", Map.of()).expect(404, "engine_not_found");
        mint(engine, "none", Map.of()).expect(404, "role_not_found");
        owner.get(LEASES + "/lease_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(404, "lease_not_found");
        owner.get(LEASES + "/what").expect(404, "lease_not_found");
        owner.post(
                        ENGINES + "/" + engine + "/roles",
                        Map.of("name", "long", "creation_statements", List.of(), "max_ttl", "9h"))
                .expect(422, "ttl_exceeded");
    }

    @Test
    void engine_thatDoesNotReachItsTarget_isNone() {
        String name = "e" + COUNT.incrementAndGet();
        owner.post(ENGINES, engineBody(name, "postgresql", url(), "elsewhere/root"))
                .expect(400, "invalid_config");
        owner.post(ENGINES, engineBody(name, "postgresql", url(), "dynamic/rooted"))
                .expect(400, "invalid_config");
        owner.post(ENGINES, engineBody(name, "oracle", url(), "dynamic/root")).expect(400, "invalid_config");
        owner.get(ENGINES + "/" + name).expect(404, "engine_not_found");
        owner.post(ENGINES, engineBody(engine, "postgresql", url(), "dynamic/root"))
                .expect(409, "conflict");
    }

    @Test
    void onlyPolicies_openCredentials_andOthersLeasesAreNobodys() {
        ApiClient other = server.client(
                server.token("dynamics", "acme").serviceAccount("other").sign());
        other.post(ENGINES + "/" + engine + "/creds/reader", null).expect(403, "access_denied");
        String id = text(minted(engine, "reader", "1h"), "lease_id");
        other.get(LEASES + "/" + id).expect(404, "lease_not_found");
        other.post(LEASES + "/" + id + "/renew", null).expect(404, "lease_not_found");
        other.post(LEASES + "/" + id + "/revoke", null).expect(404, "lease_not_found");
        assertThat(other.get(LEASES).expect(200).json().get("leases").size()).isZero();
        assertThat(lease(id).toString()).doesNotContain("password");
    }

    @Test
    void quotas_hold() {
        owner.post(
                        ENGINES + "/" + engine + "/roles",
                        Map.of("name", "few", "creation_statements", List.of(), "max_leases", 2))
                .expect(201);
        minted(engine, "few", "1h");
        minted(engine, "few", "1h");

        JsonNode details = mint(engine, "few", Map.of())
                .expect(409, "conflict")
                .json()
                .get("error")
                .get("details");

        assertThat(text(details, "state")).isEqualTo("too_many_leases");
        assertThat(text(details, "quota")).isEqualTo("role");
    }

    @Test
    void engine_withLiveLeases_goesWhenItIsForced_andTheyEnd() throws SQLException {
        String leaving = engine("postgresql", url(), "dynamic/root");
        role(leaving, "r", List.of());
        JsonNode one = minted(leaving, "r", "1h");
        JsonNode two = minted(leaving, "r", "1h");
        login(one).close();

        JsonNode details = owner.delete(ENGINES + "/" + leaving)
                .expect(409, "conflict")
                .json()
                .get("error")
                .get("details");
        assertThat(details.get("live_leases").intValue()).isEqualTo(2);
        owner.delete(ENGINES + "/" + leaving + "?force=true").expect(202);

        await(() -> owner.get(ENGINES + "/" + leaving).status() == 404);
        assertThat(state(one)).isEqualTo("revoked");
        assertThat(text(lease(text(two, "lease_id")), "reason")).isEqualTo("engine_deleted");
        assertThatThrownBy(() -> login(one)).isInstanceOf(SQLException.class);
    }

    @Test
    void revokeAll_endsThoseOfARole() throws SQLException {
        role(engine, "some", List.of());
        JsonNode one = minted(engine, "some", "1h");
        JsonNode other = minted(engine, "reader", "1h");

        JsonNode answer = owner.post(ENGINES + "/" + engine + "/revoke-all", Map.of("role", "some"))
                .expect(202)
                .json();

        assertThat(answer.get("leases").intValue()).isEqualTo(1);
        await(() -> state(one).equals("revoked"));
        assertThat(state(other)).isEqualTo("active");
        login(other).close();
    }

    @Test
    void targetThatIsAway_isRevokedWhenItIsBack_orGivenUp() {
        asRoot("create role root_away superuser login password 'first'");
        write("dynamic/root-away", "root_away", "first");
        String away = engine("postgresql", url(), "dynamic/root-away");
        role(away, "r", List.of());
        String one = text(minted(away, "r", "1h"), "lease_id");
        String two = text(minted(away, "r", "1h"), "lease_id");
        asRoot("alter role root_away password 'changed-meanwhile'");
        try {
            owner.post(LEASES + "/" + one + "/revoke", null).expect(502, "backend_unavailable");
            assertThat(text(lease(one), "state")).isEqualTo("revoking");
            assertThat(owner.get(ENGINES + "/" + away + "/health")
                            .expect(200)
                            .json()
                            .get("healthy")
                            .booleanValue())
                    .isFalse();
            owner.post(LEASES + "/" + two + "/revoke", Map.of("force", true)).expect(422, "validation_error");
            JsonNode given = owner.post(
                            LEASES + "/" + two + "/revoke", Map.of("force", true, "comment", "its server was lost"))
                    .expect(200)
                    .json();
            assertThat(text(given, "state")).isEqualTo("abandoned");
        } finally {
            asRoot("alter role root_away password 'first'");
        }
        await(() -> text(lease(one), "state").equals("revoked"));
    }

    @Test
    void engineThatIsToGo_goesWithItsLastLease_whoeverEndsIt() {
        asRoot("create role root_lost superuser login password 'first'");
        write("dynamic/root-lost", "root_lost", "first");
        String lost = engine("postgresql", url(), "dynamic/root-lost");
        role(lost, "r", List.of());
        String lease = text(minted(lost, "r", "1h"), "lease_id");
        asRoot("alter role root_lost password 'lost'");

        owner.delete(ENGINES + "/" + lost + "?force=true").expect(202);
        owner.post(ENGINES + "/" + lost + "/creds/r", null).expect(409, "conflict");
        owner.post(LEASES + "/" + lease + "/revoke", Map.of("force", true, "comment", "its server was lost"))
                .expect(200);

        await(() -> owner.get(ENGINES + "/" + lost).status() == 404);
    }

    @Test
    void personWhoIsSuspended_losesTheirCredentials() {
        JsonNode lease = minted(engine, "reader", "1h");
        Sql.superuser(server).update("""
                insert into identity_user (tenant_id, user_id, identity_id, status, roles, known_at, status_at, last_synced_at)
                values ('tnt_dynamics', 'usr_away', 'user:away@example.test', 'ACTIVE', '{}', now(), now(), now())
                """);
        Sql.superuser(server)
                .update(
                        "update lease set identity = 'user:away@example.test' where tenant_id = 'tnt_dynamics' and lease_id = '"
                                + uuid(lease) + "'");

        Sql.superuser(server)
                .update(
                        "update identity_user set status = 'SUSPENDED' where tenant_id = 'tnt_dynamics' and user_id = 'usr_away'");

        await(() -> state(lease).equals("revoked"));
        assertThat(text(lease(text(lease, "lease_id")), "reason")).isEqualTo("identity_suspended");
        assertThatThrownBy(() -> login(lease)).isInstanceOf(SQLException.class);
    }

    @Test
    void personWhoIsSuspendedWhileTheirCredentialIsMade_isNotGivenIt() throws Exception {
        Sql.superuser(server).update("""
                insert into identity_user (tenant_id, user_id, identity_id, status, roles, known_at, status_at, last_synced_at)
                values ('tnt_dynamics', 'usr_going', 'user:going@example.test', 'ACTIVE', '{}', now(), now(), now())
                """);
        String slow = slowEngine();

        ApiClient.Reply refused = whileBeingMade(slow, () -> {
            Sql.superuser(server)
                    .update(
                            "update lease set identity = 'user:going@example.test' where tenant_id = 'tnt_dynamics' and engine_name = '"
                                    + slow + "'");
            Sql.superuser(server)
                    .update(
                            "update identity_user set status = 'SUSPENDED' where tenant_id = 'tnt_dynamics' and user_id = 'usr_going'");
        });

        assertNeverGiven(slow, refused);
    }

    /** The slower one of two renewals was the first to be asked for. */
    @Test
    void renewalThatWasOvertaken_doesNotMoveTheEndBack() throws Exception {
        JsonNode lease = minted(engine, "reader", "10m");
        String account = text(lease.get("data"), "username");
        try (Connection other = target.superuser().dataSource().getConnection();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            try (Statement lock = other.createStatement()) {
                lock.execute("alter role \"" + account + "\" connection limit 7");
            }
            Future<ApiClient.Reply> slower = threads.submit(
                    () -> owner.post(LEASES + "/" + text(lease, "lease_id") + "/renew", Map.of("increment", "20m")));
            await(() -> isWaitedFor());
            Sql.superuser(server)
                    .update("update lease set expires_at = issued_at + interval '50 minutes' where lease_id = '"
                            + uuid(lease) + "'");
            other.rollback();
            assertThat(slower.get().expect(200).json().get("ttl_seconds").intValue())
                    .isGreaterThan(2_900);
        }
        try (Connection there = target.superuser().dataSource().getConnection();
                Statement asked = there.createStatement();
                ResultSet found = asked.executeQuery(
                        "select rolvaliduntil > now() + interval '48 minutes' from pg_roles where rolname = '" + account
                                + "'")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getBoolean(1)).isTrue();
        }
    }

    private static boolean isWaitedFor() {
        try (Connection there = target.superuser().dataSource().getConnection();
                Statement asked = there.createStatement();
                ResultSet found = asked.executeQuery(
                        "select from pg_stat_activity where wait_event_type = 'Lock' and query ilike 'alter role%'")) {
            return found.next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whoever suspended them saw no lease: it was not there yet. */
    @Test
    void personWhoWasSuspendedBeforeTheirLeaseWasSeen_isNotGivenIt() throws Exception {
        Sql.superuser(server).update("""
                insert into identity_user (tenant_id, user_id, identity_id, status, roles, known_at, status_at, last_synced_at)
                values ('tnt_dynamics', 'usr_gone', 'user:gone@example.test', 'SUSPENDED', '{}', now(), now(), now()),
                    ('tnt_dynamics', 'usr_back_1', 'user:back@example.test', 'SUSPENDED', '{}', now(), now(), now()),
                    ('tnt_dynamics', 'usr_back_2', 'user:back@example.test', 'ACTIVE', '{}', now(), now(), now())
                """);
        for (String identity : List.of("user:gone@example.test", "user:usr_gone")) {
            String slow = slowEngine();
            assertNeverGiven(slow, whileBeingMade(slow, () -> belongs(slow, identity)));
        }
        String slow = slowEngine();
        whileBeingMade(slow, () -> belongs(slow, "user:back@example.test")).expect(201);
    }

    private static void belongs(String engine, String identity) {
        Sql.superuser(server)
                .update(
                        "update lease set identity = ? where tenant_id = 'tnt_dynamics' and engine_name = ?",
                        identity,
                        engine);
    }

    @Test
    void revokeAll_endsWhatIsBeingMade() throws Exception {
        String slow = slowEngine();

        ApiClient.Reply refused = whileBeingMade(slow, () -> {
            JsonNode answer = owner.post(ENGINES + "/" + slow + "/revoke-all", Map.of())
                    .expect(202)
                    .json();
            assertThat(answer.get("leases").intValue()).isEqualTo(1);
        });

        assertNeverGiven(slow, refused);
    }

    @Test
    void whatIsMadeAfterItWasTakenAway_isTakenAwayAgain() throws Exception {
        String slow = slowEngine();

        ApiClient.Reply refused = whileBeingMade(slow, () -> {
            Sql.superuser(server).update("update lease set next_at = now() where engine_name = ?", slow);
            await(() -> leases(slow, "rolled_back").size() == 1);
        });

        refused.expect(502, "backend_unavailable");
        assertGone(slow);
    }

    private static String slowEngine() {
        String slow = engine("postgresql", url(), "dynamic/root");
        role(
                slow,
                "waits",
                List.of("create role {{name}} login password {{password}}", "grant select on waited_for to {{name}}"));
        return slow;
    }

    /** What came of a credential while whose creation that happened. */
    private static ApiClient.Reply whileBeingMade(String engine, Runnable happening) throws Exception {
        asRoot("create table if not exists waited_for (id int)");
        try (Connection other = target.superuser().dataSource().getConnection();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            try (Statement lock = other.createStatement()) {
                lock.execute("lock table waited_for in access exclusive mode");
            }
            Future<ApiClient.Reply> minted = threads.submit(() -> mint(engine, "waits", Map.of()));
            await(() -> leases(engine, "pending").size() == 1);
            happening.run();
            other.rollback();
            return minted.get();
        }
    }

    private static List<Map<String, Object>> leases(String engine, String state) {
        return Sql.superuser(server)
                .rows("select account from lease where engine_name = ? and state = ?", engine, state);
    }

    private static void assertNeverGiven(String engine, ApiClient.Reply refused) throws SQLException {
        assertThat(refused.expect(409, "conflict").json().toString()).contains("\"state\":\"withdrawn\"");
        assertGone(engine);
    }

    private static void assertGone(String engine) throws SQLException {
        await(() -> leases(engine, "rolled_back").size() == 1);
        Object account = leases(engine, "rolled_back").getFirst().get("account");
        try (Connection there = target.superuser().dataSource().getConnection();
                Statement asked = there.createStatement();
                ResultSet found = asked.executeQuery("select from pg_roles where rolname = '" + account + "'")) {
            assertThat(found.next()).isFalse();
        }
    }

    private static String uuid(JsonNode lease) {
        return ai.scailabs.vault.credentials.lease.Lease.parseId(text(lease, "lease_id"))
                .orElseThrow()
                .toString();
    }

    @Test
    void mariaDb_givesAnAccount_thatEnds() throws SQLException {
        try (TestMariaDb maria = TestMariaDb.start()) {
            write("dynamic/root-maria", TestMariaDb.ROOT, TestMariaDb.PASSWORD);
            String name = engine(
                    "mariadb",
                    "mysql://{{username}}:{{password}}@127.0.0.1:" + maria.port() + "/mysql",
                    "dynamic/root-maria");
            role(
                    name,
                    "r",
                    List.of("create user {{name}} identified by {{password}}", "grant select on mysql.db to {{name}}"));
            JsonNode lease = minted(name, "r", "1h");
            String jdbc = "jdbc:mariadb://127.0.0.1:" + maria.port() + "/mysql";
            String user = text(lease.get("data"), "username");
            String password = text(lease.get("data"), "password");
            try (Connection open = DriverManager.getConnection(jdbc, user, password)) {
                run(open, "select * from mysql.db");
                assertThatThrownBy(() -> run(open, "select * from mysql.user")).isInstanceOf(SQLException.class);
                owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null)
                        .expect(200);
                assertThatThrownBy(() -> run(open, "select 1")).isInstanceOf(SQLException.class);
            }
            assertThatThrownBy(() -> DriverManager.getConnection(jdbc, user, password))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void redis_givesAUser_thatEnds() {
        try (TestRedis redis = TestRedis.start()) {
            write("dynamic/root-redis", "default", TestRedis.PASSWORD);
            String name = engine(
                    "redis", "redis://{{username}}:{{password}}@127.0.0.1:" + redis.port(), "dynamic/root-redis");
            role(name, "r", List.of("~app:*", "+@read"));
            JsonNode lease = minted(name, "r", "1h");
            RedisURI uri = RedisURI.builder()
                    .withHost("127.0.0.1")
                    .withPort(redis.port())
                    .withAuthentication(
                            text(lease.get("data"), "username"),
                            text(lease.get("data"), "password").toCharArray())
                    .build();
            RedisClient client = RedisClient.create();
            try (StatefulRedisConnection<String, String> open =
                    client.connect(io.lettuce.core.codec.StringCodec.UTF8, uri)) {
                assertThatCode(() -> open.sync().get("app:x")).doesNotThrowAnyException();
                assertThatThrownBy(() -> open.sync().get("else")).hasMessageContaining("NOPERM");
                owner.post(LEASES + "/" + text(lease, "lease_id") + "/revoke", null)
                        .expect(200);
            }
            assertThatThrownBy(() -> client.connect(io.lettuce.core.codec.StringCodec.UTF8, uri))
                    .isInstanceOf(RuntimeException.class);
            client.shutdown(0, 0, TimeUnit.SECONDS);
        }
    }

    @Test
    void engineAndRole_areChanged_andListed() {
        String name = engine("postgresql", url(), "dynamic/root");
        role(name, "one", List.of());
        Map<String, Object> patch = new HashMap<>(Map.of("max_ttl", "12h"));
        JsonNode changed = owner.patch(ENGINES + "/" + name, patch).expect(200).json();
        assertThat(text(changed, "max_ttl")).isEqualTo("12h");
        assertThat(text(changed, "identity")).isEqualTo("dynamic:" + name);
        owner.patch(ENGINES + "/" + name, Map.of("name", "other")).expect(422, "validation_error");
        JsonNode role = owner.patch(
                        ENGINES + "/" + name + "/roles/one",
                        Map.of("creation_statements", List.of("create role {{name}} login password {{password}}")))
                .expect(200)
                .json();
        assertThat(role.get("revision").intValue()).isEqualTo(2);
        owner.patch(ENGINES + "/" + name + "/roles/one", Map.of("revocation_statements", List.of("x {{password}}")))
                .expect(422, "validation_error");
        assertThat(owner.get(ENGINES + "/" + name + "/roles")
                        .expect(200)
                        .json()
                        .get("roles")
                        .size())
                .isEqualTo(1);
        assertThat(owner.get(ENGINES + "?limit=1")
                        .expect(200)
                        .json()
                        .get("has_more")
                        .booleanValue())
                .isTrue();
        owner.delete(ENGINES + "/" + name + "/roles/one").expect(204);
        owner.delete(ENGINES + "/" + name).expect(204);
    }
}
