/**
 * Identifiers as types: parsed once at the edge, valid ever after. They never look anything up. Start with {@link
 * ai.scailabs.vault.kernel.id.TenantId}.
 */
@NullMarked
package ai.scailabs.vault.kernel.id;

import org.jspecify.annotations.NullMarked;
