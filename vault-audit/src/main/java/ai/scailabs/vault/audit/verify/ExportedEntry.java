package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.TreeHash;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of an export: its hash, and what it says of itself, which is not to be believed before the hash is.
 *
 * @param place without an index
 * @param problem why it is not the canonical form of an entry, null when it is
 */
record ExportedEntry(
        TreeHash hash,
        Place place,
        @Nullable String tenantId,
        @Nullable String timestamp,
        @Nullable String problem) {
    private static final Pattern ID = Pattern.compile("log_[0-7][0-9A-HJKMNP-TV-Z]{25}");

    static ExportedEntry of(byte[] line, String file, long number) {
        Map<String, String> texts = Map.of();
        String problem = null;
        try {
            texts = CanonicalObject.textsOf(line);
        } catch (CanonicalObject.NotCanonical e) {
            problem = e.getMessage();
        }
        String id = texts.get("id");
        boolean isId = id != null && ID.matcher(id).matches();
        if (problem == null && (!isId || !texts.containsKey("tenant_id") || !texts.containsKey("timestamp"))) {
            problem = "not an entry";
        }
        Place place = new Place(file, number, null, null, isId ? id : null);
        return new ExportedEntry(TreeHash.ofLeaf(line), place, texts.get("tenant_id"), texts.get("timestamp"), problem);
    }
}
