package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.kernel.id.Ids;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which event an entry of the audit log stands for. A change tells in its entry what was changed; the entries that tell the same in the logs of others, who acted from elsewhere, do not, and raise nothing there.
 */
final class EntryMeaning {
    private static final Set<String> VIOLATIONS =
            Set.of("access_denied", "mfa_required", "ip_not_allowed", "time_window_violation");

    private EntryMeaning() {}

    /** Null for what is nobody's to be told. */
    static @Nullable Raised of(RecordedEntry entry) {
        return entry.success() ? ofSuccess(entry) : ofRefusal(entry);
    }

    private static @Nullable Raised ofRefusal(RecordedEntry entry) {
        if (entry.action().equals("pki_renew")) {
            return renewal(entry, EventType.CERTIFICATE_RENEWAL_FAILED);
        }
        if (entry.action().equals("pki_ca_rotate") && isAutomatic(entry)) {
            return authority(entry, EventType.CERTIFICATE_RENEWAL_FAILED);
        }
        if (entry.action().equals("rotate") && entry.extra().containsKey("attempts")) {
            return rotation(entry, EventType.ROTATION_FAILED);
        }
        if (entry.action().equals("dynamic_revoke") && entry.extra().containsKey("attempts")) {
            return lease(entry, EventType.LEASE_REVOCATION_FAILED);
        }
        if (entry.action().equals("federation_sync") && entry.extra().containsKey("run")) {
            return copying(entry, EventType.FEDERATION_SYNC_FAILED);
        }
        // Only the log of the tenant whose policies refused bears what they looked at.
        if (!VIOLATIONS.contains(String.valueOf(entry.errorCode()))
                || !entry.extra().containsKey("permission")) {
            return null;
        }
        Map<String, Object> data = picked(entry, "permission", "failed_condition");
        data.put("code", String.valueOf(entry.errorCode()));
        data.put("action", entry.action());
        data.put("denied_to", by(entry));
        data.put("decision_id", Ids.text("dec_", entry.id()));
        return raised(entry, EventType.POLICY_VIOLATION, entry.path(), data);
    }

    private static @Nullable Raised ofSuccess(RecordedEntry entry) {
        return switch (entry.action()) {
            case "write", "generate", "rotate" -> written(entry);
            case "secret_rotated" -> rotation(entry, EventType.SECRET_ROTATED);
            case "rotation_due" -> rotation(entry, EventType.ROTATION_DUE);
            case "rotation_overdue" -> rotation(entry, EventType.ROTATION_OVERDUE);
            case "rotation_completed" -> rotation(entry, EventType.ROTATION_COMPLETED);
            case "dynamic_generate" -> lease(entry, EventType.LEASE_GRANTED);
            case "dynamic_renew" -> lease(entry, EventType.LEASE_RENEWED);
            case "dynamic_revoke", "dynamic_otp_verify" -> leaseEnd(entry);
            case "rotation_retire" -> versioned(entry, EventType.SECRET_VERSION_DESTROYED, "destroyed_by");
            case "delete", "purge" -> deleted(entry);
            case "restore" -> versioned(entry, EventType.SECRET_RESTORED, "restored_by");
            case "metadata_update" -> versioned(entry, EventType.SECRET_METADATA_UPDATED, "updated_by");
            case "read" -> accessed(entry);
            case "secret_expiring" -> expiry(entry, EventType.SECRET_EXPIRING);
            case "secret_expired" -> expiry(entry, EventType.SECRET_EXPIRED);
            case "policy_create" -> policy(entry, EventType.POLICY_CREATED, "created_by");
            case "policy_update" -> policy(entry, EventType.POLICY_UPDATED, "updated_by");
            case "policy_delete" -> policy(entry, EventType.POLICY_DELETED, "deleted_by");
            case "policy_bind" -> policy(entry, EventType.POLICY_BINDING_CREATED, "created_by");
            case "policy_unbind" -> policy(entry, EventType.POLICY_BINDING_DELETED, "deleted_by");
            case "pki_issue", "pki_sign", "pki_csr_sign" ->
                certificate(entry, EventType.CERTIFICATE_ISSUED, "issued_by");
            case "pki_renew" -> renewal(entry, EventType.CERTIFICATE_RENEWED);
            case "pki_ca_rotate" -> isAutomatic(entry) ? authority(entry, EventType.CERTIFICATE_RENEWED) : null;
            case "pki_revoke" -> certificate(entry, EventType.CERTIFICATE_REVOKED, "revoked_by");
            case "pki_release" -> certificate(entry, EventType.CERTIFICATE_RELEASED, "released_by");
            case "pki_acme_news" -> managed(entry);
            case "pki_certificate_expiring" -> expiry(entry, EventType.CERTIFICATE_EXPIRING);
            case "federation_sync" ->
                entry.extra().containsKey("run") ? copying(entry, EventType.FEDERATION_SYNC_COMPLETED) : null;
            case "federation_conflict" -> conflict(entry);
            default -> null;
        };
    }

    private static @Nullable Raised written(RecordedEntry entry) {
        if (!(entry.extra().get("version") instanceof Number version)) {
            return null;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(entry.extra().get("created"))) {
            data.put("version", version);
            data.put("secret_type", String.valueOf(entry.extra().get("secret_type")));
            data.put("created_by", by(entry));
            data.put("tags", tags(entry));
            put(data, entry, "expires_at");
            return raised(entry, EventType.SECRET_CREATED, entry.path(), data);
        }
        data.put("old_version", version.longValue() - 1);
        data.put("new_version", version);
        data.put("updated_by", by(entry));
        data.put("is_rotation", entry.action().equals("rotate"));
        return raised(entry, EventType.SECRET_UPDATED, entry.path(), data);
    }

    private static Raised rotation(RecordedEntry entry, EventType type) {
        Map<String, Object> data = picked(
                entry,
                "old_version",
                "new_version",
                "version",
                "rotation_policy_id",
                "rotation_policy_name",
                "grace_period_ends",
                "auto_generated",
                "trigger",
                "due_at",
                "due_now",
                "threshold",
                "problem",
                "attempts",
                "next_attempt_at");
        return raised(entry, type, entry.path(), data);
    }

    /** Nobody was given what was taken back before it was made whole. */
    private static @Nullable Raised leaseEnd(RecordedEntry entry) {
        Object reason = entry.extra().get("reason");
        if ("not_completed".equals(reason) || Boolean.FALSE.equals(entry.extra().get("changed"))) {
            return null;
        }
        return lease(entry, "expired".equals(reason) ? EventType.LEASE_EXPIRED : EventType.LEASE_REVOKED);
    }

    private static Raised lease(RecordedEntry entry, EventType type) {
        Map<String, Object> data = picked(
                entry,
                "lease_id",
                "engine",
                "role",
                "held_by",
                "expires_at",
                "reason",
                "abandoned",
                "problem",
                "attempts");
        return raised(entry, type, entry.path(), data);
    }

    private static @Nullable Raised deleted(RecordedEntry entry) {
        if (entry.extra().containsKey("permanent")) {
            Map<String, Object> data = picked(entry, "version_count", "permanent", "recoverable_until");
            data.put("deleted_by", by(entry));
            return raised(entry, EventType.SECRET_DELETED, entry.path(), data);
        }
        return versioned(entry, EventType.SECRET_VERSION_DESTROYED, "destroyed_by");
    }

    private static @Nullable Raised versioned(RecordedEntry entry, EventType type, String who) {
        if (!entry.extra().containsKey("version")) {
            return null;
        }
        Map<String, Object> data = picked(entry, "version");
        data.put(who, by(entry));
        return raised(entry, type, entry.path(), data);
    }

    /** What was read of other places is told there: such a name bears the place. */
    private static @Nullable Raised accessed(RecordedEntry entry) {
        String path = entry.path();
        if (path == null || path.startsWith("partner/") || path.startsWith("t/tnt_")) {
            return null;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("accessed_by", by(entry));
        return raised(entry, EventType.SECRET_ACCESSED, path, data);
    }

    /** A policy of another place is told there: such a name bears the place. */
    private static @Nullable Raised policy(RecordedEntry entry, EventType type, String who) {
        String policy = entry.path();
        if (policy == null || !policy.startsWith("pol_")) {
            return null;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("policy_id", policy);
        data.putAll(picked(entry, "binding_id", "grantee"));
        data.put(who, by(entry));
        return raised(entry, type, null, data);
    }

    private static @Nullable Raised certificate(RecordedEntry entry, EventType type, String who) {
        if (!entry.extra().containsKey("serial_number")
                || Boolean.FALSE.equals(entry.extra().get("changed"))) {
            return null;
        }
        Map<String, Object> data =
                picked(entry, "certificate_id", "serial_number", "ca_id", "subject", "names", "not_after", "reason");
        data.put(who, by(entry));
        String path = entry.path();
        // A request goes by its id, at which no rule decides.
        return raised(entry, type, path != null && path.startsWith("pki/") ? path : null, data);
    }

    /** Of a certificate that was made here. */
    private static Raised renewal(RecordedEntry entry, EventType type) {
        Map<String, Object> data = picked(
                entry,
                "certificate_id",
                "renews",
                "serial_number",
                "ca_id",
                "subject",
                "names",
                "not_after",
                "problem",
                "attempts",
                "next_attempt_at");
        return raised(entry, type, entry.path(), data);
    }

    private static boolean isAutomatic(RecordedEntry entry) {
        return Boolean.TRUE.equals(entry.extra().get("automatic"));
    }

    /** Of an authority's own certificate, with another key. */
    private static Raised authority(RecordedEntry entry, EventType type) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("ca_id", String.valueOf(entry.path()));
        data.putAll(picked(
                entry,
                "key_generation",
                "serial_number",
                "subject",
                "not_after",
                "problem",
                "attempts",
                "next_attempt_at"));
        return raised(entry, type, "pki/ca/" + entry.extra().get("ca"), data);
    }

    /** A certificate from a directory: at its account rules decide. */
    private static @Nullable Raised managed(RecordedEntry entry) {
        EventType type = EventType.ofName(String.valueOf(entry.extra().get("event")));
        if (type == null || entry.path() == null) {
            return null;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("certificate_id", entry.path());
        data.putAll(picked(
                entry,
                "acme_account",
                "order_id",
                "names",
                "version",
                "serial_number",
                "not_after",
                "problem",
                "attempts",
                "next_attempt_at"));
        return raised(entry, type, "pki/acme/" + entry.extra().get("acme_account"), data);
    }

    /** Of another vault: at its name rules decide. */
    private static Raised copying(RecordedEntry entry, EventType type) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("backend_id", String.valueOf(entry.path()));
        data.putAll(picked(
                entry,
                "backend",
                "run",
                "trigger",
                "counts",
                "duration_ms",
                "reads",
                "problem",
                "attempts",
                "next_attempt_at"));
        return raised(entry, type, "federation/backends/" + entry.extra().get("backend"), data);
    }

    private static Raised conflict(RecordedEntry entry) {
        Map<String, Object> data = picked(entry, "backend", "backend_id", "conflict_id", "version", "remote_version");
        return raised(entry, EventType.FEDERATION_CONFLICT, entry.path(), data);
    }

    private static Raised expiry(RecordedEntry entry, EventType type) {
        Map<String, Object> data = picked(
                entry,
                "expires_at",
                "days_remaining",
                "threshold",
                "version",
                "certificate_id",
                "serial_number",
                "ca_id",
                "subject",
                "acme_account",
                "names");
        return raised(entry, type, entry.path(), data);
    }

    private static Raised raised(RecordedEntry entry, EventType type, @Nullable String path, Map<String, Object> data) {
        Object secretType = entry.extra().get("secret_type");
        return new Raised(
                entry,
                new EventFilter.Facts(
                        type,
                        entry.occurredAt(),
                        path,
                        secretType instanceof String text ? text : null,
                        tags(entry),
                        addressed(entry)),
                data);
    }

    /** Of what a rotation policy says besides. */
    private static List<String> addressed(RecordedEntry entry) {
        return entry.extra().get("webhook_ids") instanceof List<?> webhooks
                ? webhooks.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static String by(RecordedEntry entry) {
        return String.valueOf(entry.identityId());
    }

    private static List<String> tags(RecordedEntry entry) {
        return entry.extra().get("tags") instanceof List<?> tags
                ? tags.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static Map<String, Object> picked(RecordedEntry entry, String... names) {
        Map<String, Object> data = new LinkedHashMap<>();
        for (String name : names) {
            put(data, entry, name);
        }
        return data;
    }

    private static void put(Map<String, Object> data, RecordedEntry entry, String name) {
        Object value = entry.extra().get(name);
        if (value != null) {
            data.put(name, value);
        }
    }
}
