package ai.scailabs.vault.federation.remote;

/**
 * What a copy is made of, in plaintext until {@link #close()}.
 *
 * @param metadataJson see {@link RemoteDescription#metadataJson()}
 */
public record RemoteCopy(RemoteSecret secret, String metadataJson) implements AutoCloseable {
    @Override
    public void close() {
        secret.close();
    }
}
