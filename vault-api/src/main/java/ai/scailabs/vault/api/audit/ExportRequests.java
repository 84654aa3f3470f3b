package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.audit.export.ExportFilters;
import ai.scailabs.vault.audit.export.ExportFormat;
import ai.scailabs.vault.audit.export.ObjectLock;
import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityType;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a caller sends to have the log exported, and what it means. */
final class ExportRequests {
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final String REGION = "us-east-1";
    private static final int MAX_LENGTH = 2_048;

    private ExportRequests() {}

    record Wanted(
            @Nullable String from,
            @Nullable String to,
            @Nullable String format,
            @Nullable Boolean continuous,
            @Nullable Filters filters,
            @Nullable Place destination) {}

    record Filters(
            @Nullable String action,
            @Nullable String identityId,
            @Nullable String identityType,
            @Nullable String pathPrefix,
            @Nullable Boolean success,
            @Nullable String sourceIp,
            @Nullable String requestId) {}

    record Place(
            @Nullable String type,
            @Nullable String bucket,
            @Nullable String prefix,
            @Nullable String credentialsPath,
            @Nullable String endpoint,
            @Nullable String region,
            @Nullable Boolean pathStyle,
            @Nullable String account,
            @Nullable String objectLock) {}

    static ExportFormat format(@Nullable String text) {
        return text == null
                ? ExportFormat.JSONL
                : ExportFormat.parse(text)
                        .orElseThrow(() -> VaultException.invalidField("format", "must be jsonl or csv"));
    }

    static ObjectLock lock(@Nullable String text) {
        return text == null
                ? ObjectLock.GOVERNANCE
                : ObjectLock.parse(text)
                        .orElseThrow(() -> VaultException.invalidField(
                                "destination.object_lock", "must be none, governance or compliance"));
    }

    static Destination destination(Place place) {
        String type = required("type", place.type());
        String bucket = required("bucket", place.bucket());
        String prefix = place.prefix() == null ? "" : place.prefix();
        URI endpoint = place.endpoint() == null ? null : Destination.endpoint(place.endpoint());
        boolean s3 = type.equals("s3");
        requireAbsent("region", place.region(), s3);
        requireAbsent("path_style", place.pathStyle(), s3);
        requireAbsent("account", place.account(), type.equals("azure_blob"));
        return switch (type) {
            case "s3" -> {
                String region = place.region() == null ? REGION : place.region();
                boolean pathStyle = place.pathStyle() == null ? endpoint != null : place.pathStyle();
                yield new Destination.S3(bucket, prefix, endpoint, region, pathStyle);
            }
            case "gcs" -> new Destination.Gcs(bucket, prefix, endpoint);
            case "azure_blob" -> new Destination.AzureBlob(bucket, prefix, endpoint, place.account());
            default -> throw VaultException.invalidField("destination.type", "must be s3, gcs or azure_blob");
        };
    }

    private static void requireAbsent(String member, @Nullable Object value, boolean known) {
        if (value != null && !known) {
            throw VaultException.invalidField("destination." + member, "is not for this type of destination");
        }
    }

    static ExportFilters filters(@Nullable Filters filters) {
        if (filters == null) {
            return ExportFilters.NONE;
        }
        List<String> actions = new ArrayList<>();
        String named = filters.action();
        for (String name : named == null ? new String[0] : named.split(",", -1)) {
            actions.add(AuditAction.parse(name.strip())
                    .map(AuditAction::wireName)
                    .orElseThrow(() -> VaultException.invalidField("filters.action", "names an unknown action")));
        }
        String type = filters.identityType();
        if (type != null && IdentityType.parse(type).isEmpty()) {
            throw VaultException.invalidField(
                    "filters.identity_type", "must be user, service_account, group or system");
        }
        return new ExportFilters(
                actions,
                bounded("identity_id", filters.identityId()),
                type,
                bounded("path_prefix", filters.pathPrefix()),
                filters.success(),
                bounded("source_ip", filters.sourceIp()),
                bounded("request_id", filters.requestId()));
    }

    private static @Nullable String bounded(String field, @Nullable String text) {
        if (text != null && (text.isEmpty() || text.length() > MAX_LENGTH || text.indexOf('\0') >= 0)) {
            throw VaultException.invalidField("filters." + field, "must be a text of 1 to 2,048 characters");
        }
        return text;
    }

    /** RFC 3339 with any offset. */
    static @Nullable Instant time(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
                throw VaultException.invalidField(field, "must lie between 1970 and 9999");
            }
            return time;
        } catch (DateTimeParseException malformed) {
            throw VaultException.invalidField(field, "must be a time such as 2026-01-31T08:00:00Z");
        }
    }

    private static String required(String member, @Nullable String value) {
        if (value == null) {
            throw VaultException.invalidField("destination." + member, "is required");
        }
        return value;
    }
}
