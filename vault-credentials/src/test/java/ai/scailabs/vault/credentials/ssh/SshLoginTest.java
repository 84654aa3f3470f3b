package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.credentials.ssh.OpenSsh.Said;
import ai.scailabs.vault.testkit.TestSshd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Certificates at OpenSSH's own server, and at its client. */
class SshLoginTest {
    private static final String HOST = "web.example.com";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SshRoleRules ROLE = role("""
            {"allowed_users": ["deploy", "somebody-else"],
             "allowed_critical_options": ["force-command", "source-address"], "allowed_extensions": ["permit-pty"]}
            """);
    private static final SshRoleRules HOSTS =
            role("{\"cert_type\": \"host\", \"allowed_domains\": \"example.com\", \"allow_subdomains\": true}");

    private static final Map<SshKeyType, SshAuthority> AUTHORITIES = new EnumMap<>(SshKeyType.class);
    private static final Map<SubjectKeyType, Path> KEYS = new EnumMap<>(SubjectKeyType.class);

    @TempDir
    static Path folder;

    private static SshAuthority users;
    private static SshAuthority hosts;
    private static SshAuthority stranger;
    private static TestSshd server;

    @BeforeAll
    static void start() throws Exception {
        for (SshKeyType type :
                List.of(SshKeyType.ED25519, SshKeyType.ECDSA_P256, SshKeyType.ECDSA_P384, SshKeyType.RSA_3072)) {
            AUTHORITIES.put(type, OpenSsh.authority(folder, type));
        }
        for (SubjectKeyType type : List.of(
                SubjectKeyType.ED25519, SubjectKeyType.ECDSA_P256, SubjectKeyType.ECDSA_P521, SubjectKeyType.RSA)) {
            KEYS.put(type, OpenSsh.keyPair(folder, type));
        }
        users = AUTHORITIES.get(SshKeyType.ED25519);
        hosts = SshAuthority.generate(SshKeyType.ED25519, OpenSsh.RANDOM);
        stranger = SshAuthority.generate(SshKeyType.ED25519, OpenSsh.RANDOM);
        String trusted =
                AUTHORITIES.values().stream().map(SshAuthority::publicKey).collect(Collectors.joining("\n"));
        server = TestSshd.start(
                trusted,
                hostKey -> hosts.sign(HOSTS.certify(
                        new SshRequest(List.of(HOST), Map.of(), null),
                        SubjectKey.parse(hostKey),
                        Instant.now(),
                        Instant.now().plus(HOUR),
                        "host-1",
                        SshCertificate.randomSerial(OpenSsh.RANDOM))));
    }

    @AfterAll
    static void stop() {
        server.close();
        AUTHORITIES.values().forEach(SshAuthority::close);
        hosts.close();
        stranger.close();
    }

    @ParameterizedTest
    @CsvSource({"ED25519, ED25519", "ECDSA_P256, ECDSA_P521", "ECDSA_P384, RSA", "RSA_3072, ECDSA_P256"})
    void certificate_logsIn_andRunsACommand(SshKeyType type, SubjectKeyType subject) throws Exception {
        String certificate = AUTHORITIES.get(type).sign(certify(ROLE, subject, asking("deploy"), 1));

        Said said = login(subject, certificate, hosts, "echo hello");

        assertThat(said).as(server.log()).isEqualTo(new Said(0, "hello\n"));
    }

    @Test
    void certificateOfAStranger_isRefused() throws Exception {
        SshCertificate content = certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), 2);

        assertRefused(login(SubjectKeyType.ED25519, stranger.sign(content), hosts, "true"));
    }

    @Test
    void certificateForAnother_isRefused() throws Exception {
        assertLoginRefused(asking("somebody-else"), "Certificate does not contain an authorized principal");
    }

    @Test
    void certificateOfAHost_isNoLogin() throws Exception {
        SshCertificate content = HOSTS.certify(
                new SshRequest(List.of(HOST), Map.of(), null),
                key(SubjectKeyType.ED25519),
                Instant.now(),
                Instant.now().plus(HOUR),
                "host-2",
                3);

        assertRefused(login(SubjectKeyType.ED25519, users.sign(content), hosts, "true"));
    }

    @Test
    void certificateThatIsOver_orHasNotBegun_isRefused() throws Exception {
        Instant now = Instant.now();

        for (Instant begin : List.of(now.minus(HOUR).minusSeconds(1), now.plusSeconds(90))) {
            SshCertificate content =
                    ROLE.certify(asking("deploy"), key(SubjectKeyType.ED25519), begin, begin.plus(HOUR), "lease-1", 4);
            assertRefused(login(SubjectKeyType.ED25519, users.sign(content), hosts, "true"));
        }
        assertThat(server.log()).contains("Certificate invalid: expired", "Certificate invalid: not yet valid");
    }

    /** A server whose clock is behind by less than the skew would refuse one that begins now. */
    @Test
    void certificateThatBeginsInAMoment_countsAlready() throws Exception {
        Instant begin = Instant.now().plusSeconds(20);
        SshCertificate content =
                ROLE.certify(asking("deploy"), key(SubjectKeyType.ED25519), begin, begin.plus(HOUR), "lease-1", 5);

        assertThat(login(SubjectKeyType.ED25519, users.sign(content), hosts, "true")
                        .exit())
                .isZero();
    }

    @Test
    void forcedCommand_isRunInThePlaceOfAnyOther() throws Exception {
        SshRequest request = new SshRequest(List.of("deploy"), Map.of("force-command", "echo forced"), null);
        String certificate = users.sign(certify(ROLE, SubjectKeyType.ED25519, request, 6));

        assertThat(login(SubjectKeyType.ED25519, certificate, hosts, "echo free"))
                .isEqualTo(new Said(0, "forced\n"));
    }

    @Test
    void certificateForOtherAddresses_isRefused() throws Exception {
        assertLoginRefused(from("192.0.2.0/24,2001:db8::/32"), "not from a permitted source address");
        String certificate = users.sign(certify(ROLE, SubjectKeyType.ED25519, from("192.0.2.0/24,127.0.0.0/8"), 7));

        assertThat(login(SubjectKeyType.ED25519, certificate, hosts, "true").exit())
                .isZero();
    }

    @Test
    void terminal_isForThoseWhoMayHaveOne() throws Exception {
        String without = users.sign(certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), 8));
        String with = users.sign(certify(
                ROLE,
                SubjectKeyType.ED25519,
                new SshRequest(List.of("deploy"), Map.of(), Map.of("permit-pty", "")),
                8));

        assertThat(login(SubjectKeyType.ED25519, without, hosts, "-tt", "tty").text())
                .contains("PTY allocation request failed");
        assertThat(login(SubjectKeyType.ED25519, with, hosts, "-tt", "tty").text())
                .startsWith("/dev/pts/");
    }

    @Test
    void certificateThatIsRevoked_isRefusedFromThenOn() throws Exception {
        String revoked = users.sign(certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), -9));
        String other = users.sign(certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), -10));
        assertThat(login(SubjectKeyType.ED25519, revoked, hosts, "true").exit()).isZero();

        server.revoke(KeyRevocationList.encode(users.publicBlob(), List.of(-9L, 70L), 1, Instant.now()));

        assertRefused(login(SubjectKeyType.ED25519, revoked, hosts, "true"));
        assertThat(server.log()).contains("revoked by file");
        assertThat(login(SubjectKeyType.ED25519, other, hosts, "true").exit()).isZero();
    }

    @Test
    void hostThatAnotherAuthorityCertified_isNotTrusted() throws Exception {
        String certificate = users.sign(certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), 11));

        Said said = login(SubjectKeyType.ED25519, certificate, stranger, "echo here");

        assertThat(said.exit()).isEqualTo(255);
        assertThat(said.text()).contains("Host key verification failed").doesNotContain("here\n");
    }

    @Test
    void hostOfAnotherName_isNotTrusted() throws Exception {
        String certificate = users.sign(certify(ROLE, SubjectKeyType.ED25519, asking("deploy"), 12));

        Said said = login(SubjectKeyType.ED25519, certificate, hosts, "-o", "HostKeyAlias=db.example.com", "echo here");

        assertThat(said.exit()).isEqualTo(255);
        assertThat(said.text()).contains("name is not a listed principal");
    }

    private static void assertLoginRefused(SshRequest request, String reason) throws Exception {
        assertRefused(login(
                SubjectKeyType.ED25519, users.sign(certify(ROLE, SubjectKeyType.ED25519, request, 13)), hosts, "true"));
        assertThat(server.log()).contains(reason);
    }

    private static void assertRefused(Said said) {
        assertThat(said.exit()).as(server.log()).isEqualTo(255);
        assertThat(said.text()).contains("Permission denied (publickey)");
    }

    private static SshRequest asking(String principal) {
        return new SshRequest(List.of(principal), Map.of(), null);
    }

    private static SshRequest from(String ranges) {
        return new SshRequest(List.of("deploy"), Map.of("source-address", ranges), null);
    }

    private static SshCertificate certify(SshRoleRules role, SubjectKeyType subject, SshRequest request, long serial)
            throws Exception {
        Instant now = Instant.now();
        return role.certify(request, key(subject), now, now.plus(HOUR), "lease-1", serial);
    }

    private static SubjectKey key(SubjectKeyType type) throws Exception {
        return SubjectKey.parse(Files.readString(Path.of(KEYS.get(type) + ".pub")));
    }

    private static SshRoleRules role(String json) {
        return SshRoleRules.parse(JsonMapper.shared().readTree(json));
    }

    /** @param verifier who certifies hosts, as the client believes */
    private static Said login(SubjectKeyType subject, String certificate, SshAuthority verifier, String... last)
            throws Exception {
        Path file = Files.writeString(Files.createTempFile(folder, "id", "-cert.pub"), certificate + "\n");
        Path known = Files.writeString(
                Files.createTempFile(folder, "known", "_hosts"),
                "@cert-authority *.example.com " + verifier.publicKey() + "\n");
        List<String> options = new ArrayList<>(List.of(last));
        String command = options.removeLast();
        List<String> all = new ArrayList<>(List.of(
                "ssh",
                "-F",
                "none",
                "-p",
                String.valueOf(server.port()),
                "-i",
                KEYS.get(subject).toString()));
        all.addAll(options);
        for (String option : List.of(
                "LogLevel=ERROR",
                "CertificateFile=" + file,
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "BatchMode=yes",
                "StrictHostKeyChecking=yes",
                "UserKnownHostsFile=" + known,
                "GlobalKnownHostsFile=none",
                "HostKeyAlias=" + HOST,
                "KexAlgorithms=curve25519-sha256",
                "ConnectTimeout=20")) {
            all.addAll(List.of("-o", option));
        }
        all.addAll(List.of(System.getProperty("user.name") + "@127.0.0.1", command));
        return OpenSsh.run(all);
    }
}
