package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where this user keeps what can be made again, by the XDG convention; in the data folder when the user has no home to write to. */
final class CacheFolder {
    private CacheFolder() {}

    static Path of(Map<String, String> environment, DataFolder folder) {
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        Path cache = xdg.isEmpty() ? home.resolve(".cache") : Path.of(xdg);
        boolean usable = Files.isDirectory(cache) ? Files.isWritable(cache) : Files.isWritable(home);
        return (usable ? cache.resolve("scaivault") : folder.file("cache")).toAbsolutePath();
    }
}
