/**
 * Our own tokens: one issuer for each tenant, with keys of its own that rotate, so that no key of a tenant can speak for another. It knows nothing of what a token is given
 * for, and never holds an unsealed key longer than one signature takes. Start with {@link ai.scailabs.vault.access.issuer.TenantIssuer}.
 */
@NullMarked
package ai.scailabs.vault.access.issuer;

import org.jspecify.annotations.NullMarked;
