package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenSSL, OpenSSH and the C library make of keys and hashes. */
class ReadByOthersTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2_048, 4_096})
    void rsaKeyPair_isOneToOpenssl(int bits) throws Exception {
        Recipe recipe = Recipes.of("rsa_keypair", "{\"bits\":" + bits + "}");
        Map<String, String> pair = Recipes.made(recipe);
        Path key = keyFile(pair.get("value"));

        assertThat(run("openssl", "rsa", "-check", "-noout", "-in", key.toString()))
                .contains("RSA key ok");
        assertThat(run("openssl", "pkey", "-in", key.toString(), "-noout", "-text"))
                .contains("Private-Key: (" + bits + " bit", "65537");
        assertThat(run("openssl", "pkey", "-in", key.toString(), "-pubout")).isEqualTo(pair.get("value_public"));
        assertThat(pair.get("value")).startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(pair.get("value").length() + pair.get("value_public").length())
                .isLessThanOrEqualTo(recipe.fields().getFirst().generator().maxBytes());
    }

    @ParameterizedTest
    @CsvSource({"P-256, prime256v1", "P-384, secp384r1"})
    void ecKeyPair_isOneToOpenssl(String curve, String known) throws Exception {
        Map<String, String> pair = Recipes.made(Recipes.of("ec_keypair", "{\"curve\":\"" + curve + "\"}"));
        Path key = keyFile(pair.get("value"));

        assertThat(run("openssl", "pkey", "-in", key.toString(), "-check", "-noout"))
                .contains("Key is valid");
        assertThat(run("openssl", "pkey", "-in", key.toString(), "-noout", "-text"))
                .contains(known);
        assertThat(run("openssl", "pkey", "-in", key.toString(), "-pubout")).isEqualTo(pair.get("value_public"));
        assertThat(pair.get("value")).startsWith("-----BEGIN PRIVATE KEY-----\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"key_type\":\"ed25519\" | deploy@ci | 256 | ED25519",
                "\"key_type\":\"ed25519\" | `` | 256 | ED25519",
                "\"key_type\":\"ed25519\" | Zo\u00eb \ud83d\udd11 of acme | 256 | ED25519",
                "\"key_type\":\"rsa\",\"bits\":2048 | deploy@ci | 2048 | RSA",
                "\"key_type\":\"rsa\" | deploy@ci | 3072 | RSA",
                "\"key_type\":\"rsa\",\"bits\":2048 | `` | 2048 | RSA",
            })
    void sshKeyPair_isOneToOpenssh(String config, String comment, int bits, String type) throws Exception {
        // The length of a comment decides how many bytes of padding there are.
        Map<String, String> pair =
                Recipes.made(Recipes.of("ssh_keypair", "{" + config + ",\"comment\":\"" + comment + "\"}"));
        Path key = keyFile(pair.get("value"));

        assertThat(run("ssh-keygen", "-y", "-f", key.toString()).strip()).isEqualTo(pair.get("value_public"));
        assertThat(pair.get("value_public"))
                .startsWith(type.equals("RSA") ? "ssh-rsa AAAA" : "ssh-ed25519 AAAA")
                .endsWith(comment);
        Path publicKey = Files.writeString(folder.resolve("key.pub"), pair.get("value_public"));
        String told = run("ssh-keygen", "-l", "-f", publicKey.toString());
        String noted = comment.isEmpty() ? "no comment" : comment;
        assertThat(told).startsWith(bits + " SHA256:").endsWith(" " + noted + " (" + type + ")\n");
        Files.delete(publicKey);
        assertThat(run("ssh-keygen", "-l", "-f", key.toString())).isEqualTo(told.replace(noted, comment));
    }

    /** Each length of padding, from none to seven bytes. */
    @Test
    void sshKeysOfAllPaddings_areRead() throws Exception {
        for (int length = 1; length <= 8; length++) {
            Map<String, String> pair =
                    Recipes.made(Recipes.of("ssh_keypair", "{\"comment\":\"" + "x".repeat(length) + "\"}"));

            Path key = keyFile(pair.get("value"));

            assertThat(run("ssh-keygen", "-y", "-f", key.toString()).strip()).isEqualTo(pair.get("value_public"));
            Files.delete(key);
        }
    }

    /** Both halves work together: what the private key signs, the public one verifies. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"{\"key_type\":\"ed25519\"}", "{\"key_type\":\"rsa\",\"bits\":2048}"})
    void whatAnSshKeySigns_itsPublicKeyVerifies(String config) throws Exception {
        Map<String, String> pair = Recipes.made(Recipes.of("ssh_keypair", config));
        Path key = keyFile(pair.get("value"));
        Path message = Files.writeString(folder.resolve("message"), "what is signed");
        Path signers = Files.writeString(folder.resolve("signers"), "me " + pair.get("value_public") + "\n");

        run("ssh-keygen", "-q", "-Y", "sign", "-f", key.toString(), "-n", "file", message.toString());

        Path signature = folder.resolve("message.sig");
        Process verify = new ProcessBuilder(
                        "ssh-keygen",
                        "-Y",
                        "verify",
                        "-f",
                        signers.toString(),
                        "-I",
                        "me",
                        "-n",
                        "file",
                        "-s",
                        signature.toString())
                .redirectInput(message.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said).contains("Good \"file\" signature for me");
    }

    /** {@code crypt} of the C library, by Perl, which every Debian has. */
    @ParameterizedTest
    @CsvSource({"8, 10", "24, 10", "72, 11"})
    void bcryptHash_isThatOfThePassword(int length, int rounds) throws Exception {
        Map<String, String> made =
                Recipes.made(Recipes.of("bcrypt_hash", "{\"length\":" + length + ",\"rounds\":" + rounds + "}"));
        String hash = made.get("value_hash");

        assertThat(hash).startsWith("$2b$" + rounds + "$").hasSize(60);
        assertThat(run("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", made.get("value"), hash))
                .isEqualTo(hash);
        assertThat(run(
                        "perl",
                        "-e",
                        "print crypt($ARGV[0], $ARGV[1])",
                        "_" + made.get("value").substring(1),
                        hash))
                .isNotEqualTo(hash);
    }

    private Path keyFile(String pem) throws IOException {
        Path file = folder.resolve("key");
        // OpenSSH reads no private key that others may read, too.
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, pem);
    }

    /** What it said, once it has ended well. */
    private static String run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            throw new IllegalStateException(command[0] + " is missing: bin/peers installs it", missing);
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
