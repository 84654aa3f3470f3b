package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import com.azure.security.keyvault.secrets.SecretServiceVersion;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Azure's client of secrets, made at the first call, and made again after a token was refused: it would show that again. It makes each request once, and once more when it is asked for a token. Thread-safe. */
final class AzureService {
    private final AzurePlace place;
    private final AzureLogin login;
    private final HttpClient toVault;
    private final HttpClient toLogin;
    private @Nullable SecretClient client;

    AzureService(AzurePlace place, AzureLogin login, AzureEndpoints endpoints, HttpClient carrier) {
        this.place = place;
        this.login = login;
        this.toVault = new OneHostClient(carrier, place.vault(), endpoints.vault());
        this.toLogin = new LoginClient(new OneHostClient(carrier, place.login(), endpoints.login()));
    }

    <T> T ask(Function<SecretClient, T> operation) throws RemoteException {
        return answered(operation, AzureRefusal::of);
    }

    <T> T write(Function<SecretClient, T> operation) throws RemoteException {
        return answered(operation, AzureRefusal::ofWriting);
    }

    private <T> T answered(Function<SecretClient, T> operation, Function<Throwable, RemoteException> meaning)
            throws RemoteException {
        SecretClient ready = opened();
        try {
            return operation.apply(ready);
        } catch (RuntimeException failed) {
            RemoteException refusal = meaning.apply(failed);
            if (refusal.failure() == RemoteFailure.CREDENTIALS_REFUSED) {
                forget(ready);
            }
            throw refusal;
        }
    }

    private synchronized SecretClient opened() {
        SecretClient ready = client;
        if (ready == null) {
            ready = new SecretClientBuilder()
                    .configuration(Configuration.NONE)
                    .vaultUrl(place.vault().toString())
                    .credential(login.credential(place, toLogin))
                    .httpClient(toVault)
                    .retryOptions(once())
                    .httpLogOptions(silent())
                    // Of those that are offered in every cloud.
                    .serviceVersion(SecretServiceVersion.V7_4)
                    .buildClient();
            client = ready;
        }
        return ready;
    }

    private synchronized void forget(SecretClient refused) {
        if (refused.equals(client)) {
            client = null;
        }
    }

    synchronized void close() {
        client = null;
    }

    static RetryOptions once() {
        return new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)));
    }

    /** Whatever the environment says: bodies hold values. */
    static HttpLogOptions silent() {
        return new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE);
    }
}
