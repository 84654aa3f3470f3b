package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What OpenSSH makes, and what it says. */
final class OpenSsh {
    static final SecureRandom RANDOM = new SecureRandom();

    private OpenSsh() {}

    record Said(int exit, String text) {}

    /** Makes a key pair, and returns the file of the private one. */
    static Path keyPair(Path folder, SubjectKeyType type) throws Exception {
        Path file = folder.resolve(type.name());
        List<String> kind = switch (type) {
            case ED25519 -> List.of("-t", "ed25519");
            case ECDSA_P256 -> List.of("-t", "ecdsa", "-b", "256");
            case ECDSA_P384 -> List.of("-t", "ecdsa", "-b", "384");
            case ECDSA_P521 -> List.of("-t", "ecdsa", "-b", "521");
            case RSA -> List.of("-t", "rsa", "-b", "2048");
            case SK_ED25519, SK_ECDSA_P256 -> throw new IllegalArgumentException("a device makes these");
        };
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-C", "me@here"));
        command.addAll(kind);
        command.addAll(List.of("-f", file.toString()));
        assertThat(run(command)).isEqualTo(new Said(0, ""));
        return file;
    }

    /** A new one; for RSA by a key that OpenSSL makes, which takes it less time than the Java runtime of the tests. */
    static SshAuthority authority(Path folder, SshKeyType type) throws Exception {
        if (!type.isRsa()) {
            return SshAuthority.generate(type, RANDOM);
        }
        int bits = Integer.parseInt(type.code().substring("rsa-".length()));
        try (SensitiveBytes key = SensitiveBytes.owning(rsaPkcs8(folder, bits))) {
            return SshAuthority.of(key);
        }
    }

    static byte[] rsaPkcs8(Path folder, int bits) throws Exception {
        Path file = folder.resolve("rsa.pem");
        Said said = run(List.of(
                "openssl",
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:" + bits,
                "-out",
                file.toString()));
        assertThat(said.exit()).as(said.text()).isZero();
        String pem = Files.readString(file);
        Files.delete(file);
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    /** The public key of each type; that of a security key is one that another device has. */
    static String publicKey(Path folder, SubjectKeyType type) throws Exception {
        return switch (type) {
            case SK_ED25519 -> securityKey(type, publicKey(folder, SubjectKeyType.ED25519));
            case SK_ECDSA_P256 -> securityKey(type, publicKey(folder, SubjectKeyType.ECDSA_P256));
            default -> {
                Path file = folder.resolve(type.name() + ".pub");
                if (!Files.exists(file)) {
                    keyPair(folder, type);
                }
                yield Files.readString(file);
            }
        };
    }

    private static String securityKey(SubjectKeyType type, String plain) {
        byte[] fields = SubjectKey.parse(plain).fields();
        return line(
                type.wireName(),
                new WireWriter().text(type.wireName()).raw(fields).text("ssh:"));
    }

    static String line(String type, WireWriter blob) {
        return type + " " + Base64.getEncoder().encodeToString(blob.toBytes());
    }

    static Said run(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(Map.of("TZ", "UTC", "LC_ALL", "C.UTF-8"));
            process = builder.start();
        } catch (IOException missing) {
            throw new IllegalStateException(command.getFirst() + " is missing: bin/peers installs it", missing);
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), said);
    }
}
