/**
 * Calls that are done once however often they are sent: what the first was answered is kept for a day, sealed under the tenant's key, and given again. It never keeps anything of a call or of its answer in the
 * clear, and does not know what either means. Start with {@link ai.scailabs.vault.access.idempotency.IdempotentReplies}.
 */
@NullMarked
package ai.scailabs.vault.access.idempotency;

import org.jspecify.annotations.NullMarked;
