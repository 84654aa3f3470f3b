package ai.scailabs.vault.federation.remote;

import org.jspecify.annotations.Nullable;

/**
 * What a copy is made of, in plaintext until {@link #close()}.
 *
 * @param metadataJson see {@link RemoteDescription#metadataJson()}
 * @param mark by which {@link RemoteName} tells that it is still this; absent where lists do not tell. It is of the value, and not of a list: lists may be ahead of values, or behind
 */
public record RemoteCopy(
        RemoteSecret secret, String metadataJson, @Nullable String mark) implements AutoCloseable {
    @Override
    public void close() {
        secret.close();
    }
}
