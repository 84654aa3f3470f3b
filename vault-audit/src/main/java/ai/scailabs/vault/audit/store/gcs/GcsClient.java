package ai.scailabs.vault.audit.store.gcs;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.outbound.google.GuardedGoogleTransport;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Google's client, made at the first call: its credentials may have to be looked for. Thread-safe. */
final class GcsClient implements AutoCloseable {
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";
    private static final String GOOGLE = "https://storage.googleapis.com";

    private final Destination.Gcs where;
    private final StoreCredentials given;
    private final GuardedGoogleTransport transport;
    private final StoreTimes times;
    private volatile @Nullable Opened opened;

    GcsClient(Destination.Gcs where, StoreCredentials given, GuardedTransfers transfers, StoreTimes times) {
        this.where = where;
        this.given = given;
        this.transport = new GuardedGoogleTransport(transfers, times.each());
        this.times = times;
    }

    /** @throws IOException when there are none, or when they are no file of a service account's key */
    GoogleCredentials credentials() throws IOException {
        return opened().credentials();
    }

    /** To be asked for after {@link #credentials()}. */
    Storage storage() {
        Opened ready = opened;
        if (ready == null) {
            throw new IllegalStateException("nobody has asked for credentials");
        }
        return ready.storage();
    }

    private Opened opened() throws IOException {
        Opened ready = opened;
        return ready == null ? open() : ready;
    }

    private synchronized Opened open() throws IOException {
        Opened ready = opened;
        if (ready == null) {
            GoogleCredentials credentials = found().createScoped(List.of(SCOPE));
            ready = new Opened(credentials, storage(credentials));
            opened = ready;
        }
        return ready;
    }

    private GoogleCredentials found() throws IOException {
        if (given instanceof StoreCredentials.Gcs key) {
            try {
                return ServiceAccountCredentials.fromStream(
                        new ByteArrayInputStream(key.serviceAccountJson().expose()), () -> transport);
            } catch (IOException | RuntimeException malformed) {
                // Its message may repeat what it read.
                throw new MalformedKey();
            }
        }
        try {
            return GoogleCredentials.getApplicationDefault();
        } catch (IOException none) {
            throw new MalformedKey();
        }
    }

    private Storage storage(GoogleCredentials credentials) {
        int millis = (int) times.each().toMillis();
        return StorageOptions.http()
                .setHost(where.endpoint() == null ? GOOGLE : where.endpoint().toString())
                .setProjectId("none")
                .setCredentials(credentials)
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(() -> transport)
                        .setConnectTimeout(millis)
                        .setReadTimeout(millis)
                        .build())
                // Every request of ours may be made twice: what creates an object does so under a condition.
                .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
                .setRetrySettings(RetrySettings.newBuilder()
                        .setMaxAttempts(times.tries())
                        .setInitialRetryDelayDuration(times.firstPause())
                        .setRetryDelayMultiplier(2)
                        .setMaxRetryDelayDuration(times.longestPause())
                        .setTotalTimeoutDuration(times.all())
                        .setJittered(true)
                        .build())
                .build()
                .getService();
    }

    @Override
    public synchronized void close() {
        Opened ready = opened;
        if (ready != null) {
            try {
                ready.storage().close();
            } catch (Exception kept) {
                throw new IllegalStateException("a client over HTTP holds nothing", kept);
            }
        }
    }

    private record Opened(GoogleCredentials credentials, Storage storage) {}

    /** What was given is no key of a service account, or there is none where the service runs. */
    static final class MalformedKey extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
