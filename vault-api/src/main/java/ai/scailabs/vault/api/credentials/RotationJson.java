package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.rotation.Attachment;
import ai.scailabs.vault.credentials.rotation.DueSecret;
import ai.scailabs.vault.credentials.rotation.HistoryItem;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;

/** Rotation as the API writes it. */
final class RotationJson {
    private RotationJson() {}

    static void policy(JsonWriter json, RotationPolicy policy) {
        json.text("id", policy.text())
                .text("name", policy.name())
                .text("description", policy.description())
                .text("interval", policy.terms().interval())
                .number("interval_seconds", policy.terms().every().toSeconds())
                .text("grace_period", policy.terms().gracePeriod())
                .text("warn_before", policy.terms().warnBefore())
                .flag("auto_generate", policy.autoGenerate())
                .text(
                        "secret_policy_id",
                        policy.secretPolicy() == null ? null : SecretPolicy.text(policy.secretPolicy()))
                .texts("webhook_ids", policy.webhooks())
                .flag("is_active", policy.active())
                .number("secrets_count", policy.secrets())
                .number("revision", policy.revision())
                .time("created_at", policy.createdAt())
                .text("created_by", policy.createdBy())
                .time("updated_at", policy.updatedAt());
    }

    static void attachment(JsonWriter json, Attachment attachment) {
        json.text("secret_path", attachment.path().value())
                .text("rotation_policy_id", attachment.policyText())
                .time("attached_at", attachment.attachedAt())
                .text("attached_by", attachment.attachedBy())
                .time("last_rotated_at", attachment.lastRotatedAt())
                .time("next_rotation_at", attachment.nextRotationAt());
        if (attachment.connector() == null) {
            json.value("connector", null);
        } else {
            json.json("connector", attachment.connector().members().toString());
        }
    }

    static void due(JsonWriter json, DueSecret due) {
        json.text("secret_path", due.path().value())
                .text("rotation_policy_id", due.policyText())
                .text("rotation_policy_name", due.policyName())
                .flag("auto_generate", due.autoGenerate())
                .time("last_rotated_at", due.rotatedAt())
                .time("due_at", due.dueAt())
                .flag("overdue", due.overdue())
                .number("failed_attempts", due.attempts())
                .text("error_code", due.errorCode());
    }

    static void item(JsonWriter json, HistoryItem item) {
        json.text("id", item.text())
                .text("rotation_policy_id", item.policyText())
                .text("secret_path", item.path().value())
                .text("status", item.status().wireName())
                .text("trigger", item.trigger().wireName())
                .number("old_version", item.oldVersion())
                .value("new_version", item.newVersion())
                .number("attempt", item.attempt());
        if (item.errorCode() == null) {
            json.value("error", null);
        } else {
            json.object("error", error -> error.text("code", item.errorCode()).text("message", item.errorMessage()));
        }
        json.time("occurred_at", item.occurredAt());
    }
}
