package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Arrays;
import java.util.List;

/**
 * Whose keys somebody deals with: those of a tenant in any case.
 *
 * @param ofPartner those of its partner too
 * @param ofRoot those of the installation too
 */
public record KeyRights(TenantId tenant, PartnerId partner, boolean ofPartner, boolean ofRoot) {

    public boolean include(KeyLevel level) {
        return switch (level) {
            case TENANT -> true;
            case PARTNER -> ofPartner;
            case ROOT -> ofRoot;
        };
    }

    /** Where jobs of the level lie. */
    public TenantId spaceOf(KeyLevel level) {
        return switch (level) {
            case TENANT -> tenant;
            case PARTNER, ROOT -> TenantId.sharedBy(partner);
        };
    }

    /** The kinds of jobs of all levels that are included, as the table names them. */
    String[] kindsIn(TenantId space) {
        return Arrays.stream(KeyJobKind.values())
                .filter(kind -> include(kind.level()) && spaceOf(kind.level()).equals(space))
                .map(KeyJobKind::wireName)
                .toArray(String[]::new);
    }

    List<TenantId> spaces() {
        TenantId shared = TenantId.sharedBy(partner);
        return tenant.equals(shared) || !(ofPartner || ofRoot) ? List.of(tenant) : List.of(tenant, shared);
    }
}
