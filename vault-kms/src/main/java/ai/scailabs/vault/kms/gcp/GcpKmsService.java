package ai.scailabs.vault.kms.gcp;

import ai.scailabs.vault.kms.call.ServiceTrouble;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.HttpTransport;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.httpjson.HttpJsonCallContext;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.kms.v1.DecryptRequest;
import com.google.cloud.kms.v1.KeyManagementServiceClient;
import com.google.cloud.kms.v1.KeyManagementServiceSettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Google's client of KMS over HTTP with JSON. It is made at the first call, and made again as long as no credentials are found. Thread-safe.
 */
final class GcpKmsService implements AutoCloseable {
    private static final URI PUBLIC_ENDPOINT = URI.create("https://cloudkms.googleapis.com");
    /** It writes requests with the keys in them when it is asked to be detailed. Kept here, since a logger that nobody holds is forgotten, and its level with it. */
    private static final Logger WIRE_LOG = Logger.getLogger(HttpTransport.class.getName());

    private final URI endpoint;
    private final Duration longest;
    private final GcpCredentials found;
    private final OneHostTransport transport;
    private volatile @Nullable Opened opened;

    /** @throws IllegalStateException when the SDK was told to log what it sends */
    GcpKmsService(GcpKmsProperties properties, GcpCredentials found, @Nullable SSLContext tls) {
        if (Boolean.parseBoolean(System.getenv("GOOGLE_SDK_JAVA_LOGGING"))) {
            throw new IllegalStateException(
                    "GOOGLE_SDK_JAVA_LOGGING makes Google's SDK log what it sends, keys included: remove it");
        }
        WIRE_LOG.setLevel(Level.OFF);
        this.endpoint = properties.endpoint() == null ? PUBLIC_ENDPOINT : properties.endpoint();
        this.longest = properties.patience().dividedBy(2);
        this.found = found;
        this.transport = new OneHostTransport(endpoint, longest, tls);
    }

    /**
     * What KMS answers.
     *
     * @param left how long there is
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure} when it refuses the ciphertext
     */
    <Q, R> R ask(Function<KeyManagementServiceClient, UnaryCallable<Q, R>> operation, Q request, Duration left)
            throws ServiceTrouble {
        long begin = System.nanoTime();
        Opened kms = opened();
        fetchToken(kms.credentials());
        Duration rest = left.minusNanos(System.nanoTime() - begin);
        if (!rest.isPositive()) {
            throw ServiceTrouble.lasting("no time left");
        }
        HttpJsonCallContext within =
                HttpJsonCallContext.createDefault().withTimeoutDuration(rest.compareTo(longest) < 0 ? rest : longest);
        try {
            return operation.apply(kms.client()).call(request, within);
        } catch (ApiException refused) {
            GcpRefusal refusal = GcpRefusal.of(refused);
            if (refusal.isOfContent() && request instanceof DecryptRequest) {
                throw WrapFrame.altered();
            }
            throw refusal.trouble();
        }
    }

    /** Here, so that it is not broken off with a call: then a slow one would never be had. */
    private void fetchToken(GoogleCredentials credentials) throws ServiceTrouble {
        try {
            credentials.refreshIfExpired();
        } catch (IOException failed) {
            // Its message may hold what the issuer of tokens wrote.
            throw ServiceTrouble.passing("no token: " + status(failed) + ServiceTrouble.kinds(failed));
        }
    }

    private static String status(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException refused) {
                return "HTTP " + refused.getStatusCode() + ", ";
            }
        }
        return "";
    }

    private Opened opened() throws ServiceTrouble {
        Opened kms = opened;
        return kms == null ? open() : kms;
    }

    private synchronized Opened open() throws ServiceTrouble {
        Opened kms = opened;
        if (kms == null) {
            kms = connect(credentials());
            opened = kms;
        }
        return kms;
    }

    private GoogleCredentials credentials() throws ServiceTrouble {
        try {
            return found.get();
        } catch (IOException none) {
            // Says where it looked, and nothing of what a server wrote.
            throw ServiceTrouble.lasting("no credentials: " + none.getMessage());
        }
    }

    private Opened connect(GoogleCredentials credentials) throws ServiceTrouble {
        try {
            KeyManagementServiceSettings.Builder settings = KeyManagementServiceSettings.newHttpJsonBuilder();
            settings.setCredentialsProvider(FixedCredentialsProvider.create(credentials));
            settings.setEndpoint(endpoint.toString());
            settings.setTransportChannelProvider(KeyManagementServiceSettings.defaultHttpJsonTransportProviderBuilder()
                    .setEndpoint(endpoint.toString())
                    .setHttpTransport(transport)
                    .setExecutor(brokenOffInTime())
                    .build());
            // Tries are counted in one place, PatientCalls.
            settings.encryptSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(longest);
            settings.decryptSettings().setRetryableCodes().setSimpleTimeoutNoRetriesDuration(longest);
            return new Opened(KeyManagementServiceClient.create(settings.build()), credentials);
        } catch (IOException failed) {
            throw ServiceTrouble.lasting(ServiceTrouble.kinds(failed));
        }
    }

    /** A limit to the whole, however slowly an answer drips in. */
    private Executor brokenOffInTime() {
        Executor later = CompletableFuture.delayedExecutor(longest.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
        return request -> {
            Thread thread = Thread.ofVirtual().name("gcp-kms").start(request);
            later.execute(thread::interrupt);
        };
    }

    @Override
    public synchronized void close() {
        Opened kms = opened;
        if (kms != null) {
            kms.client().close();
        }
        transport.shutdown();
    }

    private record Opened(KeyManagementServiceClient client, GoogleCredentials credentials) {}
}
