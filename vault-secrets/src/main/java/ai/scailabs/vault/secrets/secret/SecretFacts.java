package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.audit.trail.AuditEntry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an audit entry tells of a secret besides its path, so that whoever is told of the change need not look: the secret may be gone by then. */
final class SecretFacts {
    private SecretFacts() {}

    /**
     * @param before absent for the first version
     * @param metadataJson absent to keep those of before
     */
    static Map<String, Object> written(
            @Nullable SecretView before, int version, @Nullable String metadataJson, NewVersion added) {
        Map<String, Object> facts = new HashMap<>();
        facts.put("version", version);
        facts.put("created", before == null);
        facts.put("secret_type", added.type().wireName());
        if (added.options().expiresIn() != null) {
            facts.put("expires_at", added.at().plus(added.options().expiresIn()).toString());
        }
        String kept = metadataJson == null && before != null ? before.metadataJson() : metadataJson;
        addTags(facts, kept == null ? List.of() : Metadata.tags(kept));
        return facts;
    }

    /**
     * The versions are counted by what pruning leaves: the last ones, as many as are to be kept.
     *
     * @param recoverableUntil absent when it is gone for good
     */
    static Map<String, Object> deleted(SecretView secret, @Nullable Instant recoverableUntil) {
        Map<String, Object> facts = of(secret, Metadata.tags(secret.metadataJson()));
        facts.remove("version");
        facts.put("version_count", Math.min(secret.version(), secret.options().maxVersions()));
        facts.put("permanent", recoverableUntil == null);
        if (recoverableUntil != null) {
            facts.put("recoverable_until", recoverableUntil.toString());
        }
        return facts;
    }

    static Map<String, Object> of(SecretView secret, List<String> tags) {
        Map<String, Object> facts = new HashMap<>();
        facts.put("version", secret.version());
        facts.put("secret_type", secret.type().wireName());
        addTags(facts, tags);
        return facts;
    }

    static Map<String, Object> ofVersion(SecretView secret, int version) {
        Map<String, Object> facts = of(secret, Metadata.tags(secret.metadataJson()));
        facts.put("version", version);
        return facts;
    }

    /** The entry with what is known of the secret besides what it tells already. */
    static AuditEntry with(AuditEntry entry, Map<String, Object> known) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(known);
        return entry.withExtra(extra);
    }

    private static void addTags(Map<String, Object> facts, List<String> tags) {
        if (!tags.isEmpty()) {
            facts.put("tags", tags);
        }
    }
}
