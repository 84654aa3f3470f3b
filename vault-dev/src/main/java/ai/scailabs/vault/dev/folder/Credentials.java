package ai.scailabs.vault.dev.folder;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Random passwords that are made when first asked for and kept in one private file. Thread-safe; never printed. */
public final class Credentials {
    private final Path file;
    private final SecureRandom random;
    private final Map<String, String> passwords = new TreeMap<>();

    private Credentials(Path file, SecureRandom random) {
        this.file = file;
        this.random = random;
    }

    /** Opens the file, which need not exist. */
    public static Credentials open(Path file, SecureRandom random) throws IOException {
        Credentials credentials = new Credentials(file, random);
        if (Files.exists(file)) {
            Properties kept = new Properties();
            kept.load(new StringReader(Files.readString(file)));
            kept.stringPropertyNames().forEach(name -> credentials.passwords.put(name, kept.getProperty(name)));
        }
        return credentials;
    }

    /** The password of that name: 192 random bits of letters, digits, {@code -} and {@code _}. Kept before it is returned. */
    public synchronized String password(String name) throws IOException {
        String kept = passwords.get(name);
        if (kept != null) {
            return kept;
        }
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        passwords.put(name, made);
        PrivateFile.write(
                file,
                passwords.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                        .collect(Collectors.joining()));
        return made;
    }

    @Override
    public String toString() {
        return "Credentials[redacted]";
    }
}
