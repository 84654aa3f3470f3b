package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other people's programs, run once each in a folder. */
final class Programs {
    private Programs() {}

    /** What it said, once it has ended with that code. */
    static String run(Path folder, int expected, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(expected);
        return said;
    }

    static String openssl(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        return run(folder, 0, command.toArray(String[]::new));
    }

    /** A new key in {@code key.pem}, and PKCS #10 for it, which is also in {@code csr.pem}. */
    static String request(Path folder, String key, String subject, String... extensions)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "req", "-new", "-nodes", "-keyout", "key.pem", "-out", "csr.pem", "-utf8", "-subj", subject,
                "-newkey"));
        arguments.addAll(List.of(key.split(" ")));
        for (String extension : extensions) {
            arguments.addAll(List.of("-addext", extension));
        }
        openssl(folder, arguments.toArray(String[]::new));
        return Files.readString(folder.resolve("csr.pem"));
    }
}
