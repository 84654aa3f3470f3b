package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import com.google.api.client.http.HttpTransport;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As whom Google is asked: by the key of a service account, {@code service_account_json} of the secret with the credentials, or as this service. Of the key's file it is not looked at where tokens are to be had. Thread-safe.
 */
final class GoogleIdentity {
    static final String UNIVERSE = "googleapis.com";

    private static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/cloud-platform");

    private volatile @Nullable GoogleCredentials found;
    private volatile boolean refused;

    private GoogleIdentity(@Nullable GoogleCredentials found) {
        this.found = found;
    }

    /**
     * @param credentials absent to come as this service
     * @param asService whether the tenant may
     * @param tokens where they are asked for
     */
    static GoogleIdentity of(
            @Nullable BackendCredentials credentials, boolean asService, URI tokens, HttpTransport transport)
            throws RemoteException {
        if (credentials != null) {
            return new GoogleIdentity(key(credentials.require("service_account_json"), tokens, transport));
        }
        if (!asService) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "a secret with a service_account_json is needed: this tenant does not come as the service itself");
        }
        return new GoogleIdentity(null);
    }

    private static GoogleCredentials key(String file, URI tokens, HttpTransport transport) throws RemoteException {
        try {
            ServiceAccountCredentials key = ServiceAccountCredentials.fromStream(
                    new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)), () -> transport);
            if (!UNIVERSE.equals(key.getUniverseDomain())) {
                throw BackendCredentials.unusable("its service_account_json is of another cloud than Google's own");
            }
            return key.toBuilder()
                    .setTokenServerUri(tokens)
                    .setHttpTransportFactory(() -> transport)
                    .setScopes(SCOPES)
                    .setDefaultRetriesEnabled(false)
                    .build();
        } catch (IOException | RuntimeException malformed) {
            // Its message may repeat what it read.
            throw BackendCredentials.unusable("its service_account_json is not the file of a service account's key");
        }
    }

    /** With a token that has not ended. */
    GoogleCredentials ready() throws RemoteException {
        GoogleCredentials identity = identity();
        try {
            if (refused) {
                identity.refresh();
                refused = false;
            } else {
                identity.refreshIfExpired();
            }
            return identity;
        } catch (IOException | RuntimeException failed) {
            throw GoogleRefusal.ofToken(failed);
        }
    }

    private GoogleCredentials identity() throws RemoteException {
        GoogleCredentials known = found;
        if (known == null) {
            known = own();
            found = known;
        }
        return known;
    }

    private static GoogleCredentials own() throws RemoteException {
        try {
            return GoogleCredentials.getApplicationDefault().createScoped(SCOPES);
        } catch (IOException none) {
            return attached();
        }
    }

    /** The library looks for a metadata server once in the life of a process; where nodes start slowly, it comes up after that. */
    private static GoogleCredentials attached() throws RemoteException {
        GoogleCredentials attached = ComputeEngineCredentials.create().createScoped(SCOPES);
        try {
            attached.refresh();
            return attached;
        } catch (IOException absent) {
            throw new RemoteException(
                    RemoteFailure.CREDENTIALS_REFUSED, "this service has no identity of Google's where it runs");
        }
    }

    /** The token was not taken: the next call asks for another, as the library would show it again until its end. */
    void distrust() {
        refused = true;
    }
}
