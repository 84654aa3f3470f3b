package ai.scailabs.vault.audit.store;

import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody wants objects to be. Each checks what it is made of, and throws {@link VaultException} {@code validation_error} naming the field: {@code destination.bucket}. Whether it
 * exists is not looked at.
 */
public sealed interface Destination {
    /** As callers write it: {@code s3}, {@code gcs}, {@code azure_blob}. */
    String type();

    /** The bucket or container. */
    String bucket();

    /** Before the name of every object: empty, or ending in a slash. */
    String prefix();

    /** Other than that of the vendor; null for that one. */
    @Nullable
    URI endpoint();

    /**
     * Amazon S3, or what speaks like it.
     *
     * @param region as {@code eu-central-1}; {@code us-east-1} when it is not given, which most of what only speaks like S3 takes
     * @param pathStyle whether the bucket is in the path rather than in the name of the host
     */
    record S3(String bucket, String prefix, @Nullable URI endpoint, String region, boolean pathStyle)
            implements Destination {
        private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
        private static final Pattern REGION = Pattern.compile("[a-z0-9][a-z0-9-]{1,30}[a-z0-9]");

        public S3 {
            require(
                    "bucket",
                    BUCKET.matcher(bucket).matches() && !bucket.contains(".."),
                    "is not the name of a bucket");
            require("region", REGION.matcher(region).matches(), "is not the name of a region");
            prefix = checkedPrefix(prefix);
            requireEndpoint(endpoint);
        }

        @Override
        public String type() {
            return "s3";
        }
    }

    /** Google Cloud Storage. */
    record Gcs(String bucket, String prefix, @Nullable URI endpoint) implements Destination {
        private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

        public Gcs {
            require(
                    "bucket",
                    BUCKET.matcher(bucket).matches() && !bucket.contains(".."),
                    "is not the name of a bucket");
            prefix = checkedPrefix(prefix);
            requireEndpoint(endpoint);
        }

        @Override
        public String type() {
            return "gcs";
        }
    }

    /**
     * Azure Blob Storage.
     *
     * @param bucket the container
     * @param account the storage account; null when the credentials name it
     */
    record AzureBlob(
            String bucket,
            String prefix,
            @Nullable URI endpoint,
            @Nullable String account) implements Destination {
        private static final Pattern CONTAINER = Pattern.compile("[a-z0-9](-?[a-z0-9]){2,62}");

        public AzureBlob {
            require("bucket", CONTAINER.matcher(bucket).matches(), "is not the name of a container");
            require("account", account == null || isAccount(account), "is not the name of a storage account");
            prefix = checkedPrefix(prefix);
            requireEndpoint(endpoint);
        }

        static boolean isAccount(String text) {
            return text.matches("[a-z0-9]{3,24}");
        }

        @Override
        public String type() {
            return "azure_blob";
        }
    }

    private static String checkedPrefix(String prefix) {
        String bare = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        require(
                "prefix",
                bare.isEmpty() || (bare.length() <= 512 && ObjectName.isPath(bare)),
                "may have letters, digits and . _ - = / only, in segments that are not empty or dots");
        return bare.isEmpty() ? "" : bare + "/";
    }

    /**
     * That an endpoint has the form of one. Whether it leads to an address of ours is looked at when it is connected to.
     *
     * @param endpoint null for none
     */
    static void requireEndpoint(@Nullable URI endpoint) {
        require(
                "endpoint",
                endpoint == null
                        || (("https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme()))
                                && endpoint.getHost() != null
                                && endpoint.getRawUserInfo() == null
                                && endpoint.getRawQuery() == null
                                && endpoint.getRawFragment() == null
                                && !endpoint.getRawPath().contains("//")),
                "is not a URL of the form https://host[:port]");
    }

    /** An endpoint as a caller wrote it. */
    static URI endpoint(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            throw VaultException.invalidField("destination.endpoint", "is not a URL of the form https://host[:port]");
        }
    }

    private static void require(String field, boolean holds, String problem) {
        if (!holds) {
            throw VaultException.invalidField("destination." + field, problem);
        }
    }
}
