package ai.scailabs.vault.testkit;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A program in Go among the tests, built from its sources with the modules that its {@code go.sum} pins. It answers each line with a line. */
public final class GoProgram implements AutoCloseable {
    private final Process process;
    private final BufferedWriter questions;
    private final BufferedReader answers;

    private GoProgram(Process process) {
        this.process = process;
        this.questions = process.outputWriter();
        this.answers = process.inputReader();
    }

    /**
     * Builds and starts one.
     *
     * @param folder from the root of the repository
     */
    public static GoProgram start(String folder) {
        Path sources = root().resolve(folder);
        try {
            Path built = Files.createTempDirectory("go-program");
            try {
                build(sources, built.resolve("program"));
                // It is read before it is deleted: who runs it holds it.
                return new GoProgram(new ProcessBuilder(built.resolve("program").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
            } finally {
                DeletedFolder.delete(built);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void build(Path sources, Path program) throws IOException {
        Process build = new ProcessBuilder(List.of(go(), "build", "-o", program.toString(), "."))
                .directory(sources.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (build.waitFor() != 0) {
                throw new IllegalStateException("the program does not build:\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String go() {
        Stream<Path> path = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        return Stream.concat(path, Stream.of(Path.of("/usr/local/go/bin")))
                .map(folder -> folder.resolve("go"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Go is missing: bin/peers says how to install it"))
                .toString();
    }

    /** One line without its newline; not thread-safe. */
    public String ask(String line) {
        try {
            questions.write(line);
            questions.newLine();
            questions.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("the program has ended");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        @Nullable Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return Objects.requireNonNull(directory, "not started within the repository");
    }

    @Override
    public void close() {
        process.destroy();
    }
}
