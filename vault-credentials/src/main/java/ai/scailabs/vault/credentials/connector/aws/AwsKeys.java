package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What signs requests to AWS. To be closed.
 *
 * @param sessionToken of a session; absent for the key of a user
 * @param expiresAt of a session
 */
public record AwsKeys(
        String accessKeyId,
        SensitiveBytes secretAccessKey,
        @Nullable SensitiveBytes sessionToken,
        @Nullable Instant expiresAt)
        implements AutoCloseable {
    @Override
    public void close() {
        secretAccessKey.close();
        if (sessionToken != null) {
            sessionToken.close();
        }
    }

    @Override
    public String toString() {
        return "AwsKeys[" + accessKeyId + "]";
    }
}
