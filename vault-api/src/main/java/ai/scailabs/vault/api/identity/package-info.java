/**
 * The endpoints about who there is: lists of the mirror, comparisons with ScaiKey, roles, and ScaiKey's own events. It shows a caller its own partner only. Start with {@link
 * ai.scailabs.vault.api.identity.IdentityController}.
 */
@NullMarked
package ai.scailabs.vault.api.identity;

import org.jspecify.annotations.NullMarked;
