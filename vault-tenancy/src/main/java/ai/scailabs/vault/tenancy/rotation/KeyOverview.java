package ai.scailabs.vault.tenancy.rotation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The generations that there are, and what each wraps still. The newest first.
 *
 * @param rootKeyIds that wrap from now on
 * @param rootUses how many keys of partners each root key wraps; absent for who may not know, and where it is not counted
 * @param partner absent for who may not know
 */
public record KeyOverview(
        List<String> rootKeyIds,
        @Nullable Map<String, Long> rootUses,
        @Nullable List<PartnerGeneration> partner,
        List<TenantGeneration> tenant) {

    /**
     * @param state {@code active} or {@code retired}
     * @param tenantKeys how many keys of tenants it wraps; absent where that is not counted
     */
    public record PartnerGeneration(
            String id,
            int generation,
            String state,
            Instant createdAt,
            List<String> rootKeyIds,
            @Nullable Long tenantKeys) {}

    /**
     * @param state {@code active} or {@code retired}
     * @param rows how many keys it wraps, by what they are for
     */
    public record TenantGeneration(
            String id, int generation, String state, Instant createdAt, Map<String, Long> rows) {}
}
