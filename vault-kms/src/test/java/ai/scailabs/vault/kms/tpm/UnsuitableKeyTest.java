package ai.scailabs.vault.kms.tpm;

import static ai.scailabs.vault.kms.tpm.TestTpmKeys.HANDLE;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.RANDOM;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.properties;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.refusesToOpen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestSwtpm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not serve as a root key, and what names none. */
class UnsuitableKeyTest {
    @TempDir
    Path folder;

    private Path auth;

    @BeforeEach
    void authFile() {
        auth = TestSwtpm.authFile(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "hmac:sha384, fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign, is not an HMAC key with SHA-256",
        "ecc:ecdsa, fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign, is not an HMAC key with SHA-256",
        "rsa, fixedtpm|fixedparent|sensitivedataorigin|userwithauth|decrypt|restricted, is not an HMAC key",
        "aes, fixedtpm|fixedparent|sensitivedataorigin|userwithauth|decrypt|sign, is not an HMAC key",
        "hmac, sensitivedataorigin|userwithauth|sign, has the attributes sensitivedataorigin|userwithauth|sign;",
        "hmac, fixedtpm|fixedparent|sensitivedataorigin|sign|userwithauth|restricted, |restricted|sign;",
        "hmac, fixedtpm|fixedparent|sensitivedataorigin|sign|userwithauth|adminwithpolicy, |adminwithpolicy|sign;"
    })
    void keyOfAnotherKind_isRefused(String kind, String attributes, String reason) {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE, kind, attributes)) {
            refusesToOpen(properties(own, HANDLE, auth), reason);
        }
    }

    @Test
    void keyThatWasBroughtIn_isRefused() throws IOException {
        try (TestSwtpm own = TestSwtpm.start().primary()) {
            Files.write(own.folder().resolve("known"), new byte[32]);
            List<String> bring = new ArrayList<>(List.of("tpm2_import", "-Q", "-C", "primary", "-G", "hmac"));
            bring.addAll(List.of("-g", "sha256", "-a", "userwithauth|sign"));
            bring.addAll(List.of("-i", "known", "-u", "public", "-r", "private", "-p", TestSwtpm.AUTH_VALUE));
            own.tool(bring.toArray(String[]::new)).persist(HANDLE);
            refusesToOpen(properties(own, HANDLE, auth), "has the attributes userwithauth|sign;");
        }
    }

    @Test
    void keyThatIsNotThere_isRefused() {
        try (TestSwtpm own = TestSwtpm.start()) {
            refusesToOpen(properties(own, HANDLE, auth), "the TPM has no key at " + HANDLE);
        }
    }

    @Test
    void keyThatAPolicyOpensToo_isRefused() throws IOException {
        try (TestSwtpm own = TestSwtpm.start()) {
            Files.write(own.folder().resolve("policy"), new byte[32]);
            own.key(HANDLE, "hmac", TestSwtpm.ATTRIBUTES, "-L", "policy");
            refusesToOpen(properties(own, HANDLE, auth), "has a policy that opens it besides its auth value");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "81000100",
                "0x8100010",
                "0x810001000",
                "0x81800000",
                "0x80000000",
                "0x4000000c",
                "0X81000100"
            })
    void whatIsNoHandleOfTheOwner_isNone(String text) {
        assertThat(PersistentHandle.parse(text)).isEmpty();
    }

    @Test
    void handle_isReadAsItIsWritten() {
        assertThat(PersistentHandle.parse("0x817fFFfF")).contains(new PersistentHandle(0x817fffff));
        assertThat(new PersistentHandle(0x81000100)).hasToString(HANDLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tpmrm0",
                "dev/tpmrm0",
                "10.0.0.1:2321",
                "localhost:2321",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "127.0.0.1"
            })
    void whatIsNoDevice_isNone(String text) {
        assertThat(TpmAddress.parse(text)).isEmpty();
    }

    @Test
    void device_isAPathOrAPortOfThisMachine() {
        assertThat(TpmAddress.parse("/dev/tpmrm0")).contains(new TpmAddress.File(Path.of("/dev/tpmrm0")));
        assertThat(TpmAddress.parse("127.0.0.1:2321"))
                .hasValueSatisfying(port -> assertThat(port).hasToString("127.0.0.1:2321"));
    }

    @Test
    void authFileThatHoldsNoAuthValue_isRefused() throws IOException {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE)) {
            Path file = folder.resolve("no-auth-value");
            refusesToOpen(properties(own, HANDLE, file), "cannot be read");
            refusesToOpen(properties(own, HANDLE, Files.writeString(file, "")), "is empty");
            refusesToOpen(properties(own, HANDLE, Files.writeString(file, "x".repeat(23))), "24 to 32 bytes");
            refusesToOpen(
                    properties(own, HANDLE, Files.writeString(file, "x".repeat(32) + "\n")),
                    "a line feed at the end too");
        }
    }

    @Test
    void deviceThatIsNone_isRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "text");
        refusesToOpen(properties(new TpmAddress.File(folder.resolve("absent")), auth), "there is no device or socket");
        refusesToOpen(properties(new TpmAddress.File(text), auth), "is neither a character device nor a socket");
        refusesToOpen(properties(new TpmAddress.File(Path.of("/dev/null")), auth), "the TPM gave no answer");
        refusesToOpen(properties(TpmAddress.parse("127.0.0.1:1").orElseThrow(), auth), "cannot be reached");
    }

    @Test
    void refusalToStart_isOneLine_thatNamesTheGuideAndNoSecret() {
        assertThatThrownBy(
                        () -> TpmRootKey.open(properties(new TpmAddress.File(folder.resolve("absent")), auth), RANDOM))
                .hasMessageContaining("(docs/guides/root-keys/tpm.md)")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining(TestSwtpm.AUTH_VALUE);
    }
}
