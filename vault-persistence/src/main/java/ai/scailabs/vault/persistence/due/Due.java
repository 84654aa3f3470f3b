package ai.scailabs.vault.persistence.due;

import ai.scailabs.vault.kernel.id.TenantId;
import java.util.UUID;

/**
 * Something of a tenant that is due.
 *
 * @param id unique among what is due with it
 */
public record Due(TenantId tenant, UUID id) {}
