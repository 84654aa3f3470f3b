/**
 * The endpoints of stored secrets, a tenant's own and a partner's shared ones. Never touches a key. Start with {@link
 * ai.scailabs.vault.api.secrets.SecretController}.
 */
@NullMarked
package ai.scailabs.vault.api.secrets;

import org.jspecify.annotations.NullMarked;
