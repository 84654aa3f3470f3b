package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.credentials.dynamic.EngineDraft;
import ai.scailabs.vault.credentials.dynamic.RoleDraft;
import ai.scailabs.vault.credentials.lease.Lease;
import ai.scailabs.vault.credentials.lease.LeaseService;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Bodies of requests about engines, roles and leases. */
final class DynamicRequests {
    private static final JsonMapper JSON = JsonMapper.shared();

    private DynamicRequests() {}

    record Engine(
            @Nullable String name,
            @Nullable String description,
            @Nullable String type,
            @Nullable JsonNode config,
            @Nullable String defaultTtl,
            @Nullable String maxTtl,
            @Nullable Integer maxLeases) {
        EngineDraft draft() {
            return new EngineDraft(name, description, type, config, defaultTtl, maxTtl, maxLeases);
        }
    }

    /** @param members what the kind of the engine makes of it */
    record Role(
            @Nullable String name,
            @Nullable String description,
            @Nullable String defaultTtl,
            @Nullable String maxTtl,
            @Nullable Integer maxLeases,
            @JsonAnySetter Map<String, JsonNode> members) {
        RoleDraft draft() {
            return new RoleDraft(name, description, object(members), defaultTtl, maxTtl, maxLeases);
        }
    }

    /** @param members what the kind of the engine makes of it */
    record Grant(@Nullable String ttl, @JsonAnySetter Map<String, JsonNode> members) {
        static final Grant USUAL = new Grant(null, Map.of());

        ObjectNode asked() {
            return object(members);
        }
    }

    private static ObjectNode object(@Nullable Map<String, JsonNode> members) {
        ObjectNode object = JSON.createObjectNode();
        if (members != null) {
            members.forEach(object::set);
        }
        return object;
    }

    record Verify(@Nullable SecretText otp) {}

    record Renew(@Nullable String increment) {}

    record Revoke(@Nullable Boolean force, @Nullable String comment) {
        boolean isForced() {
            return Boolean.TRUE.equals(force);
        }
    }

    record RevokeAll(@Nullable String role, @Nullable String identity) {}

    /** What is no id of ours is not looked up, and not recorded. */
    static UUID lease(Call call, String id) {
        UUID known = Lease.parseId(id).orElseThrow(LeaseService::notFound);
        call.about(id);
        return known;
    }
}
