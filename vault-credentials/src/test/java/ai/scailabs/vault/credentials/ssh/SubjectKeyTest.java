package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines are keys, and which must never be. */
class SubjectKeyTest {
    private static final BigInteger F4 = BigInteger.valueOf(65_537);

    @TempDir
    static Path folder;

    private static String ed25519;

    @BeforeAll
    static void makeAKey() throws Exception {
        ed25519 = OpenSsh.publicKey(folder, SubjectKeyType.ED25519).strip();
    }

    @Test
    void certificateInThePlaceOfAKey_isRefused() {
        String certificate = certificate();
        String[] words = certificate.split(" ");

        assertRefused(certificate, "is a certificate, and must be a key");
        // The same bytes under the name of a key.
        assertRefused("ssh-ed25519 " + words[1], "is of another type than its first word says");
        assertRefused("ssh-rsa-cert-v01@openssh.com AAAA", "is a certificate, and must be a key");
        assertRefused("sk-ssh-ed25519-cert-v01@openssh.com AAAA", "is a certificate, and must be a key");
    }

    @Test
    void certificateWithTheTypeOfAKey_hasBytesAfterItsEnd() {
        byte[] certificate = Base64.getDecoder().decode(certificate().split(" ")[1]);
        WireReader reader = new WireReader(certificate);
        reader.name();

        String nonceAsPoint =
                OpenSsh.line("ssh-ed25519", new WireWriter().text("ssh-ed25519").raw(reader.rest()));

        assertThatThrownBy(() -> SubjectKey.parse(nonceAsPoint)).isInstanceOf(VaultException.class);
        byte[] key = SubjectKey.parse(ed25519).blob();
        assertRefused(
                OpenSsh.line("ssh-ed25519", new WireWriter().raw(key).raw(certificate)), "has bytes after its end");
    }

    private static String certificate() {
        try (SshAuthority authority = SshAuthority.generate(SshKeyType.ED25519, OpenSsh.RANDOM)) {
            SshCertificate content = new SshCertificate(
                    SshCertificateType.USER,
                    SubjectKey.parse(ed25519),
                    1,
                    "id",
                    List.of("deploy"),
                    0,
                    Instant.MAX.getEpochSecond(),
                    new TreeMap<>(),
                    new TreeMap<>(Map.of("permit-pty", "")));
            return authority.sign(content);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssh-dss AAAAB3NzaC1kc3MAAACBAP | is a key of DSA, which is too weak",
                "'' | must begin with a type of key that is supported, such as ssh-ed25519, without options before it",
                "ssh-ed448 AAAA | must begin with a type of key that is supported, such as ssh-ed25519, without options before it",
                "SSH-ED25519 AAAA | must begin with a type of key that is supported, such as ssh-ed25519, without options before it",
                "' ssh-ed25519 AAAA' | must begin with a type of key that is supported, such as ssh-ed25519, without options before it",
                "ssh-ed25519 | is not in base 64",
                "'ssh-ed25519  AAAA' | is not in base 64",
                "ssh-ed25519 AAA | is not in base 64",
                "ssh-ed25519 AAAAAB== | is not in base 64",
                "ssh-ed25519 AA-_ | is not in base 64",
                "ssh-ed25519 AAAA | is cut off",
                "ssh-ed25519 /////w== | is cut off",
            })
    void lineThatIsNoKey_isRefused(String line, String problem) {
        assertRefused(line, problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert-authority ",
                "command=\"/bin/sh\" ",
                "no-pty ",
                "principals=\"root\" ",
                "@cert-authority * ",
                "restrict,pty ",
                "#"
            })
    void optionsBeforeTheKey_areRefused(String options) {
        assertRefused(
                options + ed25519,
                "must begin with a type of key that is supported, such as ssh-ed25519, without options before it");
    }

    @Test
    void severalLinesAndControlCharacters_areRefused() {
        assertRefused(ed25519 + "\n" + ed25519, "must be one line");
        assertRefused(ed25519 + "\r" + ed25519, "must be one line");
        assertRefused(ed25519 + "\n\n", "must be one line");
        assertRefused("\n" + ed25519, "must be one line");
        assertRefused(ed25519 + "\0", "has a control character");
        assertRefused(ed25519.replace(' ', '\t'), "has a control character");
        assertRefused(ed25519 + " \u0085", "has a control character");
        assertRefused(ed25519 + " " + "x".repeat(SubjectKey.MAX_LINE), "has more than 8192 characters");
    }

    @Test
    void keyIsReadWithAndWithoutComment_andMayEndItsLine() {
        String[] words = ed25519.split(" ");
        String bare = words[0] + " " + words[1];

        for (String line : List.of(
                bare, bare + "\n", bare + "\r\n", bare + " me@here", bare + " Zo\u00eb of acme\n", bare + " ")) {
            assertThat(SubjectKey.parse(line).line()).isEqualTo(bare);
        }
        assertThat(SubjectKey.parse(bare))
                .isEqualTo(SubjectKey.parse(ed25519))
                .hasToString("ssh-ed25519 " + SubjectKey.parse(bare).fingerprint());
    }

    @ParameterizedTest
    @EnumSource
    void keysOfEachType_areRead_asOpenSshHasThem(SubjectKeyType type) throws Exception {
        String line = OpenSsh.publicKey(folder, type).strip();
        SubjectKey key = SubjectKey.parse(line);

        assertThat(key.type()).isEqualTo(type);
        assertThat(line).startsWith(key.line());
        Path file = Files.writeString(folder.resolve("read-" + type), line + "\n");
        String said =
                OpenSsh.run(List.of("ssh-keygen", "-l", "-f", file.toString())).text();
        assertThat(said).startsWith(key.bits() + " " + key.fingerprint() + " ");
    }

    @ParameterizedTest
    @EnumSource
    void bytesAfterTheKey_andKeysThatAreCutOff_areRefused(SubjectKeyType type) throws Exception {
        byte[] blob = SubjectKey.parse(OpenSsh.publicKey(folder, type)).blob();

        assertRefused(OpenSsh.line(type.wireName(), new WireWriter().raw(blob).octet(0)), "has bytes after its end");
        byte[] shorter = Arrays.copyOf(blob, blob.length - 1);
        assertRefused(OpenSsh.line(type.wireName(), new WireWriter().raw(shorter)), "is cut off");
    }

    @ParameterizedTest
    @EnumSource
    void typeOfAnotherKey_isRefused(SubjectKeyType type) throws Exception {
        String key = OpenSsh.publicKey(folder, type).split(" ")[1].strip();

        for (SubjectKeyType other : SubjectKeyType.values()) {
            if (other != type) {
                assertRefused(other.wireName() + " " + key, "is of another type than its first word says");
            }
        }
    }

    @Test
    void pointOfAnotherCurve_isRefused() throws Exception {
        byte[] fields = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ECDSA_P256))
                .fields();

        assertRefused(ec("ecdsa-sha2-nistp384", fields), "is on another curve than its type says");
        WireReader reader = new WireReader(fields);
        reader.name();
        byte[] point = reader.string();
        byte[] asP384 = new WireWriter().text("nistp384").string(point).toBytes();
        assertRefused(ec("ecdsa-sha2-nistp384", asP384), "has a point that is not on its curve");
        assertRefused(ec("ecdsa-sha2-nistp256", asP384), "is on another curve than its type says");
    }

    @ParameterizedTest
    @EnumSource(names = {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "SK_ECDSA_P256"})
    void pointThatIsNotOnItsCurve_isRefused(SubjectKeyType type) throws Exception {
        WireReader reader =
                new WireReader(SubjectKey.parse(OpenSsh.publicKey(folder, type)).fields());
        String curve = reader.name();
        byte[] point = reader.string();
        byte[] rest = reader.rest();
        int half = (point.length - 1) / 2;

        byte[] moved = point.clone();
        moved[moved.length - 1] ^= 1;
        byte[] zero = new byte[point.length];
        zero[0] = 4;
        byte[] infinity = {0};
        byte[] compressed = Arrays.copyOf(point, 1 + half);
        compressed[0] = (byte) (2 + (point[point.length - 1] & 1));
        byte[] hybrid = point.clone();
        hybrid[0] = (byte) (6 + (point[point.length - 1] & 1));
        byte[] large = point.clone();
        Arrays.fill(large, 1, 1 + half, (byte) 0xff);
        for (byte[] wrong : List.of(moved, zero, infinity, compressed, hybrid, large, new byte[0])) {
            byte[] fields = new WireWriter().text(curve).string(wrong).raw(rest).toBytes();
            assertRefused(ec(type.wireName(), fields), "has a point that is not on its curve");
        }
    }

    private static String ec(String type, byte[] fields) {
        return OpenSsh.line(type, new WireWriter().text(type).raw(fields));
    }

    /** Under a point of small order the signature of somebody else may verify. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                // Larger than the prime, and no point.
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "0200000000000000000000000000000000000000000000000000000000000000",
                "01",
                ""
            })
    void pointThatIsNoKeyOfEd25519_isRefused(String point) {
        byte[] bytes = HexFormat.of().parseHex(point);

        assertRefused(
                OpenSsh.line("ssh-ed25519", new WireWriter().text("ssh-ed25519").string(bytes)),
                "has a point that is no key of Ed25519");
        assertRefused(
                OpenSsh.line(
                        "sk-ssh-ed25519@openssh.com",
                        new WireWriter()
                                .text("sk-ssh-ed25519@openssh.com")
                                .string(bytes)
                                .text("ssh:")),
                "has a point that is no key of Ed25519");
    }

    @Test
    void ed25519KeysOfTheRfc_areRead() {
        // RFC 8032 §7.1, tests 1 to 3, and the base point.
        for (String point : List.of(
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "5866666666666666666666666666666666666666666666666666666666666666")) {
            byte[] bytes = HexFormat.of().parseHex(point);
            String line = OpenSsh.line(
                    "ssh-ed25519", new WireWriter().text("ssh-ed25519").string(bytes));
            assertThat(SubjectKey.parse(line).bits()).isEqualTo(256);
        }
    }

    @Test
    void rsaKeyOfAnotherSize_isRefused() {
        for (int bits : List.of(512, 1_024, 2_047, 16_385, 20_000)) {
            assertRefused(rsa(F4, modulus(bits)), "of RSA must have 2048 to 16384 bits");
        }
        for (int bits : List.of(2_048, 3_072, 4_096, 16_384)) {
            assertThat(SubjectKey.parse(rsa(F4, modulus(bits))).bits()).isEqualTo(bits);
        }
    }

    @Test
    void rsaKeyWithAWeakExponent_isRefused() {
        String problem = "has an exponent that is even, 1, or longer than 64 bits";
        BigInteger modulus = modulus(2_048);

        for (BigInteger exponent : List.of(
                BigInteger.ONE,
                BigInteger.TWO,
                BigInteger.valueOf(65_536),
                BigInteger.ONE.shiftLeft(64).add(BigInteger.ONE))) {
            assertRefused(rsa(exponent, modulus), problem);
        }
        assertThat(SubjectKey.parse(rsa(BigInteger.valueOf(3), modulus)).bits()).isEqualTo(2_048);
        assertRefused(rsa(F4, modulus.subtract(BigInteger.ONE)), "has an even modulus");
    }

    @Test
    void numbersInAnotherForm_areRefused() {
        String problem = "has a number that is not above zero or not in its shortest form";
        byte[] modulus = modulus(2_048).toByteArray();

        assertRefused(rsa(new byte[0], modulus), problem);
        assertRefused(rsa(new byte[] {0}, modulus), problem);
        assertRefused(rsa(new byte[] {0, 3}, modulus), problem);
        assertRefused(rsa(new byte[] {-1}, modulus), problem);
        assertRefused(rsa(new byte[] {3}, new WireWriter().octet(0).raw(modulus).toBytes()), problem);
        assertRefused(rsa(new byte[] {3}, Arrays.copyOfRange(modulus, 1, modulus.length)), problem);
    }

    @Test
    void securityKeyForAnotherPurpose_isRefused() throws Exception {
        byte[] fields = SubjectKey.parse(ed25519).fields();

        for (String application : List.of("", "https://bank.example.com", "ssh", "ssh:\n", "ssh:" + "x".repeat(252))) {
            assertRefused(
                    OpenSsh.line(
                            "sk-ssh-ed25519@openssh.com",
                            new WireWriter()
                                    .text("sk-ssh-ed25519@openssh.com")
                                    .raw(fields)
                                    .text(application)),
                    "is of a security key, and not for SSH");
        }
    }

    /** Whatever comes, it is a key or refused, and the refusal repeats nothing of it. */
    @Test
    void randomAndMutatedLines_areKeysOrRefused() throws Exception {
        long seed = OpenSsh.RANDOM.nextLong();
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (SubjectKeyType type : SubjectKeyType.values()) {
            lines.add(OpenSsh.publicKey(folder, type).strip());
        }
        lines.add(certificate());
        int keys = 0;
        for (int i = 0; i < 20_000; i++) {
            String line = switch (i % 3) {
                case 0 -> mutatedText(lines.get(random.nextInt(lines.size())), random);
                case 1 -> mutatedBlob(lines.get(random.nextInt(lines.size())), random);
                default -> randomText(random);
            };
            try {
                SubjectKey key = SubjectKey.parse(line);
                // What is taken is what is certified.
                assertThat(line).as("seed %d", seed).startsWith(key.line());
                assertThat(SubjectKey.parse(key.line())).isEqualTo(key);
                keys++;
            } catch (VaultException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
                assertThat(refused.details().toString()).startsWith("{fields={public_key=");
            } catch (RuntimeException accident) {
                throw new AssertionError("seed " + seed + ", line " + i, accident);
            }
        }
        // Comments and moduli may be anything.
        assertThat(keys).as("seed %d", seed).isBetween(1, 10_000);
    }

    private static String mutatedText(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(Math.max(1, text.length() - 1));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, (char) random.nextInt(0x3000));
                default -> text.setLength(Math.max(2, at));
            }
        }
        return text.toString();
    }

    private static String mutatedBlob(String line, Random random) {
        String[] words = line.split(" ");
        byte[] blob = Base64.getDecoder().decode(words[1]);
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            blob[random.nextInt(random.nextBoolean() ? Math.min(40, blob.length) : blob.length)] ^=
                    (byte) (1 << random.nextInt(8));
        }
        if (random.nextInt(8) == 0) {
            blob = Arrays.copyOf(blob, random.nextInt(2 * blob.length));
        }
        return words[0] + " " + Base64.getEncoder().encodeToString(blob);
    }

    private static String randomText(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        SubjectKeyType type = SubjectKeyType.values()[random.nextInt(SubjectKeyType.values().length)];
        return switch (random.nextInt(3)) {
            case 0 -> text;
            case 1 -> type.wireName() + " " + Base64.getEncoder().encodeToString(bytes);
            default ->
                OpenSsh.line(
                        type.wireName(), new WireWriter().text(type.wireName()).raw(bytes));
        };
    }

    private static BigInteger modulus(int bits) {
        return new BigInteger(bits, new Random(bits)).setBit(bits - 1).setBit(0);
    }

    private static String rsa(BigInteger exponent, BigInteger modulus) {
        return rsa(exponent.toByteArray(), modulus.toByteArray());
    }

    private static String rsa(byte[] exponent, byte[] modulus) {
        return OpenSsh.line(
                "ssh-rsa", new WireWriter().text("ssh-rsa").string(exponent).string(modulus));
    }

    /** By these very words, which have nothing of the line. */
    private static void assertRefused(String line, String problem) {
        assertThatThrownBy(() -> SubjectKey.parse(line)).isInstanceOfSatisfying(VaultException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
            assertThat(refusal.getMessage()).isEqualTo("public_key " + problem);
            assertThat(refusal.details()).isEqualTo(Map.of("fields", Map.of("public_key", problem)));
        });
    }
}
