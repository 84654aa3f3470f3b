package ai.scailabs.vault.identity.scaikey;

import ai.scailabs.vault.identity.mirror.ToldTenant;
import ai.scailabs.vault.kernel.id.PartnerId;

/** A tenant, and to which partner ScaiKey says that it belongs. */
public record ToldTenantOf(PartnerId partner, ToldTenant tenant) {}
