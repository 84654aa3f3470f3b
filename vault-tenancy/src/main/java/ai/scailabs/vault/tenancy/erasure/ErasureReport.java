package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What can no longer be decrypted, by name and number. For one thread. */
final class ErasureReport {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final List<Map<String, Object>> tenants = new ArrayList<>();
    private final List<Map<String, Object>> partnerKeys = new ArrayList<>();
    private long lost;
    private long left;
    private long outside;

    /**
     * @param keys that are destroyed
     * @param rows of each kind that nothing opens any more
     * @param readable rows that something may still open: none, unless somebody writes with a key of their own making
     * @param ended that lay in an HSM
     */
    void tenant(
            String id, List<DestroyedKey> keys, Map<String, Long> rows, long readable, List<OutsideKeys.Ended> ended) {
        Map<String, Object> tenant = new LinkedHashMap<>();
        tenant.put("tenant_id", id);
        tenant.put("keys", keys.stream().map(DestroyedKey::json).toList());
        tenant.put("rows", rows);
        tenant.put("hsm_keys", ended.stream().map(ErasureReport::json).toList());
        tenants.add(tenant);
        lost += rows.values().stream().mapToLong(Long::longValue).sum();
        left += readable;
        outside += ended.size();
    }

    private static Map<String, Object> json(OutsideKeys.Ended key) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("key_id", key.keyId());
        json.put("created_at", key.createdAt().toString());
        json.put("destroyed_at", key.destroyedAt().toString());
        return json;
    }

    void partnerKey(DestroyedKey key) {
        partnerKeys.add(key.json());
    }

    String json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("tenants", tenants);
        report.put("partner_keys", partnerKeys);
        report.put("no_longer_decryptable", lost);
        report.put("still_decryptable", left);
        return JSON.writeValueAsString(PlainData.of(report));
    }

    long lost() {
        return lost;
    }

    long left() {
        return left;
    }

    /** Keys in an HSM that are destroyed. */
    long outside() {
        return outside;
    }

    /** @param wrappedSha256 of what had been stored of the key, in hexadecimal: what a backup still has of it can be told by it */
    record DestroyedKey(String id, int generation, String createdAt, String destroyedAt, String wrappedSha256) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("key_id", id);
            json.put("generation", generation);
            json.put("created_at", createdAt);
            json.put("destroyed_at", destroyedAt);
            json.put("wrapped_sha256", wrappedSha256);
            return json;
        }
    }
}
