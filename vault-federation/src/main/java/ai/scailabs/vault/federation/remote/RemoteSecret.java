package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * A value, in plaintext until {@link #close()}, which wipes it.
 *
 * @param data a JSON object, see {@link RemoteValues}
 */
public record RemoteSecret(RemoteVersion version, SensitiveBytes data) implements AutoCloseable {
    @Override
    public void close() {
        data.close();
    }
}
