package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of the repository from wherever in it the tests run. */
public final class RepositoryFiles {
    private RepositoryFiles() {}

    /** The folder that holds {@code db/roles.sql}; fails when the tests run outside the repository. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("db/roles.sql"))) {
                return folder;
            }
        }
        throw new IllegalStateException("db/roles.sql is in no folder above " + here);
    }

    /** The text of a file named from the root, such as {@code db/roles.sql}. */
    public static String read(String name) {
        try {
            return Files.readString(root().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
