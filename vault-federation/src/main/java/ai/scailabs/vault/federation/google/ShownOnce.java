package ai.scailabs.vault.federation.google;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** An identity as the library shows it, which would ask for another token whenever one is not taken, and show that, up to ten times. */
final class ShownOnce extends Credentials {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // Nobody writes it down.
    private final GoogleCredentials identity;

    ShownOnce(GoogleCredentials identity) {
        this.identity = identity;
    }

    @Override
    public String getAuthenticationType() {
        return identity.getAuthenticationType();
    }

    @Override
    public Map<String, List<String>> getRequestMetadata(URI uri) throws IOException {
        return identity.getRequestMetadata(uri);
    }

    @Override
    public boolean hasRequestMetadata() {
        return identity.hasRequestMetadata();
    }

    @Override
    public boolean hasRequestMetadataOnly() {
        return identity.hasRequestMetadataOnly();
    }

    @Override
    public void refresh() {
        throw new NotTaken();
    }

    /** The token was not. */
    static final class NotTaken extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
