package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.WitnessKey;
import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where checkpoints of audit logs are carried. Each place is absent unless it is named.
 *
 * @param webhook takes them as the bodies of POSTs
 * @param bucket keeps each as an object
 * @param bucketCredentials a JSON object with the members that a destination's secret has; absent for the service's own identity
 */
public record PublishSettings(
        @Nullable URI webhook,
        @Nullable Witness witness,
        @Nullable Destination bucket,
        @Nullable String bucketCredentials) {
    private static final String DEFAULT_REGION = "us-east-1";

    /** @param prefix below which {@code add-checkpoint} is */
    public record Witness(URI prefix, WitnessKey key) {}

    static PublishSettings read(SettingsReader reader, boolean dev) {
        URI webhook = reader.optional(Setting.AUDIT_CHECKPOINT_WEBHOOK_URL, ServerSettings.outbound(dev));
        URI prefix = reader.optional(Setting.AUDIT_WITNESS_URL, ServerSettings.outbound(dev));
        WitnessKey key = reader.optional(Setting.AUDIT_WITNESS_KEY, PublishSettings::key);
        if ((prefix == null) != (key == null)) {
            reader.problem("AUDIT_WITNESS_URL and AUDIT_WITNESS_KEY need each other");
        }
        String credentials = reader.optional(Setting.OBJECT_STORE_CREDENTIALS, Optional::of);
        return new PublishSettings(
                webhook, prefix == null || key == null ? null : new Witness(prefix, key), bucket(reader), credentials);
    }

    private static Optional<WitnessKey> key(String line) {
        try {
            return Optional.of(WitnessKey.parse(line));
        } catch (InvalidNote malformed) {
            return Optional.empty();
        }
    }

    private static @Nullable Destination bucket(SettingsReader reader) {
        String provider = reader.optional(Setting.OBJECT_STORE_PROVIDER, ServerSettings.matching("s3|gcs|azure_blob"));
        String bucket = reader.optional(Setting.OBJECT_STORE_BUCKET, Optional::of);
        String prefix = reader.optional(Setting.OBJECT_STORE_PREFIX, Optional::of);
        String region = reader.optional(Setting.OBJECT_STORE_REGION, Optional::of);
        String account = reader.optional(Setting.OBJECT_STORE_ACCOUNT, Optional::of);
        URI endpoint = reader.optional(Setting.OBJECT_STORE_ENDPOINT, PublishSettings::endpoint);
        if ((provider == null) != (bucket == null)) {
            reader.problem("OBJECT_STORE_PROVIDER and OBJECT_STORE_BUCKET need each other");
        }
        if (provider == null || bucket == null) {
            return null;
        }
        String below = prefix == null ? "" : prefix;
        try {
            return switch (provider) {
                case "gcs" -> new Destination.Gcs(bucket, below, endpoint);
                case "azure_blob" -> new Destination.AzureBlob(bucket, below, endpoint, account);
                default ->
                    new Destination.S3(
                            bucket, below, endpoint, region == null ? DEFAULT_REGION : region, endpoint != null);
            };
        } catch (VaultException malformed) {
            reader.problem("OBJECT_STORE_BUCKET, _PREFIX, _REGION, _ACCOUNT or _ENDPOINT: " + malformed.getMessage());
            return null;
        }
    }

    private static Optional<URI> endpoint(String text) {
        try {
            return Optional.of(URI.create(text));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return "PublishSettings[" + webhook + ", " + witness + ", " + bucket + "]";
    }
}
