package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestMoto;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Users and sessions of AWS, as moto plays it: it looks at no signature, and lets everybody do everything. */
class AwsEnginesTest {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String LEASES = "/v1/dynamic/leases";
    private static final String READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    private static final String ROLE = "arn:aws:iam::123456789012:role/deploy";
    private static final String POLICY =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static ApiClient owner;
    private static TestMoto aws;
    private static String engine;

    @BeforeAll
    static void prepare() {
        aws = TestMoto.start();
        owner = RunningServer.shared().owner("aws-engines");
        owner.put(
                        "/v1/secrets/aws/root",
                        Map.of("data", Map.of("access_key_id", "AKIAROOT", "secret_access_key", "root-secret-key")))
                .expect(201);
        owner.put("/v1/secrets/aws/other", Map.of("data", Map.of("username", "a", "password", "b")))
                .expect(201);
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "aws engines",
                                "rules",
                                List.of(Map.of("path_pattern", "aws/*", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "system:dynamic-engines"))
                .expect(201);
        engine = "aws";
        owner.post(ENGINES, body(engine, config())).expect(201);
        aws.iam("Action=CreateGroup&GroupName=builders");
        assertThat(aws.iam("Action=CreatePolicy&PolicyName=ReadOnly&PolicyDocument="
                        + URLEncoder.encode(POLICY, StandardCharsets.UTF_8)))
                .contains("<Arn>");
    }

    @AfterAll
    static void close() {
        aws.close();
    }

    private static Map<String, Object> config() {
        return new HashMap<>(Map.of(
                "region", "eu-central-1",
                "endpoint", aws.endpoint().toString(),
                "root_credentials_path", "aws/root"));
    }

    private static Map<String, Object> body(String name, Map<String, Object> config) {
        return Map.of("name", name, "type", "aws", "config", config, "default_ttl", "1h", "max_ttl", "48h");
    }

    private static String role(Map<String, Object> rules) {
        String name = "r" + COUNT.incrementAndGet();
        Map<String, Object> body = new HashMap<>(rules);
        body.put("name", name);
        owner.post(ENGINES + "/" + engine + "/roles", body).expect(201);
        return name;
    }

    private static Map<String, Object> userRules() {
        return Map.of(
                "credential_type",
                "iam_user",
                "policy_arns",
                "arn:aws:iam::123456789012:policy/ReadOnly",
                "policy_document",
                JSON.readValue(POLICY, Map.class),
                "iam_groups",
                List.of("builders"));
    }

    private static JsonNode minted(String role, Map<String, Object> body) {
        return owner.post(ENGINES + "/" + engine + "/creds/" + role, body)
                .expect(201)
                .json();
    }

    private static JsonNode lease(JsonNode minted) {
        return owner.get(LEASES + "/" + minted.get("lease_id").stringValue())
                .expect(200)
                .json();
    }

    private static JsonNode revoked(JsonNode minted) {
        return owner.post(LEASES + "/" + minted.get("lease_id").stringValue() + "/revoke", null)
                .expect(200)
                .json();
    }

    private static String user(JsonNode minted) {
        return lease(minted).get("account").stringValue();
    }

    private static boolean isThere(String user) {
        return aws.iam("Action=ListUsers").contains("<UserName>" + user + "</UserName>");
    }

    private static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void user_hasTheRightsOfTheRole_andIsGoneWithTheLease() {
        JsonNode minted = minted(role(userRules()), Map.of("ttl", "10m"));
        String user = user(minted);
        String key = minted.get("data").get("access_key_id").stringValue();

        assertThat(user).matches("v_r[0-9]+_[a-z2-7]{20}");
        assertThat(aws.callerIdentity(key)).contains(":user/" + user);
        assertThat(aws.iam("Action=ListAttachedUserPolicies&UserName=" + user)).contains("policy/ReadOnly");
        assertThat(aws.iam("Action=ListUserPolicies&UserName=" + user)).contains("<member>scaivault</member>");
        assertThat(aws.iam("Action=ListGroupsForUser&UserName=" + user)).contains("builders");
        assertThat(minted.get("renewable").booleanValue()).isTrue();

        assertThat(revoked(minted).get("state").stringValue()).isEqualTo("revoked");
        assertThat(isThere(user)).isFalse();
    }

    @Test
    void user_isGoneWhenTheLeaseExpires() {
        String user = user(minted(role(userRules()), Map.of("ttl", "5s")));
        assertThat(isThere(user)).isTrue();

        await(() -> !isThere(user));
    }

    @Test
    void user_isGone_whateverSomebodyGaveIt() {
        JsonNode minted = minted(role(userRules()), Map.of("ttl", "10m"));
        String user = user(minted);
        aws.iam("Action=CreateAccessKey&UserName=" + user);
        aws.iam("Action=PutUserPolicy&PolicyName=more&UserName=" + user + "&PolicyDocument="
                + URLEncoder.encode(POLICY, StandardCharsets.UTF_8));

        revoked(minted);

        assertThat(isThere(user)).isFalse();
    }

    @Test
    void user_thatIsGoneAlready_isSuccess() {
        JsonNode minted = minted(role(Map.of("credential_type", "iam_user", "iam_groups", "builders")), Map.of());
        String user = user(minted);
        aws.iam("Action=RemoveUserFromGroup&GroupName=builders&UserName=" + user);
        aws.iam("Action=DeleteAccessKey&UserName=" + user + "&AccessKeyId="
                + minted.get("data").get("access_key_id").stringValue());
        aws.iam("Action=DeleteUser&UserName=" + user);
        assertThat(isThere(user)).isFalse();

        assertThat(revoked(minted).get("state").stringValue()).isEqualTo("revoked");
    }

    @Test
    void userThatIsNotWhollyMade_isTakenAway() {
        String role = role(
                Map.of("credential_type", "iam_user", "policy_arns", "arn:aws:iam::123456789012:policy/there-is-none"));

        JsonNode refused = owner.post(ENGINES + "/" + engine + "/creds/" + role, Map.of())
                .expect(502, "backend_unavailable")
                .json();

        assertThat(refused.get("error").get("details").get("statement").stringValue())
                .isEqualTo("policy_arns");
        await(() -> !aws.iam("Action=ListUsers").contains("v_" + role + "_"));
    }

    @Test
    void session_ofARole_isNotTakenBack_andSaysSo() {
        String role = role(Map.of("credential_type", "assumed_role", "role_arns", List.of(ROLE, ROLE + "2")));
        JsonNode minted = minted(role, Map.of("ttl", "15m", "role_arn", ROLE));
        assertThat(minted.get("data").propertyNames())
                .containsExactlyInAnyOrder("access_key_id", "secret_access_key", "session_token", "expiration");
        assertThat(minted.get("renewable").booleanValue()).isFalse();
        assertThat(aws.callerIdentity(minted.get("data").get("access_key_id").stringValue()))
                .contains(":assumed-role/deploy/v_" + role + "_");

        JsonNode ending = revoked(minted);

        assertThat(ending.get("state").stringValue()).isEqualTo("revoking");
        assertThat(ending.get("error").get("code").stringValue()).isEqualTo("not_revocable");
        assertThat(ending.get("ended_at").isNull()).isTrue();
        owner.post(ENGINES + "/" + engine + "/creds/" + role, Map.of("ttl", "15m"))
                .expect(422, "validation_error");
        owner.post(ENGINES + "/" + engine + "/creds/" + role, Map.of("ttl", "15m", "role_arn", ROLE + "3"))
                .expect(422, "name_not_allowed");
        owner.post(ENGINES + "/" + engine + "/creds/" + role, Map.of("ttl", "5m", "role_arn", ROLE))
                .expect(422, "validation_error");
        owner.post(ENGINES + "/" + engine + "/creds/" + role, Map.of("ttl", "13h", "role_arn", ROLE))
                .expect(422, "validation_error");
    }

    @Test
    void sessions_ofTheEnginesOwnUser_areGiven() {
        for (Map<String, Object> rules : List.<Map<String, Object>>of(
                Map.of("credential_type", "session_token"),
                Map.of("credential_type", "federation_token", "policy_arns", READ_ONLY))) {
            JsonNode data = minted(role(rules), Map.of("ttl", "1h")).get("data");

            assertThat(data.get("session_token").stringValue()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 422 | validation_error",
                "{'credential_type': 'iam_user'} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'policy_arns': 'ReadOnly'} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'policy_document': 'x'} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'policy_document': []} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'iam_groups': 'a b'} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'iam_groups': 'a', 'user_path': 'x'} | 422 | validation_error",
                "{'credential_type': 'iam_user', 'iam_groups': 'a', 'role_arns': 'x'} | 422 | validation_error",
                "{'credential_type': 'assumed_role'} | 422 | validation_error",
                "{'credential_type': 'assumed_role', 'role_arns': 'arn:aws:iam::1:role/x'} | 422 | validation_error",
                "{'credential_type': 'federation_token'} | 422 | validation_error",
                "{'credential_type': 'session_token', 'policy_document': {}} | 422 | validation_error",
                "{'credential_type': 'session_token', 'creation_statements': []} | 400 | invalid_request",
            })
    void roleThatMeansNothing_isRefused(String body, int status, String code) {
        Map<String, Object> role = new HashMap<>(JSON.readValue(body.replace('\'', '"'), Map.class));
        role.put("name", "refused");

        owner.post(ENGINES + "/" + engine + "/roles", role).expect(status, code);
    }

    @ParameterizedTest
    @CsvSource({
        "region, Frankfurt",
        "endpoint, ftp://example.com",
        "endpoint, http://user:word@127.0.0.1:1",
        "endpoint, http://127.0.0.1:1",
        "endpoint, http://169.254.169.254",
        "root_credentials_path, aws/none",
        "root_credentials_path, aws/other",
        "bucket, x"
    })
    void engineThatIsNotReached_orMeansNothing_isRefused(String member, String value) {
        Map<String, Object> config = config();
        config.put(member, value);

        ApiClient.Reply refused = owner.post(ENGINES, body("refused", config)).expect(400, "invalid_config");

        assertThat(refused.body()).doesNotContain("root-secret-key", "word@");
    }
}
