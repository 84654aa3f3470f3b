package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What version 2 of KV tells of a secret without its value. */
record KvMetadata(Instant createdAt, Instant updatedAt, List<RemoteVersion> newestFirst, Map<String, String> labels) {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    /**
     * @param now versions may be told to end later
     * @throws RemoteException {@link RemoteFailure#NOT_FOUND} when the current version is none any more
     */
    static KvMetadata of(VaultAnswer answer, Instant now) throws RemoteException {
        try {
            KvMetadata metadata = read(answer.tree().path("data"), now);
            for (RemoteVersion version : metadata.newestFirst()) {
                if (version.current() && version.goneAt() == null) {
                    return metadata;
                }
            }
        } catch (DateTimeException malformed) {
            throw Unanswered.notUnderstood("no metadata of KV");
        }
        throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret is deleted in the vault");
    }

    private static KvMetadata read(JsonNode data, Instant now) throws RemoteException {
        if (!data.path("versions").isObject() || !data.path("current_version").isInt()) {
            throw Unanswered.notUnderstood("no metadata of KV");
        }
        int current = data.path("current_version").intValue();
        List<RemoteVersion> versions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : data.path("versions").properties()) {
            if (!NUMBER.matcher(each.getKey()).matches()) {
                throw Unanswered.notUnderstood("no metadata of KV");
            }
            int number = Integer.parseInt(each.getKey());
            Instant createdAt = time(each.getValue(), "created_time");
            versions.add(
                    new RemoteVersion(number, number == current, createdAt, goneAt(each.getValue(), createdAt, now)));
        }
        versions.sort(Comparator.comparingInt(RemoteVersion::number).reversed());
        Map<String, String> labels = new HashMap<>();
        data.path("custom_metadata")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString("")));
        return new KvMetadata(time(data, "created_time"), time(data, "updated_time"), versions, labels);
    }

    private static Instant time(JsonNode from, String member) {
        return Instant.parse(from.path(member).asString(""));
    }

    /** When a version was destroyed is not told: then it counts as gone from its beginning. */
    private static @Nullable Instant goneAt(JsonNode version, Instant createdAt, Instant now) {
        String deleted = version.path("deletion_time").asString("");
        Instant deletedAt = deleted.isEmpty() ? null : Instant.parse(deleted);
        if (deletedAt != null && !deletedAt.isAfter(now)) {
            return deletedAt;
        }
        return version.path("destroyed").asBoolean(false) ? createdAt : null;
    }

    RemoteDescription description() {
        return new RemoteDescription(
                newestFirst.stream().filter(RemoteVersion::current).findFirst().orElseThrow(),
                createdAt,
                updatedAt,
                newestFirst.size(),
                newestFirst.getLast().number(),
                null,
                List.of(),
                labels);
    }
}
