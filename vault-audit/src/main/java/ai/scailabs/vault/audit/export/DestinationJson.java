package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A destination as a row keeps it. */
final class DestinationJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private DestinationJson() {}

    static String write(Destination destination) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", destination.type());
        members.put("bucket", destination.bucket());
        members.put("prefix", destination.prefix());
        URI endpoint = destination.endpoint();
        if (endpoint != null) {
            members.put("endpoint", endpoint.toString());
        }
        switch (destination) {
            case Destination.S3 s3 -> {
                members.put("region", s3.region());
                members.put("path_style", s3.pathStyle());
            }
            case Destination.Gcs _ -> {}
            case Destination.AzureBlob azure -> {
                if (azure.account() != null) {
                    members.put("account", azure.account());
                }
            }
        }
        return JSON.writeValueAsString(PlainData.of(members));
    }

    static Destination read(String json) {
        JsonNode root = JSON.readTree(json);
        String bucket = root.path("bucket").asString();
        String prefix = root.path("prefix").asString();
        String endpoint = text(root, "endpoint");
        URI where = endpoint == null ? null : URI.create(endpoint);
        return switch (root.path("type").asString()) {
            case "s3" ->
                new Destination.S3(
                        bucket,
                        prefix,
                        where,
                        root.path("region").asString(),
                        root.path("path_style").asBoolean());
            case "gcs" -> new Destination.Gcs(bucket, prefix, where);
            default -> new Destination.AzureBlob(bucket, prefix, where, text(root, "account"));
        };
    }

    private static @Nullable String text(JsonNode root, String name) {
        return root.has(name) ? root.path(name).asString() : null;
    }
}
