package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.credentials.dynamic.EngineDraft;
import ai.scailabs.vault.credentials.dynamic.RoleDraft;
import ai.scailabs.vault.credentials.lease.Lease;
import ai.scailabs.vault.credentials.lease.LeaseService;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Bodies of requests about engines, roles and leases. */
final class DynamicRequests {
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

    record Role(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<@Nullable String> creationStatements,
            @Nullable List<@Nullable String> renewStatements,
            @Nullable List<@Nullable String> revocationStatements,
            @Nullable List<@Nullable String> rollbackStatements,
            @Nullable String defaultTtl,
            @Nullable String maxTtl,
            @Nullable Integer maxLeases) {
        RoleDraft draft() {
            return new RoleDraft(
                    name,
                    description,
                    creationStatements,
                    renewStatements,
                    revocationStatements,
                    rollbackStatements,
                    defaultTtl,
                    maxTtl,
                    maxLeases);
        }
    }

    record Grant(@Nullable String ttl) {}

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
