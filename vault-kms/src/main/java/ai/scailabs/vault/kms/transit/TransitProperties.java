package ai.scailabs.vault.kms.transit;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which key, and how to reach it.
 *
 * @param endpoint of the server, without query
 * @param namespace absent where the server has none
 * @param mount where Transit is mounted
 * @param key its name there
 * @param caFile PEM certificates that alone vouch for the server; absent: those that the runtime trusts
 * @param login how to get in
 * @param patience how long a caller waits for an answer, further tries included
 */
public record TransitProperties(
        URI endpoint,
        @Nullable String namespace,
        String mount,
        String key,
        @Nullable Path caFile,
        TransitLogin login,
        Duration patience) {

    /** What the server calls the key, wherever it is reached. */
    public String keyName() {
        return (namespace == null ? "" : namespace + "/") + mount + "/keys/" + key;
    }
}
