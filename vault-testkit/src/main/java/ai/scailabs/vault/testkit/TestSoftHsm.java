package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tokens of SoftHSM2, the HSM in software. The library reads {@code SOFTHSM2_CONF} when this process loads it, so the build sets that; the file it names is written here.
 * Tokens that are made after a library was initialised are seen after it was initialised anew.
 */
public final class TestSoftHsm {
    /** Of every token. */
    public static final String PIN = "not-a-secret-outside-tests";

    private static final String SO_PIN = "12345678";
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib64/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
            Path.of("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
            Path.of("/usr/local/lib/softhsm/libsofthsm2.so"));

    private final Path configuration;
    private final Path tokens;

    private TestSoftHsm(Path configuration) {
        this.configuration = configuration;
        this.tokens = configuration.resolveSibling("tokens");
    }

    /** Without any token; those of an earlier run are gone. */
    public static TestSoftHsm empty() {
        String named = System.getenv("SOFTHSM2_CONF");
        if (named == null) {
            throw new IllegalStateException("the build sets SOFTHSM2_CONF for tests of this module");
        }
        TestSoftHsm hsm = new TestSoftHsm(Path.of(named));
        try {
            if (Files.exists(hsm.tokens)) {
                DeletedFolder.delete(hsm.tokens);
            }
            Files.createDirectories(hsm.tokens);
            Files.writeString(
                    hsm.configuration,
                    "directories.tokendir = " + hsm.tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return hsm;
    }

    public static Path library() {
        return LIBRARIES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("SoftHSM2 is missing: bin/peers installs it"));
    }

    /** A file in the folder that holds {@link #PIN}, as people write it. */
    public static Path pinFile(Path folder) {
        try {
            Path file = Files.createTempFile(
                    folder,
                    "pin",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(file, PIN + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new token of this label. */
    public Token token(String label) {
        List<Path> before = folders();
        run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", PIN);
        List<Path> after = new ArrayList<>(folders());
        after.removeAll(before);
        return new Token(label, after.getFirst());
    }

    private List<Path> folders() {
        try (Stream<Path> all = Files.list(tokens)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String run(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SOFTHSM2_CONF", configuration.toString());
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command[0] + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " cannot be run: bin/peers installs it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One token. */
    public final class Token {
        private final String label;
        private final Path folder;

        private Token(String label, Path folder) {
            this.label = label;
            this.folder = folder;
        }

        public String label() {
            return label;
        }

        /** Makes an AES key of 256 bits that does not leave it. */
        public Token key(String keyLabel) {
            return key(keyLabel, "AES:32", "--sensitive");
        }

        /**
         * Makes a secret key in it.
         *
         * @param type as pkcs11-tool takes it: {@code AES:32}
         * @param more options, such as {@code --extractable}
         */
        public Token key(String keyLabel, String type, String... more) {
            List<String> command = new ArrayList<>(List.of(
                    "pkcs11-tool",
                    "--module=" + library(),
                    "--token-label=" + label,
                    "--login",
                    "--pin=" + PIN,
                    "--keygen",
                    "--key-type=" + type,
                    "--label=" + keyLabel));
            command.addAll(List.of(more));
            run(command.toArray(String[]::new));
            return this;
        }

        /** All that is in it, as pkcs11-tool tells who has the PIN. */
        public String objects() {
            return run(
                    "pkcs11-tool",
                    "--module=" + library(),
                    "--token-label=" + label,
                    "--login",
                    "--pin=" + PIN,
                    "--list-objects");
        }

        /** As if it were pulled out, with all that is in it. */
        public void takeOut() {
            move(folder, drawer());
        }

        public void putBack() {
            move(drawer(), folder);
        }

        private Path drawer() {
            return tokens.resolveSibling("taken-out-" + folder.getFileName());
        }

        private static void move(Path from, Path to) {
            try {
                Files.move(from, to);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
