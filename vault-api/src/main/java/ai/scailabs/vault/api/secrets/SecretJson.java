package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.secrets.listing.MountedPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.secret.MetadataView;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretOptions;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.secrets.secret.SecretView;
import ai.scailabs.vault.secrets.version.VersionView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The secret object as the API shows it. */
public final class SecretJson {
    private SecretJson() {}

    /** With its value. */
    static void write(JsonWriter json, RevealedSecret secret) {
        SecretView view = secret.view();
        json.text("path", view.path().value())
                .text("secret_type", view.type().wireName())
                .number("version", view.version())
                .secret("data", secret.data());
        writeRest(json, view);
    }

    /** Without its value. */
    public static void write(JsonWriter json, SecretView view) {
        json.text("path", view.path().value())
                .text("secret_type", view.type().wireName())
                .number("version", view.version());
        writeRest(json, view);
        json.time("last_accessed_at", view.lastAccessedAt());
        if (view.deletedAt() != null) {
            json.time("deleted_at", view.deletedAt()).time("recoverable_until", view.recoverableUntil());
        }
    }

    static void write(JsonWriter json, MetadataView metadata) {
        write(json, metadata.secret());
        json.number("version_count", metadata.versionCount()).number("oldest_version", metadata.oldestVersion());
    }

    static void write(JsonWriter json, VersionView version) {
        json.number("version", version.version())
                .text("secret_type", version.secretType())
                .flag("current", version.current())
                .time("created_at", version.createdAt())
                .text("created_by", version.createdBy())
                .text("client", version.client())
                .text("reason", version.reason())
                .time("destroyed_at", version.destroyedAt())
                .text("destroyed_by", version.destroyedBy())
                .time("readable_until", version.readableUntil());
    }

    /** One that lies in another vault, of which a list knows where it is. */
    static void write(JsonWriter json, MountedPath mounted) {
        json.text("path", mounted.path().value())
                .text("secret_type", SecretType.JSON.wireName())
                .text("backend", mounted.source().name());
    }

    /** What the entry of a read tells of where it went. */
    static Map<String, Object> facts(@Nullable MountSource source) {
        return source == null ? Map.of() : Map.of("backend", source.name());
    }

    private static void writeRest(JsonWriter json, SecretView view) {
        json.json("metadata", view.metadataJson());
        if (view.source() == null) {
            json.object("options", options -> write(options, view.options()));
        } else {
            json.text("backend", view.source().name());
        }
        json.time("created_at", view.createdAt())
                .time("updated_at", view.updatedAt())
                .time("expires_at", view.expiresAt())
                .text("rotation_policy_id", view.rotationPolicyId())
                .text("secret_policy_id", view.secretPolicyId());
    }

    private static void write(JsonWriter json, SecretOptions options) {
        json.number("max_versions", options.maxVersions())
                .text("expires_in", options.expiresIn() == null ? null : DurationText.format(options.expiresIn()))
                .text("expire_action", options.expireAction().wireName())
                .texts(
                        "notify_before",
                        options.notifyBefore().stream()
                                .map(DurationText::format)
                                .toList());
    }
}
