/**
 * Tells tenants' logs of what is about to expire, once for each time before it. It knows nothing that expires: whoever has such things says which of them are due. Start with {@link
 * ai.scailabs.vault.audit.expiry.ExpiryNotices}.
 */
@NullMarked
package ai.scailabs.vault.audit.expiry;

import org.jspecify.annotations.NullMarked;
