package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.aws.AwsAccounts;
import ai.scailabs.vault.credentials.connector.aws.AwsKeys;
import ai.scailabs.vault.credentials.connector.aws.AwsRights;
import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.credentials.connector.aws.UserKey;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestMoto;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys of users of AWS, changed there and here. moto plays AWS, and looks at signatures and rights. */
class AwsKeyRotationTest {
    private static final String TENANT = "tnt_awskeys";
    private static final String ROOT = "awskeys/root";
    private static final AwsRights NONE = new AwsRights(List.of(), null, List.of(), null);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    private static ApiClient owner;
    private static Sql sql;
    private static TestMoto.Strict aws;
    private static GuardedTransfers transfers;
    private static AwsAccounts accounts;
    private static String policy;

    private String user;
    private String path;
    private String first;
    private String firstSecret;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("awskeys", "awskeys");
        sql = Sql.superuser(server);
        aws = TestMoto.strict("admin");
        transfers = new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);
        accounts = opened(aws.keys().get("admin").id(), aws.keys().get("admin").secret());
        policy = owner.post(
                        "/v1/rotation/policies",
                        Map.of("name", "p" + COUNT.incrementAndGet(), "interval", "90d", "auto_generate", true))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    @AfterAll
    static void close() {
        accounts.close();
        transfers.close();
        aws.close();
    }

    @BeforeEach
    void user() throws TargetException {
        int number = COUNT.incrementAndGet();
        user = "app-" + number;
        path = "awskeys/s" + number;
        writeRoot(aws.keys().get("admin").id(), aws.keys().get("admin").secret());
        try (AwsKeys keys = accounts.createUser(user, "/apps/", NONE, "t")) {
            first = keys.accessKeyId();
            firstSecret = text(keys.secretAccessKey());
        }
        write(first, firstSecret, "mine");
    }

    private static AwsAccounts opened(String id, String secret) {
        return AwsAccounts.open(
                new AwsSite("eu-central-1", aws.moto().endpoint()),
                new Login(id, SensitiveBytes.owning(secret.getBytes(StandardCharsets.UTF_8))),
                transfers);
    }

    private static String text(SensitiveBytes bytes) {
        return new String(bytes.expose(), StandardCharsets.UTF_8);
    }

    private static void put(String path, Map<String, Object> data) {
        ApiClient.Reply reply = owner.put("/v1/secrets/" + path, Map.of("data", data));
        assertThat(reply.status()).as(reply.body()).isIn(200, 201);
    }

    private static void writeRoot(String id, String secret) {
        put(ROOT, Map.of("access_key_id", id, "secret_access_key", secret));
    }

    private void write(String id, String secret, String note) {
        put(path, Map.of("access_key_id", id, "secret_access_key", secret, "note", note));
    }

    /** Who may do all that it takes but to make keys. */
    private static void writeRootThatMakesNone() throws TargetException {
        String name = "limited-" + COUNT.incrementAndGet();
        String document =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":"
                        + "[\"iam:ListAccessKeys\",\"iam:DeleteAccessKey\",\"iam:GetAccessKeyLastUsed\"]}]}";
        try (AwsKeys keys = accounts.createUser(name, "/", new AwsRights(List.of(), document, List.of(), null), "t")) {
            writeRoot(keys.accessKeyId(), text(keys.secretAccessKey()));
        }
    }

    private static Map<String, Object> connector() {
        return new LinkedHashMap<>(Map.of(
                "type",
                "aws_iam",
                "region",
                "eu-central-1",
                "endpoint",
                aws.moto().endpoint().toString(),
                "login_path",
                ROOT));
    }

    private ApiClient.Reply attach(Map<String, Object> connector) {
        return owner.post(
                "/v1/rotation/policies/" + policy + "/secrets", Map.of("secret_path", path, "connector", connector));
    }

    private ApiClient.Reply rotate() {
        return owner.post("/v1/secrets/" + path + ":rotate", null);
    }

    private JsonNode secret() {
        return owner.get("/v1/secrets/" + path).expect(200).json();
    }

    private int version() {
        return secret().get("version").intValue();
    }

    private String field(String name) {
        return secret().at("/data/" + name).stringValue();
    }

    private List<String> keysThere() {
        try {
            return accounts.keysOf(user).accessKeys().stream().map(UserKey::id).toList();
        } catch (TargetException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private static boolean isLetIn(String id, String secret) {
        try (AwsAccounts own = opened(id, secret)) {
            own.verify();
            return true;
        } catch (TargetException refused) {
            assertThat(refused.failure()).isEqualTo(TargetFailure.LOGIN_REFUSED);
            return false;
        }
    }

    private void assertBothSidesAgree(String... besides) {
        String id = field("access_key_id");
        assertThat(isLetIn(id, field("secret_access_key"))).isTrue();
        List<String> wanted = new ArrayList<>(List.of(besides));
        wanted.add(id);
        assertThat(keysThere()).containsExactlyInAnyOrderElementsOf(wanted);
        assertThat(pending()).isZero();
    }

    private int pending() {
        return sql.rows("select from rotation_pending where tenant_id = ? and path = ?", TENANT, path)
                .size();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void hold() {
        sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);
    }

    private void goOn() {
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        await(() -> pending() == 0);
    }

    /** It is kept that a key is being made, and there is none. */
    private void leaveBeingMade() throws TargetException {
        attach(connector()).expect(201);
        writeRootThatMakesNone();
        assertThat(reason(rotate())).isEqualTo("not_permitted");
        hold();
        assertThat(pending()).isOne();
        assertThat(keysThere()).containsExactly(first);
        writeRoot(aws.keys().get("admin").id(), aws.keys().get("admin").secret());
    }

    private static String reason(ApiClient.Reply reply) {
        return reply.expect(502, "backend_unavailable")
                .json()
                .at("/error/details/reason")
                .stringValue();
    }

    private AwsKeys foreignKey() throws TargetException {
        return accounts.keysOf(user).createAccessKey();
    }

    @Test
    void connectorThatCannotBeMeant_isRefusedByItsField() throws TargetException {
        refused("connector.region", Map.of("type", "aws_iam"));
        Map<String, Object> config = connector();
        config.put("region", "Frankfurt");
        refused("connector.region", config);
        config = connector();
        config.put("endpoint", "ftp://127.0.0.1/");
        refused("connector.endpoint", config);
        config = connector();
        config.put("connection_url", "x");
        refused("connector", config);
        config = connector();
        config.put("access_key_id_field", "secret_access_key");
        refused("connector.secret_access_key_field", config);
        config = connector();
        config.put("access_key_id_field", "key");
        refused("connector.secret_access_key_field", config);
        config = connector();
        config.put("endpoint", "https://169.254.169.254/");
        assertThat(refused("connector", config).at("/error/details/reason").stringValue())
                .isEqualTo("address_refused");
        config = connector();
        config.remove("login_path");
        assertThat(refused("connector", config).at("/error/details/reason").stringValue())
                .as("a user who may do nothing")
                .isEqualTo("not_permitted");
        write(first, "not-its-secret", "mine");
        JsonNode wrong = refused("connector", connector());
        assertThat(wrong.at("/error/details/reason").stringValue()).isEqualTo("login_refused");
        assertThat(wrong.toString()).doesNotContain("not-its-secret").doesNotContain(first);
        assertThat(secret().get("rotation_policy_id").isNull()).isTrue();
    }

    private JsonNode refused(String field, Map<String, Object> connector) {
        JsonNode refusal = attach(connector).expect(400, "invalid_config").json();
        assertThat(refusal.at("/error/details/field").stringValue()).isEqualTo(field);
        return refusal;
    }

    /** Two are the most that a user has, and whose the second is nobody here knows. */
    @Test
    void secondKeyOfSomebody_isARefusal_andIsNeverDeleted() throws TargetException {
        try (AwsKeys theirs = foreignKey()) {
            assertThat(refused("connector", connector())
                            .at("/error/details/reason")
                            .stringValue())
                    .isEqualTo("second_key");
            accounts.keysOf(user).deleteAccessKey(theirs.accessKeyId());
        }
        attach(connector()).expect(201);
        try (AwsKeys theirs = foreignKey()) {
            assertThat(reason(rotate())).isEqualTo("second_key");
            assertThat(keysThere()).containsExactlyInAnyOrder(first, theirs.accessKeyId());
            assertThat(version()).isEqualTo(1);
            assertThat(pending()).isZero();
            accounts.keysOf(user).deleteAccessKey(theirs.accessKeyId());
        }
        rotate().expect(200);
        assertBothSidesAgree(first);
    }

    @Test
    void rotation_makesASecondKey_andTheOldOneIsLetInUntilItsGraceEnds() {
        JsonNode attached = attach(connector()).expect(201).json();
        assertThat(attached.at("/connector/type").stringValue()).isEqualTo("aws_iam");
        rotate().expect(200);
        assertThat(version()).isEqualTo(2);
        assertThat(field("note")).isEqualTo("mine");
        assertThat(field("access_key_id")).isNotEqualTo(first);
        assertBothSidesAgree(first);
        assertThat(isLetIn(first, firstSecret)).isTrue();

        endGrace(1);
        assertThat(isLetIn(first, firstSecret)).isFalse();
        assertBothSidesAgree();

        sql.update(
                "update rotation_assignment set due_at = now(), next_at = now() where tenant_id = ? and path = ?",
                TENANT,
                path);
        await(() -> version() == 3);
        await(() -> pending() == 0);
        assertThat(keysThere()).hasSize(2);
    }

    private void letGraceEnd(int version) {
        sql.update(
                "update secret_version set readable_until = now() where tenant_id = ? and path = ? and version = ?",
                TENANT,
                path,
                version);
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
    }

    private void endGrace(int version) {
        letGraceEnd(version);
        await(() -> !sql.rows(
                        "select from secret_version where tenant_id = ? and path = ? and version = ? and wrapped_data_key is null",
                        TENANT,
                        path,
                        version)
                .isEmpty());
    }

    /** Its key is known by nothing but the version. */
    @Test
    void versionThatIsNotToBeKept_staysUntilItsKeyIsDeleted() {
        ApiClient.Reply kept = owner.put(
                "/v1/secrets/" + path,
                Map.of(
                        "data",
                        Map.of("access_key_id", first, "secret_access_key", firstSecret),
                        "options",
                        Map.of("max_versions", 1)));
        assertThat(kept.status()).as(kept.body()).isEqualTo(200);
        assertThat(versionsThere()).containsExactly(2);
        attach(connector()).expect(201);
        rotate().expect(200);
        write(field("access_key_id"), field("secret_access_key"), "written");
        assertThat(versionsThere()).containsExactly(2, 3, 4);
        assertInGrace(owner.delete("/v1/secrets/" + path + "?version=2"));

        endGrace(2);
        assertThat(isLetIn(first, firstSecret)).isFalse();
        endGrace(3);
        assertBothSidesAgree();
        write(field("access_key_id"), field("secret_access_key"), "again");
        assertThat(versionsThere()).containsExactly(4, 5);
    }

    /** Nobody would delete its old key then. */
    @Test
    void secretInItsGrace_staysUnderItsPolicy() {
        attach(connector()).expect(201);
        rotate().expect(200);
        assertInGrace(owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path));
        assertInGrace(owner.delete("/v1/rotation/policies/" + policy));
        assertThat(secret().get("rotation_policy_id").stringValue()).isEqualTo(policy);

        endGrace(1);
        owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path).expect(204);
        assertBothSidesAgree();
    }

    /** Only its versions know the key that is to go. */
    @Test
    void deletedSecret_keepsItsOldKeyUntilItIsRestored() {
        attach(connector()).expect(201);
        rotate().expect(200);
        owner.delete("/v1/secrets/" + path).expect(200);
        letGraceEnd(1);
        await(() -> !sql.rows(
                        "select from rotation_assignment where tenant_id = ? and path = ? and next_at is null and taken_by is null",
                        TENANT,
                        path)
                .isEmpty());
        assertThat(versionsWithValues()).containsExactly(1, 2);

        owner.post("/v1/secrets/" + path + ":restore", null).expect(200);
        await(() -> versionsWithValues().equals(List.of(2)));
        assertThat(isLetIn(first, firstSecret)).isFalse();
        assertBothSidesAgree();
    }

    /** Nothing is taken away for it that would be worth waiting for. */
    @Test
    void deletedSecret_isTakenFromUnderItsPolicyAtOnce() {
        attach(connector()).expect(201);
        rotate().expect(200);
        owner.delete("/v1/secrets/" + path).expect(200);
        owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path).expect(204);
    }

    private List<Integer> versionsWithValues() {
        return sql
                .rows(
                        "select version from secret_version where tenant_id = ? and path = ? and wrapped_data_key is not null order by version",
                        TENANT,
                        path)
                .stream()
                .map(row -> (Integer) row.get("version"))
                .toList();
    }

    private static void assertInGrace(ApiClient.Reply refused) {
        assertThat(refused.expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("in_grace");
    }

    private List<Integer> versionsThere() {
        return sql
                .rows(
                        "select version from secret_version where tenant_id = ? and path = ? order by version",
                        TENANT,
                        path)
                .stream()
                .map(row -> (Integer) row.get("version"))
                .toList();
    }

    /** There is room for two. */
    @Test
    void rotationWithinTheGrace_deletesTheKeyBeforeTheLast() {
        attach(connector()).expect(201);
        rotate().expect(200);
        String second = field("access_key_id");
        rotate().expect(200);
        assertBothSidesAgree(second);
        assertThat(isLetIn(first, firstSecret)).isFalse();
        endGrace(1);
        assertBothSidesAgree(second);
    }

    /** Of a write between them, which has the same key. */
    @Test
    void keyOfAVersionThatEnds_staysWhereALaterOneHasIt() {
        attach(connector()).expect(201);
        write(first, firstSecret, "written");
        endGrace(1);
        assertBothSidesAgree();
        rotate().expect(200);
        assertThat(field("note")).isEqualTo("written");
        assertBothSidesAgree(first);
        write(field("access_key_id"), field("secret_access_key"), "again");
        endGrace(2);
        assertThat(isLetIn(first, firstSecret)).isFalse();
        assertBothSidesAgree();
    }

    @Test
    void userThatMayChangeItsOwnKeys_needsNobodyElse() throws TargetException {
        user = user + "-self";
        path = path + "-self";
        String document =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":\"iam:*AccessKey*\"}]}";
        try (AwsKeys keys = accounts.createUser(user, "/", new AwsRights(List.of(), document, List.of(), null), "t")) {
            first = keys.accessKeyId();
            put(path, Map.of("id", first, "secret", text(keys.secretAccessKey())));
        }
        Map<String, Object> connector = connector();
        connector.remove("login_path");
        connector.put("access_key_id_field", "id");
        connector.put("secret_access_key_field", "secret");
        attach(connector).expect(201);
        rotate().expect(200);
        assertThat(isLetIn(field("id"), field("secret"))).isTrue();
        endGrace(1);
        assertThat(keysThere()).containsExactly(field("id"));
        rotate().expect(200);
        assertThat(isLetIn(field("id"), field("secret"))).isTrue();
        assertThat(keysThere()).hasSize(2);
    }

    @Test
    void killedBeforeTheKeyIsMade_isGoneOnWith() throws TargetException {
        leaveBeingMade();
        owner.delete("/v1/rotation/policies/" + policy + "/secrets/" + path).expect(409, "conflict");
        goOn();
        assertThat(version()).isEqualTo(2);
        assertBothSidesAgree(first);
    }

    /** Its secret went with the process. */
    @Test
    void killedAfterTheKeyWasMade_deletesIt_andMakesAnother() throws TargetException {
        leaveBeingMade();
        String lost;
        try (AwsKeys made = foreignKey()) {
            lost = made.accessKeyId();
        }
        goOn();
        assertThat(version()).isEqualTo(2);
        assertThat(field("access_key_id")).isNotEqualTo(lost);
        assertBothSidesAgree(first);
    }

    /** What is used is somebody's. */
    @Test
    void keyThatSomebodyMadeMeanwhile_andUses_isNotDeleted() throws TargetException {
        leaveBeingMade();
        try (AwsKeys theirs = foreignKey()) {
            assertThat(isLetIn(theirs.accessKeyId(), text(theirs.secretAccessKey())))
                    .isTrue();
            sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
            await(() -> sql.rows(
                                    "select from rotation_assignment where tenant_id = ? and path = ? and error_message like '%second key%'",
                                    TENANT, path)
                            .size()
                    == 1);
            assertThat(keysThere()).containsExactlyInAnyOrder(first, theirs.accessKeyId());
            assertThat(version()).isEqualTo(1);
            accounts.keysOf(user).deleteAccessKey(theirs.accessKeyId());
        }
        goOn();
        assertBothSidesAgree(first);
    }

    @Test
    void keyThatIsOlderThanTheRotation_isNotDeleted_howeverUnused() throws TargetException {
        leaveBeingMade();
        sql.update(
                "update rotation_pending set created_at = created_at + interval '1 hour' where tenant_id = ? and path = ?",
                TENANT,
                path);
        try (AwsKeys theirs = foreignKey()) {
            sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
            await(() -> sql.rows(
                                    "select from rotation_assignment where tenant_id = ? and path = ? and error_message like '%second key%'",
                                    TENANT, path)
                            .size()
                    == 1);
            assertThat(keysThere()).contains(theirs.accessKeyId());
        }
    }

    @Test
    void killedBeforeItIsPublished_publishesTheKeyThatWasMade() {
        String made = leaveMade();
        goOn();
        assertThat(version()).isEqualTo(2);
        assertThat(field("access_key_id")).isEqualTo(made);
        assertBothSidesAgree(first);
    }

    /** A key is made there and kept, and the secret does not have it. */
    private String leaveMade() {
        attach(connector()).expect(201);
        String name = "refuse_" + COUNT.incrementAndGet();
        sql.update("create function " + name + "() returns trigger language plpgsql as $$ begin if new.path = '" + path
                + "' then raise exception 'not now'; end if; return new; end $$");
        sql.update("create trigger " + name + " before insert on secret_version for each row execute function " + name
                + "()");
        try {
            assertThat(rotate().status()).isGreaterThanOrEqualTo(500);
        } finally {
            sql.update("drop trigger " + name + " on secret_version");
            sql.update("drop function " + name + "()");
        }
        hold();
        assertThat(pending()).isOne();
        assertThat(version()).isEqualTo(1);
        assertThat(keysThere()).hasSize(2);
        return keysThere().stream().filter(id -> !id.equals(first)).findFirst().orElseThrow();
    }

    @Test
    void keyThatWasMade_andDeletedBySomebody_isMadeAgain() throws TargetException {
        String made = leaveMade();
        accounts.keysOf(user).deleteAccessKey(made);
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
        await(() -> !sql.rows(
                        "select from rotation_assignment where tenant_id = ? and path = ? and attempts > 0",
                        TENANT,
                        path)
                .isEmpty());
        goOn();
        assertThat(field("access_key_id")).isNotEqualTo(made);
        assertBothSidesAgree(first);
    }

    /** Theirs counts, and the one that was made for it is nobody's. */
    @Test
    void keyThatSomebodyWroteMeanwhile_isTheSecret() throws TargetException {
        String made = leaveMade();
        accounts.keysOf(user).deleteAccessKey(first);
        try (AwsKeys theirs = foreignKey()) {
            write(theirs.accessKeyId(), text(theirs.secretAccessKey()), "theirs");
            goOn();
            assertThat(version()).isEqualTo(2);
            assertThat(field("access_key_id")).isEqualTo(theirs.accessKeyId());
            assertThat(keysThere()).doesNotContain(made);
            assertBothSidesAgree();
        }
    }

    @Test
    void somethingElseThatSomebodyWroteMeanwhile_stays() {
        String made = leaveMade();
        write(first, firstSecret, "theirs");
        goOn();
        assertThat(version()).isEqualTo(3);
        assertThat(field("access_key_id")).isEqualTo(made);
        assertThat(field("note")).isEqualTo("theirs");
        assertBothSidesAgree(first);
    }
}
