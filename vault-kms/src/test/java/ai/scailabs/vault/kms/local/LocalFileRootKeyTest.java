package ai.scailabs.vault.kms.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.WrapContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileRootKeyTest extends RootKeyContract {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();

    @Override
    protected RootKey rootKey() {
        return LocalFileRootKey.openOrCreate(directory.resolve("root.key"), random);
    }

    @Override
    protected RootKey anotherRootKey() {
        return LocalFileRootKey.openOrCreate(directory.resolve("other.key"), random);
    }

    @Test
    void newFile_isWholeAndForItsOwnerAlone() throws IOException {
        Path file = directory.resolve("root.key");
        RootKey created = LocalFileRootKey.openOrCreate(file, random);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(file).hasSize(32);
        assertThat(LocalFileRootKey.open(file, random, true).id())
                .isEqualTo(created.id())
                .matches("local:[0-9a-f]{16}");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void keyWrappedBeforeARestart_opensAfterIt() {
        Path file = directory.resolve("root.key");
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            byte[] wrapped = LocalFileRootKey.openOrCreate(file, random).wrap(key, CONTEXT);
            try (KeyMaterial opened = LocalFileRootKey.open(file, random, true).unwrap(wrapped, CONTEXT)) {
                assertThat(opened).isEqualTo(key);
            }
        }
    }

    @Test
    void outsideDevelopmentMode_refusesBeforeLookingAtTheFile() {
        assertThatThrownBy(() -> LocalFileRootKey.open(directory.resolve("missing.key"), random, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("development only")
                .hasMessageContaining("missing.key");
    }

    @Test
    void missingFile_isNotMadeByOpen() {
        Path file = directory.resolve("root.key");
        refuses(file, "there is no root key file");
        assertThat(file).doesNotExist();
    }

    @Test
    void widerPermissions_areRefused() throws IOException {
        Path file = directory.resolve("root.key");
        LocalFileRootKey.openOrCreate(file, random);
        for (String permissions : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx------", "rw-rw-rw-")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            refuses(file, "chmod 600");
            assertThatThrownBy(() -> LocalFileRootKey.openOrCreate(file, random))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("chmod 600");
        }
    }

    @Test
    void readOnlyFile_isAccepted() throws IOException {
        Path file = directory.resolve("root.key");
        String id = LocalFileRootKey.openOrCreate(file, random).id();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThat(LocalFileRootKey.open(file, random, true).id()).isEqualTo(id);
    }

    @Test
    void symbolicLink_isRefusedAndNotReplaced() throws IOException {
        Path target = directory.resolve("target.key");
        LocalFileRootKey.openOrCreate(target, random);
        Path link = Files.createSymbolicLink(directory.resolve("root.key"), target);
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling.key"), directory.resolve("nowhere"));

        refuses(link, "symbolic link");
        assertThatThrownBy(() -> LocalFileRootKey.openOrCreate(dangling, random))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("symbolic link");
        assertThat(directory.resolve("nowhere")).doesNotExist();
    }

    @Test
    void wrongSize_isRefusedWithoutShowingTheContent() throws IOException {
        for (int size : List.of(0, 1, 31, 33, 64, 4096)) {
            Path file = directory.resolve("root-" + size + ".key");
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, "k".repeat(size));
            assertThatThrownBy(() -> LocalFileRootKey.open(file, random, true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("exactly 32 bytes")
                    .hasMessageNotContaining("kkk");
        }
    }

    @Test
    void directoryInPlaceOfTheFile_isRefused() throws IOException {
        refuses(Files.createDirectory(directory.resolve("root.key")), "regular file");
    }

    @Test
    void missingDirectory_isNamed() {
        Path file = directory.resolve("absent").resolve("root.key");
        assertThatThrownBy(() -> LocalFileRootKey.openOrCreate(file, random))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("directory");
    }

    @Test
    void concurrentCreators_endWithOneKey() throws Exception {
        Path file = directory.resolve("root.key");
        List<Callable<String>> creators = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            creators.add(() -> LocalFileRootKey.openOrCreate(file, random).id());
        }
        List<String> ids = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> id : threads.invokeAll(creators)) {
                ids.add(id.get());
            }
        }
        assertThat(ids)
                .hasSize(16)
                .containsOnly(LocalFileRootKey.open(file, random, true).id());
    }

    @Test
    void keyOfAnotherFile_saysWhichRootKeyWrappedIt() {
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            byte[] wrapped = anotherRootKey().wrap(key, CONTEXT);
            assertThatThrownBy(() -> rootKey().unwrap(wrapped, CONTEXT))
                    .hasMessageContaining(anotherRootKey().id())
                    .hasMessageContaining(rootKey().id());
        }
    }

    /** The published vectors of docs/crypto-format.md start with a partner key that this adapter wrapped. */
    @Test
    void wrappedPartnerKeyOfThePublishedVectors_opens() throws IOException {
        Path file = directory.resolve("published.key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, HexFormat.of().parseHex(published("root_key")));
        RootKey root = LocalFileRootKey.open(file, random, true);
        WrapContext context = new WrapContext(
                published("partner_id"),
                KeyId.parse(published("partner_key_id")).orElseThrow(),
                "partner-key");

        assertThat(root.id()).isEqualTo("local:b2a6075e1e2a848d");
        byte[] wrapped = HexFormat.of().parseHex(published("wrapped_partner_key"));
        try (KeyMaterial opened = root.unwrap(wrapped, context)) {
            assertThat(opened.isClosed()).isFalse();
        }
    }

    private static String published(String field) throws IOException {
        try (InputStream stream = RootKeyContract.class.getResourceAsStream("/vectors/envelope-v1.json")) {
            String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            Matcher value = Pattern.compile("\"" + field + "\": \"([^\"]*)\"").matcher(json);
            assertThat(value.find()).isTrue();
            return value.group(1);
        }
    }

    @Test
    void toString_isTheNameAlone() {
        assertThat(rootKey()).hasToString(rootKey().id());
    }

    private void refuses(Path file, String problem) {
        assertThatThrownBy(() -> LocalFileRootKey.open(file, random, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(problem);
    }
}
