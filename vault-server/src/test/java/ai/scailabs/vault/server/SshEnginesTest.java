package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestSshd;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Certificates of SSH and passwords for one login, as users ask for them and as OpenSSH's own server believes them. */
class SshEnginesTest {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String LEASES = "/v1/dynamic/leases";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ApiClient owner;
    private static JsonNode engine;
    private static String publicKey;
    private static TestSshd sshd;

    @BeforeAll
    static void prepare() throws Exception {
        server = RunningServer.shared();
        owner = server.owner("ssh-engines");
        engine = engine(owner);
        role(
                name(engine),
                "users",
                Map.of("allowed_users", "deploy,backup", "allowed_critical_options", "force-command"));
        role(
                name(engine),
                "hosts",
                Map.of("cert_type", "host", "allowed_domains", "example.com", "allow_subdomains", true));
        role(
                name(engine),
                "once",
                Map.of(
                        "key_type",
                        "otp",
                        "allowed_users",
                        "deploy",
                        "default_user",
                        "root",
                        "cidr_list",
                        "127.0.0.0/8"));
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "",
                "-f",
                folder.resolve("id").toString());
        publicKey = Files.readString(folder.resolve("id.pub")).strip();
        sshd = TestSshd.start(fetched("public-key").strip(), SshEnginesTest::certifiedHost);
    }

    @AfterAll
    static void close() {
        sshd.close();
    }

    private static JsonNode engine(ApiClient client) {
        return client.post(ENGINES, Map.of("name", "s" + COUNT.incrementAndGet(), "type", "ssh", "config", Map.of()))
                .expect(201)
                .json();
    }

    private static String name(JsonNode engine) {
        return engine.get("name").stringValue();
    }

    private static void role(String engine, String name, Map<String, Object> rules) {
        Map<String, Object> body = new HashMap<>(rules);
        body.put("name", name);
        owner.post(ENGINES + "/" + engine + "/roles", body).expect(201);
    }

    private static ApiClient.Reply mint(String role, Map<String, Object> body) {
        return owner.post(ENGINES + "/" + name(engine) + "/creds/" + role, body);
    }

    private static JsonNode certificate(String ttl) {
        return mint("users", Map.of("public_key", publicKey, "valid_principals", "deploy", "ttl", ttl))
                .expect(201)
                .json();
    }

    private static String certifiedHost(String hostKey) {
        return mint("hosts", Map.of("public_key", hostKey, "valid_principals", "web.example.com"))
                .expect(201)
                .json()
                .get("data")
                .get("signed_key")
                .stringValue();
    }

    private static HttpResponse<byte[]> published(String what) {
        String path = "/v1/dynamic/ssh/" + engine.get("id").stringValue() + "/" + what;
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As a server does without a token. */
    private static String fetched(String what) {
        HttpResponse<byte[]> response = published(what);
        assertThat(response.statusCode()).isEqualTo(200);
        return new String(response.body(), StandardCharsets.US_ASCII);
    }

    private record Said(int exit, String text) {}

    private static Said run(String... command) throws Exception {
        return run(Map.of(), List.of(command));
    }

    private static Said run(Map<String, String> environment, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private static Said login(JsonNode lease) throws Exception {
        Path certificate = Files.writeString(
                Files.createTempFile(folder, "id", "-cert.pub"),
                lease.get("data").get("signed_key").stringValue() + "\n");
        Path known = Files.writeString(
                Files.createTempFile(folder, "known", "_hosts"),
                "@cert-authority *.example.com " + fetched("public-key"));
        List<String> command = new ArrayList<>(List.of(
                "ssh",
                "-F",
                "none",
                "-p",
                String.valueOf(sshd.port()),
                "-i",
                folder.resolve("id").toString()));
        for (String option : List.of(
                "LogLevel=ERROR",
                "CertificateFile=" + certificate,
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "BatchMode=yes",
                "StrictHostKeyChecking=yes",
                "UserKnownHostsFile=" + known,
                "GlobalKnownHostsFile=none",
                "HostKeyAlias=web.example.com",
                "ConnectTimeout=20")) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of("127.0.0.1", "echo hello"));
        return run(Map.of(), command);
    }

    @Test
    void certificate_logsIn_untilItIsRevoked() throws Exception {
        JsonNode lease = certificate("10m");
        JsonNode other = certificate("10m");
        assertThat(lease.get("renewable").booleanValue()).isFalse();
        assertThat(login(lease)).as(sshd.log()).isEqualTo(new Said(0, "hello\n"));

        owner.post(LEASES + "/" + lease.get("lease_id").stringValue() + "/revoke", null)
                .expect(200);
        sshd.revoke(published("krl").body());

        assertThat(login(lease).exit()).isNotZero();
        assertThat(sshd.log())
                .contains("serial " + lease.get("data").get("serial_number").stringValue());
        assertThat(login(other)).isEqualTo(new Said(0, "hello\n"));
    }

    @Test
    void certificate_isOverWithItsLease() throws Exception {
        JsonNode lease = certificate("5s");
        await(() -> owner.get(LEASES + "/" + lease.get("lease_id").stringValue())
                .expect(200)
                .json()
                .get("state")
                .stringValue()
                .equals("expired"));

        assertThat(login(lease).exit()).isNotZero();
        Path list = Files.write(
                Files.createTempFile(folder, "krl", ""), published("krl").body());
        assertThat(run("ssh-keygen", "-Q", "-l", "-f", list.toString()).text())
                .doesNotContain(lease.get("data").get("serial_number").stringValue());
    }

    private static void await(java.util.function.BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void certificate_saysForWhomItWasMade() throws Exception {
        JsonNode lease = certificate("1h");
        Path file = Files.writeString(
                folder.resolve("shown-cert.pub"),
                lease.get("data").get("signed_key").stringValue());

        assertThat(run("ssh-keygen", "-L", "-f", file.toString()).text())
                .contains("Serial: " + lease.get("data").get("serial_number").stringValue())
                .contains("Key ID: \"user:owner@ssh-engines.test ")
                .contains("deploy")
                .doesNotContain("backup");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "users | {} | 422 | validation_error",
                "users | {'public_key': 'KEY'} | 422 | validation_error",
                "users | {'public_key': 'ssh-dss AAAA', 'valid_principals': 'deploy'} | 422 | validation_error",
                "users | {'public_key': 'KEY', 'valid_principals': 'root'} | 422 | name_not_allowed",
                "users | {'public_key': 'KEY', 'valid_principals': ['deploy', 'de\\u0000ploy']} | 422 | validation_error",
                "users | {'public_key': 'KEY', 'valid_principals': '*'} | 422 | validation_error",
                "users | {'public_key': 'KEY', 'valid_principals': 'deploy', 'critical_options': {'source-address': '::1'}} | 422 | validation_error",
                "users | {'public_key': 'KEY', 'valid_principals': 'deploy', 'extensions': {'permit-pty': ''}} | 422 | validation_error",
                "users | {'public_key': 'KEY', 'valid_principals': 'deploy', 'cert_type': 'host'} | 400 | invalid_request",
                "users | {'public_key': 'KEY', 'valid_principals': 'deploy', 'ttl': '48h'} | 422 | ttl_exceeded",
                "hosts | {'public_key': 'KEY', 'valid_principals': 'example.com'} | 422 | name_not_allowed",
                "once | {'username': 'deploy'} | 422 | validation_error",
                "once | {'ip': 'localhost'} | 422 | validation_error",
                "once | {'ip': '192.0.2.1'} | 422 | name_not_allowed",
                "once | {'ip': '127.0.0.1', 'username': 'backup'} | 422 | name_not_allowed",
                "once | {'ip': '127.0.0.1', 'public_key': 'KEY'} | 400 | invalid_request",
            })
    void whatTheRoleDoesNotAllow_isRefused_andLeavesNoLease(String role, String body, int status, String code) {
        int before = owner.get(LEASES + "?role=" + role)
                .expect(200)
                .json()
                .get("leases")
                .size();

        mint(role, JSON.readValue(body.replace('\'', '"').replace("KEY", publicKey), Map.class))
                .expect(status, code);

        assertThat(owner.get(LEASES + "?role=" + role)
                        .expect(200)
                        .json()
                        .get("leases")
                        .size())
                .isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'allowed_users': '*'} | 422 | validation_error",
                "{} | 422 | validation_error",
                "{'key_type': 'dynamic', 'allowed_users': 'a'} | 422 | validation_error",
                "{'key_type': 'otp', 'allowed_users': 'a'} | 422 | validation_error",
                "{'key_type': 'otp', 'allowed_users': 'a', 'cidr_list': '10.0.0.1/8'} | 422 | validation_error",
                "{'key_type': 'otp', 'allowed_users': 'a', 'cidr_list': '10.0.0.0/8', 'port': 0} | 422 | validation_error",
                "{'key_type': 'otp', 'allowed_users': 'a', 'cidr_list': '10.0.0.0/8', 'allowed_extensions': 'permit-pty'} | 400 | invalid_request",
                "{'allowed_users': 'a', 'creation_statements': ['x']} | 400 | invalid_request",
            })
    void roleThatMeansNothing_isRefused(String body, int status, String code) {
        Map<String, Object> role = new HashMap<>(JSON.readValue(body.replace('\'', '"'), Map.class));
        role.put("name", "refused");

        owner.post(ENGINES + "/" + name(engine) + "/roles", role).expect(status, code);
    }

    @Test
    void changedRole_keepsWhatIsNotSaid() {
        String at = ENGINES + "/" + name(engine) + "/roles";
        role(name(engine), "changing", Map.of("allowed_users", "a,b", "default_user", "a"));

        JsonNode changed = owner.patch(at + "/changing", Map.of("allowed_users", List.of("c")))
                .expect(200)
                .json();

        assertThat(changed.get("allowed_users").toString()).isEqualTo("[\"c\"]");
        assertThat(changed.get("default_user").stringValue()).isEqualTo("a");
        owner.patch(at + "/changing", Map.of("key_type", "otp")).expect(422, "validation_error");
    }

    @Test
    void keyOfAnEngine_isShownToNobody_andStays() {
        JsonNode made = engine(owner);
        String at = ENGINES + "/" + name(made);

        assertThat(made.get("config").propertyNames())
                .containsExactlyInAnyOrder("ca_key_type", "public_key", "fingerprint");
        owner.patch(at, Map.of("config", Map.of("ca_key_type", "rsa-3072"))).expect(400, "invalid_config");
        owner.patch(at, Map.of("config", Map.of("private_key", "x"))).expect(400, "invalid_config");
        JsonNode same = owner.patch(at, Map.of("config", made.get("config"), "max_ttl", "2h"))
                .expect(200)
                .json();
        assertThat(same.get("config")).isEqualTo(made.get("config"));
        owner.post(ENGINES, Map.of("name", "refused", "type", "ssh", "config", Map.of("ca_key_type", "dsa")))
                .expect(400, "invalid_config");
        owner.post(ENGINES, Map.of("name", "refused", "type", "ssh", "config", made.get("config")))
                .expect(400, "invalid_config");
    }

    @Test
    void certificate_isNotRenewed() {
        String lease = certificate("1h").get("lease_id").stringValue();

        ApiClient.Reply refused = owner.post(LEASES + "/" + lease + "/renew", Map.of("increment", "2h"))
                .expect(409, "conflict");

        assertThat(refused.json().get("error").get("details").get("state").stringValue())
                .isEqualTo("not_renewable");
    }

    @Test
    void keyThatWasMovedToAnotherEngine_signsNothing() {
        JsonNode from = engine(owner);
        JsonNode to = engine(owner);
        role(name(to), "users", Map.of("allowed_users", "deploy"));
        Sql.superuser(server).update("""
                        update ssh_authority_key t set private_key = f.private_key from ssh_authority_key f
                        where t.engine_id = (select engine_id from dynamic_engine where tenant_id = t.tenant_id and name = ?)
                            and f.engine_id = (select engine_id from dynamic_engine where tenant_id = f.tenant_id and name = ?)
                        """, name(to), name(from));

        owner.post(
                        ENGINES + "/" + name(to) + "/creds/users",
                        Map.of("public_key", publicKey, "valid_principals", "deploy"))
                .expect(500, "integrity_failure");
    }

    @Test
    void engineSigns_afterTheTenantsKeyWasRotated() {
        ApiClient other = server.owner("ssh-rotated");
        JsonNode made = engine(other);
        other.post(ENGINES + "/" + name(made) + "/roles", Map.of("name", "users", "allowed_users", "deploy"))
                .expect(201);
        other.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_ssh-rotated");

        JsonNode generations = other.get("/v1/keys").expect(200).json().at("/tenant/generations");
        assertThat(generations.get(0).at("/rows/ssh_ca_keys").intValue()).isEqualTo(1);
        assertThat(generations.get(1).at("/rows/ssh_ca_keys").intValue()).isZero();
        other.post(
                        ENGINES + "/" + name(made) + "/creds/users",
                        Map.of("public_key", publicKey, "valid_principals", "deploy"))
                .expect(201);
    }

    @Test
    void enginesThatDoNotCertify_publishNothing() {
        for (String id : List.of("eng_01JAAAAAAAAAAAAAAAAAAAAAAA", "x")) {
            server.client(null).get("/v1/dynamic/ssh/" + id + "/public-key").expect(404, "engine_not_found");
            server.client(null).get("/v1/dynamic/ssh/" + id + "/krl").expect(404, "engine_not_found");
        }
    }

    private static JsonNode oneTime(String ttl) {
        return mint("once", Map.of("ip", "127.0.0.1", "ttl", ttl)).expect(201).json();
    }

    private static String otp(JsonNode lease) {
        return lease.get("data").get("key").stringValue();
    }

    private static ApiClient.Reply verify(ApiClient client, String engine, String otp) {
        return client.post(ENGINES + "/" + engine + "/verify", Map.of("otp", otp));
    }

    @Test
    void oneTimePassword_isGoodOnce() {
        JsonNode lease = oneTime("5m");

        JsonNode login = verify(owner, name(engine), otp(lease)).expect(200).json();

        assertThat(login.get("username").stringValue()).isEqualTo("root");
        assertThat(login.get("ip").stringValue()).isEqualTo("127.0.0.1");
        assertThat(login.get("lease_id")).isEqualTo(lease.get("lease_id"));
        verify(owner, name(engine), otp(lease)).expect(404, "lease_not_found");
        JsonNode ended = owner.get(LEASES + "/" + lease.get("lease_id").stringValue())
                .expect(200)
                .json();
        assertThat(ended.get("state").stringValue()).isEqualTo("revoked");
        assertThat(ended.get("reason").stringValue()).isEqualTo("used");
        assertThat(ended.toString()).doesNotContain(otp(lease));
    }

    @Test
    void oneTimePassword_ofManyWhoAskAtOnceOneIsToldThatItIsGood() throws Exception {
        String otp = otp(oneTime("5m"));
        List<Future<Integer>> asked = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                asked.add(threads.submit(() -> verify(owner, name(engine), otp).status()));
            }
        }
        List<Integer> answers = new ArrayList<>();
        for (Future<Integer> each : asked) {
            answers.add(each.get());
        }

        assertThat(answers)
                .containsOnlyOnce(200)
                .filteredOn(status -> status != 200)
                .containsOnly(404);
    }

    @Test
    void oneTimePassword_ofARevokedOrExpiredLease_isNotGood() {
        JsonNode revoked = oneTime("5m");
        owner.post(LEASES + "/" + revoked.get("lease_id").stringValue() + "/revoke", null)
                .expect(200);
        verify(owner, name(engine), otp(revoked)).expect(404, "lease_not_found");

        JsonNode brief = oneTime("5s");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5_100));
        verify(owner, name(engine), otp(brief)).expect(404, "lease_not_found");
    }

    @Test
    void oneTimePassword_isOfItsEngineAndTenant_andAskedForByWhoMay() {
        JsonNode lease = oneTime("5m");
        verify(owner, name(engine(owner)), otp(lease)).expect(404, "lease_not_found");
        ApiClient stranger = server.owner("ssh-stranger");
        verify(stranger, name(engine), otp(lease)).expect(404, "engine_not_found");
        verify(stranger, name(engine(stranger)), otp(lease)).expect(404, "lease_not_found");
        ApiClient minter = server.member(
                owner, "ssh-engines", "acme", "minter", "dynamic/" + name(engine) + "/*", "read", "write");
        verify(minter, name(engine), otp(lease)).expect(403, "access_denied");
        for (String typed : List.of(
                "",
                "x",
                " " + otp(lease),
                otp(lease) + "\n",
                otp(lease).toUpperCase(java.util.Locale.ROOT),
                "é".repeat(26))) {
            verify(owner, name(engine), typed).expect(404, "lease_not_found");
        }
        owner.post(ENGINES + "/" + name(engine) + "/verify", Map.of()).expect(422, "validation_error");

        ApiClient host = server.member(owner, "ssh-engines", "acme", "host-1", "dynamic/" + name(engine), "write");
        verify(host, name(engine), otp(lease)).expect(200);
        host.post(ENGINES + "/" + name(engine) + "/creds/once", Map.of("ip", "127.0.0.1"))
                .expect(403, "access_denied");
    }

    /** By the program of the guide. */
    @Test
    void oneTimePassword_logsInOnceAtAServer() throws Exception {
        ApiClient host = server.member(owner, "ssh-engines", "acme", "host-2", "dynamic/" + name(engine), "write");
        Path header = Files.writeString(folder.resolve("header"), "Authorization: Bearer " + host.token() + "\n");
        Path conf = Files.writeString(folder.resolve("otp.conf"), """
                SCAIVAULT_ADDR=http://127.0.0.1:%d
                SCAIVAULT_HEADER=%s
                ENGINE=%s
                ADDRESS=127.0.0.1
                """.formatted(server.port(), header, name(engine)));
        Path program = Files.writeString(
                folder.resolve("otp"), guideProgram().replace("/etc/scaivault-ssh.conf", conf.toString()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        String user = System.getProperty("user.name");
        role(
                name(engine),
                "once-here",
                Map.of("key_type", "otp", "allowed_users", user + ",somebody-else", "cidr_list", "127.0.0.0/8"));
        try (TestSshd asking = TestSshd.askingPam(program)) {
            String otp = otp(mint("once-here", Map.of("ip", "127.0.0.1", "username", user))
                    .expect(201)
                    .json());

            assertThat(passwordLogin(asking, "x".repeat(26)).exit()).isNotZero();
            assertThat(passwordLogin(asking, otp)).as(asking.log()).isEqualTo(new Said(0, "hello\n"));
            assertThat(passwordLogin(asking, otp).exit()).isNotZero();
            String forAnother = otp(mint("once-here", Map.of("ip", "127.0.0.1", "username", "somebody-else"))
                    .expect(201)
                    .json());
            assertThat(passwordLogin(asking, forAnother).exit()).isNotZero();
            String elsewhere = otp(mint("once-here", Map.of("ip", "127.0.0.2", "username", user))
                    .expect(201)
                    .json());
            assertThat(passwordLogin(asking, elsewhere).exit()).isNotZero();
        }
    }

    private static String guideProgram() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "guides", "ssh.md"));
        int begin = guide.indexOf("#!/bin/sh");
        return guide.substring(begin, guide.indexOf("```", begin));
    }

    private static Said passwordLogin(TestSshd at, String password) throws Exception {
        Path typing =
                Files.writeString(Files.createTempFile(folder, "askpass", ""), "#!/bin/sh\necho " + password + "\n");
        Files.setPosixFilePermissions(typing, PosixFilePermissions.fromString("rwx------"));
        List<String> command = new ArrayList<>(List.of("ssh", "-F", "none", "-p", String.valueOf(at.port())));
        for (String option : List.of(
                "LogLevel=ERROR",
                "PreferredAuthentications=password",
                "NumberOfPasswordPrompts=1",
                "StrictHostKeyChecking=no",
                "UserKnownHostsFile=/dev/null",
                "GlobalKnownHostsFile=none",
                "ConnectTimeout=20")) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of("127.0.0.1", "echo hello"));
        return run(Map.of("SSH_ASKPASS", typing.toString(), "SSH_ASKPASS_REQUIRE", "force", "DISPLAY", ":0"), command);
    }
}
