package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.ssh.OpenSsh.Said;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of authorities, and what {@code ssh-keygen} reads in certificates, whose signature it verifies. */
class SshAuthorityTest {
    private static final long BEGIN = Instant.parse("2026-11-27T22:40:00Z").getEpochSecond();
    private static final long END = Instant.parse("2026-11-27T23:40:07Z").getEpochSecond();
    private static final Map<SshKeyType, SshAuthority> AUTHORITIES = new EnumMap<>(SshKeyType.class);

    @TempDir
    static Path folder;

    /** By way of what is stored. */
    @BeforeAll
    static void makeAuthorities() throws Exception {
        for (SshKeyType type : SshKeyType.values()) {
            try (SshAuthority made = OpenSsh.authority(folder, type);
                    SensitiveBytes stored = made.encoded()) {
                SshAuthority read = SshAuthority.of(stored);
                assertThat(read.type()).isEqualTo(type);
                assertThat(read.publicKey()).isEqualTo(made.publicKey());
                AUTHORITIES.put(type, read);
            }
        }
    }

    @AfterAll
    static void wipe() {
        AUTHORITIES.values().forEach(SshAuthority::close);
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(SshKeyType.values())
                .flatMap(type -> Arrays.stream(SubjectKeyType.values()).map(subject -> Arguments.of(type, subject)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void certificateOfAUser_saysWhatWasWished(SshKeyType type, SubjectKeyType subject) throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, subject));
        SshAuthority authority = AUTHORITIES.get(type);

        Said said = read(authority.sign(user(key)));

        String signedBy = switch (type) {
            case ED25519 -> "ED25519 %s (using ssh-ed25519)";
            case ECDSA_P256 -> "ECDSA %s (using ecdsa-sha2-nistp256)";
            case ECDSA_P384 -> "ECDSA %s (using ecdsa-sha2-nistp384)";
            case RSA_3072, RSA_4096 -> "RSA %s (using rsa-sha2-512)";
        };
        String kind = switch (subject) {
            case ED25519 -> "ED25519-CERT";
            case ECDSA_P256, ECDSA_P384, ECDSA_P521 -> "ECDSA-CERT";
            case RSA -> "RSA-CERT";
            case SK_ED25519 -> "ED25519-SK-CERT";
            case SK_ECDSA_P256 -> "ECDSA-SK-CERT";
        };
        assertThat(said.exit()).as(said.text()).isZero();
        // How it shows what it does not know is another matter in each version.
        assertThat(said.text().lines().skip(1).map(line -> line.strip().replaceFirst(" UNKNOWN .*len 7.*", " unknown")))
                .containsExactly(
                        "Type: " + subject.certificateName() + " user certificate",
                        "Public key: " + kind + " " + key.fingerprint(),
                        "Signing CA: " + signedBy.formatted(authority.fingerprint()),
                        "Key ID: \"vault-lease-1 zo\u00eb\"",
                        "Serial: 18446744073709551614",
                        "Valid: from 2026-11-27T22:40:00 to 2026-11-27T23:40:07",
                        "Principals:",
                        "backup",
                        "deploy",
                        "Critical Options:",
                        "force-command /usr/bin/env true",
                        "source-address 10.0.0.0/8,2001:db8::/32",
                        "verify-required",
                        "Extensions:",
                        "login@github.com unknown",
                        "no-touch-required",
                        "permit-X11-forwarding",
                        "permit-agent-forwarding",
                        "permit-port-forwarding",
                        "permit-pty",
                        "permit-user-rc");
    }

    @Test
    void certificateOfAHost_saysWhatWasWished() throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));

        Said said = read(AUTHORITIES
                .get(SshKeyType.ED25519)
                .sign(new SshCertificate(
                        SshCertificateType.HOST,
                        key,
                        7,
                        "web",
                        List.of("web.example.com", "db.example.com"),
                        BEGIN,
                        END,
                        new TreeMap<>(),
                        new TreeMap<>())));

        assertThat(said.text().lines().skip(1).map(String::strip))
                .startsWith("Type: ssh-ed25519-cert-v01@openssh.com host certificate")
                .endsWith(
                        "Key ID: \"web\"",
                        "Serial: 7",
                        "Valid: from 2026-11-27T22:40:00 to 2026-11-27T23:40:07",
                        "Principals:",
                        "db.example.com",
                        "web.example.com",
                        "Critical Options: (none)",
                        "Extensions: (none)");
    }

    @ParameterizedTest
    @EnumSource
    void certificateThatWasChanged_isNone(SshKeyType type) throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));
        String[] words = AUTHORITIES.get(type).sign(user(key)).split(" ");
        byte[] certificate = Base64.getDecoder().decode(words[1]);
        int principal = new String(certificate, StandardCharsets.ISO_8859_1).indexOf("deploy");
        certificate[principal] = 'D';

        Said said = read(words[0] + " " + Base64.getEncoder().encodeToString(certificate));

        assertThat(said.exit()).isNotZero();
    }

    @ParameterizedTest
    @EnumSource
    void publicKey_isOneToOpenSsh(SshKeyType type) throws Exception {
        SshAuthority authority = AUTHORITIES.get(type);
        Path file = Files.writeString(folder.resolve("authority.pub"), authority.publicKey() + "\n");

        assertThat(OpenSsh.run(List.of("ssh-keygen", "-l", "-f", file.toString()))
                        .text())
                .contains(" " + authority.fingerprint() + " ");
        assertThat(SubjectKey.parse(authority.publicKey()).blob()).isEqualTo(authority.publicBlob());
        assertThat(SshKeyType.of(type.code())).contains(type);
    }

    /** So that it is a key to others, too. */
    @ParameterizedTest
    @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "RSA_3072"})
    void storedKey_isOneToOpenssl(SshKeyType type) throws Exception {
        Path file = folder.resolve("authority.der");
        try (SensitiveBytes stored = AUTHORITIES.get(type).encoded()) {
            Files.write(file, stored.expose());
        }

        Said said =
                OpenSsh.run(List.of("openssl", "pkey", "-inform", "DER", "-in", file.toString(), "-check", "-noout"));

        assertThat(said.text()).contains("Key is valid");
        Files.delete(file);
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource(names = {"RSA_3072", "RSA_4096"})
    void newKeyOfRsa_isOfItsSize_andSigns(SshKeyType type) throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));

        try (SshAuthority authority = SshAuthority.generate(type, OpenSsh.RANDOM)) {
            assertThat(type.code())
                    .isEqualTo("rsa-" + SubjectKey.parse(authority.publicKey()).bits());
            assertThat(read(authority.sign(user(key))).exit()).isZero();
        }
    }

    @Test
    void nonce_isAnotherEachTime() throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));
        SshAuthority authority = AUTHORITIES.get(SshKeyType.ED25519);

        assertThat(authority.sign(user(key))).isNotEqualTo(authority.sign(user(key)));
    }

    @Test
    void closedAuthority_hasNoKeyAnyMore() throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));
        SshAuthority authority = SshAuthority.generate(SshKeyType.DEFAULT, OpenSsh.RANDOM);
        authority.close();

        assertThatThrownBy(authority::encoded).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> authority.sign(user(key))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void text_hasNothingOfTheKey() {
        for (SshAuthority authority : AUTHORITIES.values()) {
            assertThat(authority).hasToString(authority.type().code() + " " + authority.fingerprint());
        }
    }

    @Test
    void bytesThatAreNoKeyOfAnAuthority_areRefused_andNotRepeated() throws Exception {
        KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
        other.initialize(new ECGenParameterSpec("secp521r1"));
        byte[] good = AUTHORITIES.get(SshKeyType.ED25519).encoded().expose();

        for (byte[] wrong : List.of(
                new byte[0],
                new byte[83],
                Arrays.copyOf(good, good.length - 1),
                Arrays.copyOf(good, good.length + 1),
                other.generateKeyPair().getPrivate().getEncoded(),
                OpenSsh.rsaPkcs8(folder, 2_048),
                // Without the public key.
                KeyPairGenerator.getInstance("Ed25519")
                        .generateKeyPair()
                        .getPrivate()
                        .getEncoded())) {
            assertThatThrownBy(() -> SshAuthority.of(SensitiveBytes.owning(wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("not the key of an SSH authority")
                    .hasNoCause();
        }
    }

    @Test
    void keyWithThePublicKeyOfAnother_signsNothing() throws Exception {
        SubjectKey key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));
        byte[] mixed = AUTHORITIES.get(SshKeyType.ED25519).encoded().expose();
        // RFC 8032 §7.1, test 1.
        byte[] foreign = HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        System.arraycopy(foreign, 0, mixed, mixed.length - 32, 32);

        try (SshAuthority authority = SshAuthority.of(SensitiveBytes.owning(mixed))) {
            assertThatThrownBy(() -> authority.sign(user(key))).isInstanceOf(IllegalStateException.class);
        }
    }

    private static SshCertificate user(SubjectKey key) {
        return new SshCertificate(
                SshCertificateType.USER,
                key,
                -2,
                "vault-lease-1 zo\u00eb",
                List.of("deploy", "backup"),
                BEGIN,
                END,
                new TreeMap<>(Map.of(
                        "force-command",
                        "/usr/bin/env true",
                        "source-address",
                        "10.0.0.0/8,2001:db8::/32",
                        "verify-required",
                        "")),
                new TreeMap<>(Map.of(
                        "permit-pty",
                        "",
                        "permit-port-forwarding",
                        "",
                        "permit-agent-forwarding",
                        "",
                        "permit-X11-forwarding",
                        "",
                        "permit-user-rc",
                        "",
                        "no-touch-required",
                        "",
                        "login@github.com",
                        "zoe")));
    }

    private static Said read(String certificate) throws Exception {
        Path file = Files.writeString(folder.resolve("id-cert.pub"), certificate + "\n");
        return OpenSsh.run(List.of("ssh-keygen", "-L", "-f", file.toString()));
    }
}
