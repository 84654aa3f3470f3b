package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.net.AddressRange;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Of buckets that tenants name.
 *
 * @param addresses where their servers may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 * @param ownBuckets those that tenants may write to as this service: {@code s3:acme-audit}
 */
public record ObjectStoreSettings(
        List<AddressRange> addresses, @Nullable Path caFile, Set<String> ownBuckets) {
    private static final Pattern BUCKET =
            Pattern.compile("(s3|gcs):[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]|azure_blob:[a-z0-9]{3,24}/[a-z0-9-]{3,63}");

    /** Null, and problems, when it is not said completely. */
    static @Nullable ObjectStoreSettings read(SettingsReader reader) {
        List<AddressRange> addresses = reader.required(Setting.OBJECT_STORE_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.OBJECT_STORE_CA_FILE, CertificateFile::parse);
        Set<String> ownBuckets = reader.required(Setting.OBJECT_STORE_OWN_BUCKETS, ObjectStoreSettings::buckets);
        return addresses == null || ownBuckets == null ? null : new ObjectStoreSettings(addresses, caFile, ownBuckets);
    }

    private static Optional<Set<String>> buckets(String text) {
        Set<String> buckets = new LinkedHashSet<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            if (!BUCKET.matcher(part.strip()).matches()) {
                return Optional.empty();
            }
            buckets.add(part.strip());
        }
        return Optional.of(Set.copyOf(buckets));
    }
}
