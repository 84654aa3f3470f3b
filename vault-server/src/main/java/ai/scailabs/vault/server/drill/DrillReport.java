package ai.scailabs.vault.server.drill;

import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a drill found. Names and numbers, never a value or a key.
 *
 * @param recoveryPoint when the last thing happened that the backup knows of; absent when it knows of none
 */
record DrillReport(
        String id,
        String dumpSha256,
        Instant startedAt,
        Instant finishedAt,
        @Nullable Instant recoveryPoint,
        List<RootKeyResult> rootKeys,
        List<TenantResult> tenants) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Whether everything that was tried has opened, and something was. */
    boolean passed() {
        return !tenants.isEmpty()
                && tenants.stream().allMatch(TenantResult::passed)
                && rootKeys.stream().allMatch(RootKeyResult::passed);
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("report_id", id);
        json.put("result", passed() ? "passed" : "failed");
        json.put("dump_sha256", dumpSha256);
        json.put("started_at", startedAt.toString());
        json.put("finished_at", finishedAt.toString());
        json.put("recovery_point", recoveryPoint == null ? null : recoveryPoint.toString());
        json.put("root_keys", rootKeys.stream().map(RootKeyResult::json).toList());
        json.put("tenants", tenants.stream().map(TenantResult::json).toList());
        return JSON.writeValueAsString(PlainData.of(json)) + System.lineSeparator();
    }

    /**
     * One root key, tried alone.
     *
     * @param id empty when it could not be reached
     * @param failed partner keys that it does not open
     */
    record RootKeyResult(String id, int opened, List<String> failed) {
        boolean passed() {
            return failed.isEmpty();
        }

        private Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("root_key", id);
            json.put("partner_keys_opened", opened);
            json.put("partner_keys_failed", failed);
            return json;
        }
    }

    /** @param failed key generations and places that do not open */
    record TenantResult(
            String tenant, long secrets, long versions, int keysOpened, int valuesOpened, List<String> failed) {
        boolean passed() {
            return failed.isEmpty() && (versions == 0 || valuesOpened > 0);
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("tenant_id", tenant);
            json.put("secrets", secrets);
            json.put("versions", versions);
            json.put("keys_opened", keysOpened);
            json.put("values_opened", valuesOpened);
            json.put("failed", failed);
            return json;
        }
    }
}
