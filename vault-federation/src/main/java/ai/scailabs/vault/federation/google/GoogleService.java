package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import com.google.api.client.http.HttpTransport;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretManagerServiceSettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Google's client of Secret Manager over HTTP with JSON, made at the first call: an identity of this service has to be looked for. It makes each request once. Thread-safe. */
final class GoogleService implements AutoCloseable {
    /** Of lists. Annotations may make one entry 16 KiB large, but hardly ever do. */
    static final int PAGE = 500;

    /** It writes requests with their tokens when it is asked to be detailed. Kept here, since a logger that nobody holds is forgotten, and its level with it. */
    private static final Logger WIRE_LOG = Logger.getLogger(HttpTransport.class.getName());

    private final URI endpoint;
    private final GoogleIdentity identity;
    private final HttpTransport transport;
    private final Duration patience;
    /** The library would start some for each client; there is hardly anything for them to do. */
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("google-secrets").daemon().factory());

    private @Nullable SecretManagerServiceClient client;
    private boolean closed;

    /** @throws RemoteException {@link RemoteFailure#MISCONFIGURED} when the library was told to log what it receives */
    GoogleService(URI endpoint, GoogleIdentity identity, HttpTransport transport, Duration patience)
            throws RemoteException {
        if (Boolean.parseBoolean(System.getenv("GOOGLE_SDK_JAVA_LOGGING"))) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "GOOGLE_SDK_JAVA_LOGGING makes Google's library log what it receives, values included: remove it");
        }
        WIRE_LOG.setLevel(Level.OFF);
        this.endpoint = endpoint;
        this.identity = identity;
        this.transport = transport;
        this.patience = patience;
    }

    <Q, R> R ask(RemoteCalls.Turn turn, Function<SecretManagerServiceClient, UnaryCallable<Q, R>> operation, Q request)
            throws RemoteException {
        return turn.ask(() -> answered(operation, request, GoogleRefusal::of));
    }

    <Q, R> R write(Function<SecretManagerServiceClient, UnaryCallable<Q, R>> operation, Q request)
            throws RemoteException {
        return answered(operation, request, GoogleRefusal::ofWriting);
    }

    private <Q, R> R answered(
            Function<SecretManagerServiceClient, UnaryCallable<Q, R>> operation,
            Q request,
            Function<Throwable, RemoteException> meaning)
            throws RemoteException {
        GoogleCredentials who = identity.ready();
        try {
            return operation.apply(opened(who)).call(request);
        } catch (IOException | RuntimeException failed) {
            RemoteException refusal = meaning.apply(failed);
            if (refusal.failure() == RemoteFailure.CREDENTIALS_REFUSED) {
                identity.distrust();
            }
            throw refusal;
        }
    }

    private synchronized SecretManagerServiceClient opened(GoogleCredentials who) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        SecretManagerServiceClient ready = client;
        if (ready == null) {
            ready = SecretManagerServiceClient.create(settings(who));
            client = ready;
        }
        return ready;
    }

    private SecretManagerServiceSettings settings(GoogleCredentials who) throws IOException {
        SecretManagerServiceSettings.Builder settings = SecretManagerServiceSettings.newHttpJsonBuilder();
        settings.setCredentialsProvider(FixedCredentialsProvider.create(new ShownOnce(who)));
        settings.setEndpoint(endpoint.toString());
        settings.setUniverseDomain(GoogleIdentity.UNIVERSE);
        settings.setBackgroundExecutorProvider(FixedExecutorProvider.create(background));
        // It watches over streams, of which there are none.
        settings.setWatchdogProvider(null);
        settings.setTransportChannelProvider(SecretManagerServiceSettings.defaultHttpJsonTransportProviderBuilder()
                .setEndpoint(endpoint.toString())
                .setHttpTransport(transport)
                .setExecutor(
                        request -> Thread.ofVirtual().name("google-secrets").start(request))
                .build());
        settings.getSecretSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.getSecretVersionSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.accessSecretVersionSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.listSecretsSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.listSecretVersionsSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.createSecretSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        settings.addSecretVersionSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(patience);
        return settings.build();
    }

    /** @return where the page after the next begins, or nothing at the end */
    static String next(String before, String after) throws RemoteException {
        if (!after.isEmpty() && after.equals(before)) {
            throw Unanswered.notUnderstood("a page that leads to itself");
        }
        return after;
    }

    @Override
    public synchronized void close() {
        closed = true;
        SecretManagerServiceClient ready = client;
        if (ready != null) {
            ready.close();
        }
        background.shutdownNow();
    }
}
