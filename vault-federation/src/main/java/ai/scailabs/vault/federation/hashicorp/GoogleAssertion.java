package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** What a service account of Google says of itself at the {@code gcp} method, type {@code iam}: a JWT of RS256, by its own key. */
final class GoogleAssertion {
    /** The method takes no more than 15 minutes if nobody set otherwise. */
    private static final Duration TIME = Duration.ofMinutes(10);

    private final ServiceAccountKey key;

    private GoogleAssertion(ServiceAccountKey key) {
        this.key = key;
    }

    /**
     * @param json a key as Google writes it
     * @throws RemoteException {@link ai.scailabs.vault.federation.remote.RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    static GoogleAssertion of(String json) throws RemoteException {
        try {
            return new GoogleAssertion(ServiceAccountKey.parse(json));
        } catch (IllegalArgumentException malformed) {
            throw BackendCredentials.unusable("service_account_json is no key of a service account");
        }
    }

    /** @param role of the vault, whom alone it is for */
    String jwt(String role, Clock clock) {
        long now = clock.instant().getEpochSecond();
        return key.jwt(Map.of(
                "iss",
                key.email(),
                "sub",
                key.email(),
                "aud",
                "vault/" + role,
                "iat",
                now,
                "exp",
                now + TIME.toSeconds()));
    }

    @Override
    public String toString() {
        return "GoogleAssertion[" + key.email() + "]";
    }
}
